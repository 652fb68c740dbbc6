"""The trainer's step, for frameworks that do not hand it over: it stands in a variable of a function that has called
us."""

from __future__ import annotations

import sys
from typing import Any


class Steps:
    """The step of each call of this process, from 0 on."""

    def __init__(self, *places: tuple[str, int]) -> None:
        """`places`: where a caller has its step, from a variable of its, and what that says in the first step:
        ("self.state.global_step", 0). The first place that is found counts."""
        self._places = places
        self._calls = 0
        self.are_known = False
        """Whether the last call was told its step."""

    def next(self) -> int:
        """What the trainer says, else the number of calls before this one."""
        calls, self._calls = self._calls, self._calls + 1
        for path, first in self._places:
            found: int | None = search(path, int)
            if found is not None:
                self.are_known = True
                return max(0, found - first)
        self.are_known = False
        return calls


def search(path: str, kind: type) -> Any:
    """The value of type `kind` at `path`, from a variable of a function that is being run, innermost first; None if
    there is none."""
    frame = sys._getframe(1)
    first, *rest = path.split(".")
    while frame is not None:
        value = _follow(frame.f_locals.get(first), rest)
        if type(value) is kind:  # True is no step
            return value
        frame = frame.f_back  # type: ignore[assignment]
    return None


def _follow(owner: Any, names: list[str]) -> Any:
    try:
        for name in names:
            owner = getattr(owner, name)
    except Exception:  # a property of some other object may raise anything
        return None
    return owner
