"""Where a run computes: with a server while it is there, else in this process, so that training goes on."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from advantaged import local, options
from advantaged.client import Client
from advantaged.errors import AdvantagedError, InvalidArgument, TooLarge, wrong
from advantaged.result import Result

FALLBACK = "ADVANTAGED_FALLBACK"
DEADLINE = "ADVANTAGED_DEADLINE"
# Seconds that a call waits for a server: where something else can compute, and where nothing can.
SHORT, LONG = 60.0, 3600.0
# Seconds between two looks for a server that is away, that one look takes at most (a fork waits for it), and between
# two lines about the same in the log.
LOOK_EVERY, LOOK_SECONDS, LOG_EVERY = 5.0, 1.0, 30.0

_LOGGER = logging.getLogger("advantaged.integrations")
_Value = TypeVar("_Value")


class Steady:
    """`compute` of `Client`, for a training that must not end because a server is away.

    A first call that fails raises. After one that has succeeded, where the in-process core gives the same bits, it
    computes when the deadline has passed, and goes on at once until the server is found again. Without the core a call
    waits, and tries again, until the deadline.
    """

    def __init__(self, fallback: str | None = None, deadline: float | None = None) -> None:
        """`fallback`: "local": the core also answers the first call; "none": never; default ADVANTAGED_FALLBACK, else
        as above. `deadline`: seconds; default ADVANTAGED_DEADLINE, else 60 where something else can compute and for
        the first call, else 3600. Raises InvalidArgument for other values, ImportError for "local" without the core.
        """
        self._fallback = _given(fallback, "fallback", FALLBACK, read_fallback)
        self._deadline = _given(deadline, "deadline", DEADLINE, read_deadline)
        self._client = Client()
        self.target = self._client.target
        """Address of the server; None: in-process."""
        self.fallbacks = 0
        """Steps that were computed in this process because no server answered; a call with observe=False is no step."""
        self.numerics_version: int | None = None
        """Of the first answer."""
        self._core = local.LocalBackend() if self._fallback == "local" else None
        self._is_away = False
        self._looking: threading.Thread | None = None
        self._lock = threading.Lock()
        self._logged_at = -LOG_EVERY

    def compute(self, rewards: Any, **arguments: Any) -> Result:
        """As `Client.compute`; `Result.fallbacks` is how many steps no server has answered so far."""
        if self.target is None:
            result = self._client.compute(rewards, **arguments)
            self.numerics_version = self.numerics_version or result.numerics_version
            return result
        if self._is_away:
            self._look()
            return self._in_process(rewards, arguments)
        try:
            result = self._ask(rewards, arguments)
        except InvalidArgument:
            raise
        except AdvantagedError as error:
            if self._core is None:
                raise
            if isinstance(error, TooLarge):  # the server is not away
                _LOGGER.warning("advantaged: computing this batch in-process, for %s", error)
                return self._in_process(rewards, arguments)
            return self._leave(error, rewards, arguments)
        self._learn(result, rewards, arguments)
        result.fallbacks = self.fallbacks
        return result

    def _ask(self, rewards: Any, arguments: dict[str, Any]) -> Result:
        """The server, until the deadline."""
        can_wait = self.numerics_version is not None and self._core is None
        ends = time.monotonic() + (self._deadline or (LONG if can_wait else SHORT))
        pause = 0.1
        while True:
            try:
                left = max(0.001, round(ends - time.monotonic(), 3))
                return self._client.compute(rewards, deadline=left, **arguments)
            except (InvalidArgument, TooLarge):
                raise
            except AdvantagedError as error:
                if not can_wait or time.monotonic() + pause >= ends:
                    raise
                self._log_waiting(error, ends)
            time.sleep(pause)
            pause = min(2 * pause, LOOK_EVERY)

    def _log_waiting(self, error: AdvantagedError, ends: float) -> None:
        if time.monotonic() - self._logged_at >= LOG_EVERY:
            self._logged_at = time.monotonic()
            _LOGGER.warning("advantaged: trying again for up to %.0f s (%s), for %s", ends - time.monotonic(), DEADLINE,
                            error)

    def _learn(self, result: Result, rewards: Any, arguments: dict[str, Any]) -> None:
        """Of the first answer, and the first of another server: what it computes by, and whether the core computes the
        same."""
        if result.numerics_version == self.numerics_version:
            return
        if self.numerics_version is not None:
            _LOGGER.warning("advantaged: %s has numerics version %d, and had %d before: last bits may differ from here "
                            "on", self.target, result.numerics_version, self.numerics_version)
        self.numerics_version = result.numerics_version
        if self._fallback != "none":
            self._core = self._proved(result, rewards, arguments)

    def _proved(self, result: Result, rewards: Any, arguments: dict[str, Any]) -> local.LocalBackend | None:
        """The in-process core, if it is installed and gives what the server gave; the log says why not."""
        if not local.is_installed():
            _LOGGER.info("advantaged: no in-process core is installed (advantaged[local]): while %s is away, calls "
                         "wait", self.target)
            return None
        core = local.LocalBackend()
        try:
            own = core.compute(rewards, **arguments)
            if own.numerics_version != result.numerics_version:
                raise ValueError(f"its numerics version is {own.numerics_version}, the server's is "
                                 f"{result.numerics_version}")
            if not np.array_equal(np.asarray(own.advantages), np.asarray(result.advantages)):
                raise ValueError("its advantages are not the server's")
        except Exception as error:  # whatever an older core says to what it does not know
            _LOGGER.warning("advantaged: the in-process core cannot take the place of %s (%s): while that is away, "
                            "calls wait", self.target, error)
            return None
        return core

    def _leave(self, error: AdvantagedError, rewards: Any, arguments: dict[str, Any]) -> Result:
        """From now on in this process, until the server is found."""
        result = self._in_process(rewards, arguments)
        _LOGGER.warning("advantaged: computing in-process until %s is back (%s=none turns this off), for %s",
                        self.target, FALLBACK, error)
        self._is_away = True
        self._look()
        return result

    def _in_process(self, rewards: Any, arguments: dict[str, Any]) -> Result:
        assert self._core is not None
        result = self._core.compute(rewards, **arguments)
        if arguments.get("observe") is not False:
            self.fallbacks += 1
        result.fallbacks = self.fallbacks
        return result

    def _look(self) -> None:
        """Sees to it that a thread looks for the server: after a fork there is none."""
        with self._lock:
            if self._looking is None or not self._looking.is_alive():
                self._looking = threading.Thread(target=self._look_until_found, name="advantaged-look", daemon=True)
                self._looking.start()

    def _look_until_found(self) -> None:
        assert self._core is not None
        version = self.numerics_version or self._core.numerics_version
        is_told = False
        with Client(self.target, deadline=LOOK_SECONDS, wait_for_ready=False, max_attempts=1) as client:
            while True:
                try:
                    found = client.server_info().numerics_version
                except AdvantagedError:
                    found = None
                if found == version:
                    break
                if found is not None and not is_told:
                    is_told = True
                    _LOGGER.warning("advantaged: %s is back with numerics version %d; this run has %d, and goes on "
                                    "in-process", self.target, found, version)
                time.sleep(LOOK_EVERY)
        self._is_away = False
        _LOGGER.warning("advantaged: %s is back; %d steps were computed in-process", self.target, self.fallbacks)


def read_fallback(value: Any, name: str) -> str:
    """The value of the setting that errors call `name`."""
    if not isinstance(value, str) or value not in ("local", "none"):
        raise wrong(name, f"{value!r}; it must be 'local' or 'none'")
    return value


def read_deadline(value: Any, name: str) -> float:
    """The same, a number or its text, in seconds."""
    try:
        if isinstance(value, bool):
            raise TypeError
        return options.check_deadline(float(value))
    except (TypeError, ValueError):
        raise wrong(name, f"{value!r}; it must be seconds, above 0, as in 600") from None


def _given(value: Any, name: str, variable: str, read: Callable[[Any, str], _Value]) -> _Value | None:
    """A setting, else its variable, else None; an empty variable is none."""
    if value is None:
        value, name = os.environ.get(variable) or None, variable
    return None if value is None else read(value, name)
