"""Ratios of a candidate to a baseline that were measured in turn, and what they say of a target.

The order is baseline, candidate, baseline, candidate, …, baseline. A candidate is divided by the geometric mean of the
baselines before and after it, which takes out what the machine does slowly; A/A is each baseline divided by the one
before it, which shows what it does fast.
"""

import dataclasses
import math
import statistics


@dataclasses.dataclass(frozen=True)
class Comparison:
    """Ratios, and those of the baseline to itself."""
    ratios: tuple
    again: tuple

    @property
    def ratio(self):
        return statistics.median(self.ratios)


@dataclasses.dataclass(frozen=True)
class NotMeasured:
    """Why there is no comparison."""
    reason: str


def quartiles(values):
    """The first and the third; of one value, the value."""
    if len(values) == 1:
        return values[0], values[0]
    first, _, third = statistics.quantiles(values, n=4, method="inclusive")
    return first, third


def alternate(rounds, baseline, candidates):
    """Calls both in turn, each of which returns a number for each quantity it measures. Returns two lists of these:
    rounds + 1 of the baseline, rounds of the candidates."""
    before, after = [baseline()], []
    for _ in range(rounds):
        after.append(candidates())
        before.append(baseline())
    return before, after


def compare(baselines, candidates):
    """Of one quantity: rounds + 1 numbers of the baseline, rounds of the candidate."""
    if len(baselines) != len(candidates) + 1 or not candidates:
        raise ValueError(f"{len(baselines)} baselines do not stand around {len(candidates)} candidates")
    if min(*baselines, *candidates) <= 0:
        raise ValueError(f"a measurement is not above 0: {baselines}, {candidates}")
    around = list(zip(baselines, baselines[1:]))
    return Comparison(tuple(value / math.sqrt(one * two) for value, (one, two) in zip(candidates, around)),
                      tuple(two / one for one, two in around))


def verdict(comparison, must, aim, lower_is_better):
    """Whether the median meets the targets; "about" where the limit that decides lies between the quartiles."""
    def meets(limit):
        return comparison.ratio <= limit if lower_is_better else comparison.ratio >= limit

    if must is None:
        return ""
    first, third = quartiles(comparison.ratios)
    said, limit = ("aim met", aim) if meets(aim) else ("must met", must) if meets(must) else ("missed", must)
    return f"{said}, about" if first < limit < third else said
