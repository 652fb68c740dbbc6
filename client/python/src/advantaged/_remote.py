"""What the clients of a server share, blocking or not."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import math
import threading
import time
import warnings
from collections.abc import Mapping
from typing import Any, Literal

from advantaged import _backend, _exchange, _fork, _reply, _waiting, local
from advantaged.errors import AdvantagedError, DeadlineExceeded, InvalidArgument, Refused, TooLarge, Unavailable
from advantaged.options import (ClientOptions, Tls, check_deadline, check_target, level_of_caller,
                                target_of_environment)
from advantaged.result import Result

SERVICE = "/advantaged.v1.AdvantageService/"
# A call that is neither waited with nor tried again: where there is no connection, gRPC says why at once.
PROBE = "/grpc.health.v1.Health/Check"
PROBE_SECONDS = 0.25


class Remote:
    """Target, options, what is known of the server, and the fallback."""

    def __init__(self, target: str | None = None, *, deadline: float = 60.0, wait_for_ready: bool | None = None,
                 fallback: Literal["local"] | None = None, tls: Tls | None = None, max_attempts: int = 5,
                 max_connection_age: float = 300.0) -> None:
        """Connects at the first call, not here. `target`: host:port, unix:/path, dns:///host:port,
        ipv4:a:port,b:port; default: the environment's ADVANTAGED_TARGET, else the in-process core.
        Everything else: `ClientOptions`.
        """
        target = target or target_of_environment()
        if target is None and not local.is_installed():
            raise RuntimeError("no target: give Client('host:port') or set ADVANTAGED_TARGET to the address of a server "
                               "(`make run` starts one), or compute in-process: pip install 'advantaged[local]', or, "
                               "in a clone, pip install ./client/python_local")
        self.target = None if target is None else check_target(target)
        """Address of the server; None: in-process."""
        self._is_unix = self.target is not None and self.target.startswith("unix")
        self._tls_of_environment = tls is None and self.target is not None and not self._is_unix
        if self._tls_of_environment:
            tls = Tls.from_environment()
        self.options = ClientOptions(deadline, wait_for_ready, fallback, tls, max_attempts, max_connection_age)
        self.fallbacks = 0
        """Calls that the fallback has answered."""
        self._unreported = 0
        self._counting = threading.Lock()
        self._limits = _exchange.Limits()
        self._local = local.LocalBackend() if self.target is None or fallback == "local" else None
        self._forget()

    def _forget(self) -> None:
        """Starts without a connection."""
        raise NotImplementedError

    def _connect(self, of: Any) -> tuple[Any, float]:
        """A channel of grpc or grpc.aio, with the addresses and the TLS files as they are now, and until when calls may
        begin on it, of time.monotonic()."""
        if self.target is None:
            raise RuntimeError("this client computes in-process: there is no server to ask")
        if self._tls_of_environment:
            with contextlib.suppress(InvalidArgument):  # files that are just being written: as they were
                tls = Tls.from_environment() or self.options.tls  # a pickled client has come from another environment
                self.options = dataclasses.replace(self.options, tls=tls)
        tls = self.options.tls
        arguments = self.options.channel_arguments()
        channel = (of.insecure_channel(self.target, arguments) if tls is None else
                   of.secure_channel(self.target, tls.credentials(), arguments))
        return channel, math.inf if self._is_unix else time.monotonic() + self.options.max_connection_age

    def __getstate__(self) -> Mapping[str, Any]:
        # Connections stay behind: a copy in another process opens its own.
        return {"target": self.target, "options": self.options, "tls_of_environment": self._tls_of_environment}

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        self.__init__(state["target"], **vars(state["options"]))  # type: ignore[misc]
        self._tls_of_environment = state["tls_of_environment"]

    def _check_process(self) -> None:
        """Instead of a call that would never come back."""
        if _fork.is_broken():
            raise Unavailable(f"{self.target}: gRPC does not work in this process, which was forked by one that had "
                              "used AsyncClient or had a call on its way; fork before, or start processes by spawn or "
                              "forkserver")

    def _wait(self, job: _backend.Job | None = None) -> _waiting.Wait:
        """For a call that begins now."""
        said = None if job is None else job.deadline
        return _waiting.Wait(str(self.target), self.options.deadline if said is None else check_deadline(said))

    def _answered(self, job: _backend.Job, reply: _reply.Reply) -> Result:
        facts = functools.partial(reply.facts, job.plan.statistics, job.read.labels)
        result = job.result(reply.advantages, facts, "remote")
        if self._unreported:
            with self._counting:
                result.fallbacks, self._unreported = self._unreported, 0
        return result

    def _fall_back(self, error: AdvantagedError) -> local.LocalBackend:
        """What computes where no server answered; raises `error` where there is no fallback."""
        if self._local is None or not isinstance(error, (Unavailable, DeadlineExceeded, Refused, TooLarge)):
            raise error
        with self._counting:
            self.fallbacks += 1
            self._unreported += 1
            is_first = self.fallbacks == 1
        if is_first:
            warnings.warn(f"advantaged: computing in-process, for {error}", RuntimeWarning, level_of_caller())
        return self._local

