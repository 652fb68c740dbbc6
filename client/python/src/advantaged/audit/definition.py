"""The trainer's numbers beside the method's, and what explains where they differ."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

import numpy as np

from advantaged.audit.batch import Bools, Floats
from advantaged.audit.case import SAME, Case
from advantaged.audit.outcome import Finding, Outcome, done, finding, unchecked
from advantaged.audit.reference import Codes


class Comparison:
    """Of each group: agrees, differs, or why that is not known; and which differences have been explained."""

    def __init__(self, case: Case) -> None:
        self.case = case
        known = case.reference()
        self.values = known.values
        compared = case.compared & np.isfinite(known.values)
        self.differing = case.per_group(compared & ~case.agrees())
        self.agreeing = case.per_group(compared) & ~self.differing
        self.reasons = known.reasons
        """By group: why there is no reference."""
        self._unsound = case.per_group(case.valid & ~case.votes)
        self.explained: Bools = case.alone | self._unsound
        """Groups of which a finding has said enough already: those of one, and with a reward that is no number."""
        self.doubts: list[str] = []
        """What explains the numbers of the groups that are left as well as another definition does."""

    def explain(self, groups: Any) -> None:
        """These need no further explanation: codes, or a truth for each group."""
        self.explained[groups] = True

    @property
    def left(self) -> Any:
        """Codes of the groups that differ, and nobody has said why."""
        return np.flatnonzero(self.differing & ~self.explained)

    def size(self, codes: Any, values: Floats | None = None) -> float:
        """The largest difference to the method (or to `values`) in groups; the largest advantage where it is unknown."""
        case = self.case
        beside = self.values if values is None else values
        difference = case.largest(np.where(case.compared, beside - case.advantages, np.nan), codes)
        return difference or case.largest(case.advantages, codes)

    def outcomes(self, check: str, found: Finding | None, concerned: Bools | None = None) -> Iterator[Outcome]:
        """The outcome of a check of the `concerned` groups (default all) by their numbers, and what it could not see."""
        step = self.case.batch.step
        unknown = unchecked(check, step, [reason for code, reason in self.reasons.items() if not self.explained[code]
                                          and (concerned is None or concerned[code])])
        seen = self.agreeing | self.differing
        if concerned is None and not seen.any() and not unknown:
            yield self._nothing(check)
            return
        yield from unknown
        if found or not unknown or (seen if concerned is None else seen & concerned).any():
            yield done(check, step, [self._with_others(found)])

    def _nothing(self, check: str) -> Outcome:
        """Where no row could be compared."""
        case = self.case
        if not case.valid.any():
            return Outcome(check, case.batch.step, "inapplicable", "all rows are masked")
        if case.alone.all():
            return Outcome(check, case.batch.step, "inapplicable", "groups of one only")
        return Outcome(check, case.batch.step, "unchecked", "no row has an advantage that can be compared")

    def _with_others(self, found: Finding | None) -> Finding | None:
        """The finding, saying how many other groups agree where all others do."""
        different = int((self.differing | self._unsound).sum())
        if found is None or self.reasons or different != found.total or not self.agreeing.any():
            return found
        return found._replace(others=int(self.agreeing.sum()))

    # Whether other groups, or other definitions, give the trainer's numbers.

    def fitting(self, definition: int, codes: Codes | None = None, once: bool = True) -> Bools:
        """Of each group, whether a definition, for these groups, gives the trainer's numbers in all compared rows that
        have a code."""
        case = self.case
        compared = case.compared if codes is None else case.compared & (codes >= 0)
        fits: Bools = ~case.per_group(compared & ~case.agrees(definition, codes, once))
        return fits & case.per_group(compared)

    def regrouped(self, suspects: Bools, codes: Codes, once: bool = True) -> Bools:
        """Those of the groups that have the numbers which a definition gives for other groups, and not those which it
        gives for theirs. Where a stage carries that to the rest of the batch, the rest is explained, too."""
        found = np.zeros(len(suspects), bool)
        uncompared = ~self.case.per_group(self.case.compared)
        for i in range(len(self.case.definitions) if suspects.any() else 0):
            fits = self.fitting(i, codes, once)
            # A definition other than the method is no evidence where one gives the numbers of the groups as they are.
            moved = suspects & fits & ~(self.is_defined if i else self.fitting(i))
            if moved.any() and (fits | uncompared).all():
                self.explain(self.differing)
            found |= moved
        return found

    @functools.cached_property
    def is_defined(self) -> Bools:
        """Of each group, whether any definition gives its numbers."""
        found: Bools = np.logical_or.reduce([self.fitting(i) for i in range(len(self.case.definitions))])
        return found


def shared_baseline(comparison: Comparison) -> Iterator[Outcome]:
    """Whether the numbers are those of other groups than the ids say: cut by position, by rank, or not at all."""
    case, check, step = comparison.case, "shared_baseline", comparison.case.batch.step
    left = comparison.left
    if len(case.labels) == 1:
        yield Outcome(check, step, "inapplicable", "one group only")
        return
    made = _other_groups(comparison, left) if len(left) else []
    if not made:
        yield from comparison.outcomes(check, None)
        return
    plain, clipped = _definitions(comparison)
    if plain:
        comparison.doubts = [f"one baseline for several groups ({what})" for what in made]
        yield Outcome(check, step, "unchecked", "another definition gives the same numbers")
        return
    made += [f"the numbers are those of {name}" for name in clipped]
    what = made[0] if len(made) == 1 else f"which it is cannot be told: {'; '.join(made)}"
    found = finding(check, step, case.names(left), comparison.size(left), f"one baseline for several groups: {what}")
    comparison.explain(left)
    yield from comparison.outcomes(check, found)


def _other_groups(comparison: Comparison, left: Any) -> list[str]:
    """What was done that gives the trainer's numbers, by the first definition under which anything does."""
    case = comparison.case
    for i, variant in enumerate(case.definitions):
        by = f" (by {variant.name})" if i else ""
        made = [what + by for codes, what in case.cuts() if _is_cut(case, left, i, codes)]
        if made:
            return made
    return []


def _is_cut(case: Case, left: Any, definition: int, codes: Codes) -> bool:
    """Whether groups of these codes have the trainer's numbers, and the trainer's ids have others in a group that is
    left to explain."""
    values, proper = case.values(definition, codes), case.values(definition)
    rows = np.flatnonzero(case.compared & np.isfinite(values))
    if not len(rows) or not case.agrees(definition, codes)[rows].all():
        return False
    moved = np.intersect1d(rows, case.rows_of(left))
    with np.errstate(invalid="ignore"):
        same = np.abs(values - proper)[moved] <= SAME * float(np.abs(values[rows]).max())
    return not bool(same.all())


def other_definition(comparison: Comparison) -> Iterator[Outcome]:
    """What is left: the trainer means something else by the method's name."""
    case, check, step = comparison.case, "other_definition", comparison.case.batch.step
    left = comparison.left
    found = finding(check, step, case.names(left), comparison.size(left), _reason(comparison)) if len(left) else None
    yield from comparison.outcomes(check, found)


def _reason(comparison: Comparison) -> str:
    names = [*sum(_definitions(comparison), []), *comparison.doubts]
    if len(names) == 1:
        return f"the numbers are those of {names[0]}"
    if names:
        return f"several explanations give these numbers, and which it is cannot be told: {'; '.join(names)}"
    return f"nothing that we know gives these numbers; nearest is {_nearest(comparison)}"


def _compared(comparison: Comparison) -> Any:
    """Rows of the groups that agree or differ, and are not explained yet."""
    case = comparison.case
    groups = (comparison.differing | comparison.agreeing) & ~comparison.explained
    return np.flatnonzero(case.compared & groups[case.codes])


def _definitions(comparison: Comparison) -> tuple[list[str], list[str]]:
    """Names of the definitions that give the trainer's numbers in all groups that are not explained yet: as they are,
    and clipped."""
    case, rows = comparison.case, _compared(comparison)
    own = case.advantages[rows]
    dropped = _without_empty(case)
    named = [case.values(i) for i in range(1, len(case.definitions))]
    found: list[str] = []
    clipped: list[str] = []
    for i, variant in enumerate(case.definitions):
        values = case.values(i)
        if i == 0 and any(np.array_equal(values, other, equal_nan=True) for other in named):
            continue  # it has a name of its own
        if np.isfinite(values[rows]).all():
            if case.agrees(i)[rows].all():
                found.append(variant.name)
            elif _is_clipped(values[rows], own):
                clipped.append(f"{variant.name}, clipped")
        if dropped is not None and case.agrees(i, dropped)[rows].all():
            found.append(f"{variant.name}, rows without a token left out of the baseline")
    return found, clipped


def _nearest(comparison: Comparison) -> str:
    case, rows = comparison.case, _compared(comparison)
    distances = {}
    for i, variant in enumerate(case.definitions[1:], 1):
        away = np.abs(case.values(i)[rows] - case.advantages[rows])
        if np.isfinite(away).all():
            distances[variant.name] = float(away.max())
    return min(distances, key=distances.__getitem__) if distances else "none of what we know"


def _is_clipped(values: Floats, own: Floats) -> bool:
    """Whether the trainer's numbers are these, limited to their own range: something must have been cut off, and
    something between the limits must agree. 0 is in every range and tells nothing, nor does what lies on a limit."""
    low, high = own.min(), own.max()
    tolerance = SAME * float(np.abs(own).max())
    if not (np.abs(np.clip(values, low, high) - own) <= tolerance).all():
        return False
    below, above = values < low - tolerance, values > high + tolerance
    inside = np.abs(values) > tolerance
    if below.any():
        inside &= values > low + tolerance
    if above.any():
        inside &= values < high - tolerance
    return bool((below.any() or above.any()) and inside.any())


def _without_empty(case: Case) -> Codes | None:
    """The groups without their rows that have no token in the loss; None where there is none."""
    if case.batch.lengths is None or not (case.batch.lengths == 0).any():
        return None
    return np.where((case.batch.lengths == 0) | case.alone[case.codes], -1, case.codes)
