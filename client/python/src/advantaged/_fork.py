"""A fork waits for the calls that are on their way, and they for it.

gRPC's threads do not survive a fork. It puts that right in the child, but only where no thread of the parent was
inside gRPC; otherwise the child crashes or hangs as soon as it calls. grpc.aio has a thread that always is.
"""

from __future__ import annotations

import os
import threading

# Seconds that a fork waits. Calls take milliseconds; the one that takes longer waits for a server that is not there.
_PATIENCE = 2.0


class _Gate:
    """Calls and forks, of which only one kind goes on at a time."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.calls = 0
        self.forking = False
        self.asyncio = False

    def __enter__(self) -> None:
        with self.changed:
            while self.forking:
                self.changed.wait()
            self.calls += 1

    def __exit__(self, *_: object) -> None:
        with self.changed:
            self.calls -= 1
            if self.forking:
                self.changed.notify_all()

    def before(self) -> None:
        with self.changed:
            self.forking = True
            self.changed.wait_for(lambda: self.calls == 0, _PATIENCE)

    def after(self) -> None:
        with self.changed:
            self.forking = False
            self.changed.notify_all()


_gate = _Gate()
_broken = False


def _in_child() -> None:
    global _gate, _broken
    _broken = _broken or _gate.asyncio or _gate.calls > 0
    _gate = _Gate()


os.register_at_fork(before=lambda: _gate.before(), after_in_parent=lambda: _gate.after(), after_in_child=_in_child)


def call() -> _Gate:
    """For `with`, around what a thread does in gRPC."""
    return _gate


def uses_asyncio() -> None:
    """From now on children of this process cannot use gRPC."""
    _gate.asyncio = True


def is_broken() -> bool:
    """True in a child that cannot use gRPC: it would not come back from its first call."""
    return _broken
