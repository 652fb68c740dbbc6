"""Numbers that follow the steps of a training."""

from __future__ import annotations

import bisect
import dataclasses
import re
from typing import Union

NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_LINE = re.compile(rf"\s*({NUMBER})\s*->\s*({NUMBER})\s+over\s+(\d+)\s*", re.ASCII)
_POINT = re.compile(rf"({NUMBER})@(\d+)", re.ASCII)
_WHOLE = re.compile(r"[+-]?\d+", re.ASCII)
EXAMPLES = "'8 -> 1 over 200' or '8@0 4@100 1@200'"


@dataclasses.dataclass(frozen=True)
class Schedule:
    """A number that lies on straight lines between points, and is constant before the first and after the last."""

    points: tuple[tuple[int, float], ...]
    """At least two of (step, value), steps ascending; of two at the same step the latter holds there."""
    is_whole: bool
    """Its values are rounded: half to even."""

    @classmethod
    def parse(cls, text: str, is_whole: bool) -> Schedule | None:
        """From "8 -> 1 over 200", or from points, "8@0 4@100 1@200", whose steps ascend; None for what is no schedule.
        `is_whole`: the setting takes whole numbers only, and so must all values be written."""
        found = _LINE.fullmatch(text)
        if found is not None:
            begin, end, steps = found.groups()
            points = [(begin, 0), (end, int(steps))]
        else:
            matches = [_POINT.fullmatch(word) for word in text.split()]
            points = [(match[1], int(match[2])) for match in matches if match is not None]
            steps_ascend = all(one[1] < next_one[1] for one, next_one in zip(points, points[1:]))
            if len(points) < max(2, len(matches)) or not steps_ascend:
                return None
        if is_whole and not all(_WHOLE.fullmatch(value) for value, _ in points):
            return None
        return cls(tuple((step, float(value)) for value, step in points), is_whole)

    def __str__(self) -> str:
        """As `parse` reads it."""
        values = [f"{value:.0f}" if self.is_whole else repr(value) for _, value in self.points]
        steps = [step for step, _ in self.points]
        if len(steps) == 2 and steps[0] == 0:
            return f"{values[0]} -> {values[1]} over {steps[1]}"
        return " ".join(f"{value}@{step}" for value, step in zip(values, steps))

    @property
    def turns(self) -> list[int]:
        """The steps of the points: between two of them its values lie between those there."""
        return [step for step, _ in self.points]

    @property
    def largest(self) -> float:
        """Of its values; an int if it is whole."""
        return max(self.at(step) for step in self.turns)

    def at(self, step: int) -> float:
        """Its value, an int if it is whole."""
        after = bisect.bisect_right(self.turns, step)
        before = self.points[max(after - 1, 0)]
        value = before[1]
        if 0 < after < len(self.points):
            share = (step - before[0]) / (self.points[after][0] - before[0])
            value += (self.points[after][1] - before[1]) * share
        return round(value) if self.is_whole else value


Whole = Union[int, str, Schedule]
"""A whole number of a call, or a schedule, which is a number at the `step` of the call."""
Real = Union[float, str, Schedule]
"""A number, likewise."""
