"""Why a call waits, for the log: said 2 s after it began, then every 30 s.

gRPC tells nothing to who waits for a connection. So a thread asks, which is there while calls are; with asyncio a task.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable

LOGGER = logging.getLogger("advantaged")
FIRST = 2.0
EVERY = 30.0


class Wait:
    """A call, all of its attempts and pauses, from its beginning to its deadline."""

    def __init__(self, target: str, deadline: float, clock: Callable[[], float] = time.monotonic) -> None:
        """`deadline`: seconds from now."""
        self._target = target
        self.deadline = deadline
        self._clock = clock
        self._began = clock()
        self.ends = self._began + deadline
        """On the clock."""
        self._next = self._began + FIRST

    def left(self) -> float:
        """Seconds to the deadline, at least 0."""
        return max(0.0, self.ends - self._clock())

    def until_next(self) -> float:
        """Seconds until the log should be told; 0 or less where it should be by now."""
        return self._next - self._clock()

    def tell(self, reason: str) -> None:
        """Tells the log why, and that is that for a while. Empty: no reason is known."""
        now = self._clock()
        self._next = now + EVERY
        LOGGER.warning("advantaged: waiting for %s, %.0f s of %g s so far: %s", self._target, now - self._began,
                       self.deadline, reason or "it is connected and has not answered yet")

    def pause(self, seconds: float, reason: str) -> None:
        """Before a pause: tells the log now what would be due in the middle of it."""
        if self.until_next() <= seconds:
            self.tell(reason)


class Watcher:
    """Looks after the calls that are on their way."""

    def __init__(self, sleep: Callable[[float], None] = time.sleep) -> None:
        self._sleep = sleep
        self._calls: dict[Wait, Callable[[], str]] = {}
        self._is_running = False
        self._starting = threading.Lock()

    def begin(self, wait: Wait, why: Callable[[], str]) -> None:
        """From now on `wait` is looked after: `why` is asked when the log should be told, and gives the reason why there is
        no connection, or ""."""
        self._calls[wait] = why
        if not self._is_running:
            with self._starting:
                if not self._is_running:
                    self._is_running = True
                    threading.Thread(target=self.run, name="advantaged-waits", daemon=True).start()

    def end(self, wait: Wait) -> None:
        """From now on it is not."""
        self._calls.pop(wait, None)

    def run(self) -> None:
        """Until there was no call for a while. Never sleeps longer than the first line of a new call may take, so that
        none has to wake it."""
        rests = False
        while True:
            calls = list(self._calls.items())
            for wait, why in calls:
                if wait.until_next() <= 0:
                    reason = why()
                    if wait in self._calls:  # not over in the meantime
                        wait.tell(reason)
            if rests and not calls:
                with self._starting:
                    self._is_running = False
                    if not self._calls:  # else a call has begun that found this thread running
                        return
                    self._is_running = True
            rests = not calls
            self._sleep(min([FIRST, *(max(0.0, wait.until_next()) for wait, _ in calls)]))


class _Watched:
    def __init__(self, watcher: Watcher, wait: Wait, why: Callable[[], str]) -> None:
        self._watcher, self._wait, self._why = watcher, wait, why

    def __enter__(self) -> None:
        self._watcher.begin(self._wait, self._why)

    def __exit__(self, *_: object) -> None:
        self._watcher.end(self._wait)


_watcher = Watcher()


def watch(wait: Wait, why: Callable[[], str]) -> _Watched:
    """For `with`, around a call: the watcher of this process looks after it."""
    return _Watched(_watcher, wait, why)


def _in_child() -> None:
    global _watcher
    _watcher = Watcher()  # the parent's thread is not here


os.register_at_fork(after_in_child=_in_child)
