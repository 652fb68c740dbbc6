"""Numbers that follow the steps of a training."""

from __future__ import annotations

import dataclasses
import re

NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_SCHEDULE = re.compile(rf"\s*({NUMBER})\s*->\s*({NUMBER})\s+over\s+(\d+)\s*", re.ASCII)


@dataclasses.dataclass(frozen=True)
class Schedule:
    """A number that changes linearly over the steps 0 to `steps`, and is constant after; rounded if `is_whole`."""

    begin: float
    end: float
    steps: int
    is_whole: bool

    @classmethod
    def parse(cls, text: str, is_whole: bool) -> Schedule | None:
        """From "8 -> 1 over 200"; None for what is no schedule. `is_whole`: the setting takes whole numbers only, and so
        must the ends be written."""
        found = _SCHEDULE.fullmatch(text)
        if found is None:
            return None
        begin, end, steps = found.groups()
        if is_whole and not all(re.fullmatch(r"[+-]?\d+", number) for number in (begin, end)):
            return None
        return cls(float(begin), float(end), int(steps), is_whole)

    def __str__(self) -> str:
        """As `parse` reads it."""
        ends = (f"{number:.0f}" if self.is_whole else repr(number) for number in (self.begin, self.end))
        return f"{' -> '.join(ends)} over {self.steps}"

    def at(self, step: int) -> float:
        """Its value, an int if it is whole."""
        share = 1.0 if step >= self.steps else max(step, 0) / self.steps
        value = self.begin + (self.end - self.begin) * share
        return round(value) if self.is_whole else value
