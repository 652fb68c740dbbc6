"""The checks: each looks at one batch and says what it finds, group by group."""

from __future__ import annotations

import collections
from collections.abc import Hashable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from advantaged.audit import variants
from advantaged.audit.batch import Batch

# What a float32 mean of equal numbers can be off by, relative: below it, 0 is 0.
_NOTHING = 1e-12
# Spread below this share of the magnitude is what rounding makes; the contract's CODE_SUSPICIOUS_SPREAD.
_SUSPICIOUS = 1e-5
# Numbers that agree to this share of the largest are the same computation in float32.
_SAME = 1e-4


class Finding(NamedTuple):
    """One thing about one batch."""

    kind: str
    """split_over_ranks, duplicated_identity, mixed_identity, singleton, leak_in_constant_group, phantom_in_all_fail,
    noise_as_signal, rows_as_responses or other_definition."""
    step: int
    groups: tuple[Hashable, ...]
    """Those concerned, at most ten."""
    total: int
    """How many groups are."""
    size: float
    """How much: the largest |advantage| concerned, or |difference|; 0 where there is no number."""
    text: str


class _Group(NamedTuple):
    rows: np.ndarray[Any, Any]
    rewards: np.ndarray[Any, Any]
    advantages: np.ndarray[Any, Any]

    @property
    def spread(self) -> float:
        return float(self.rewards.max() - self.rewards.min())

    @property
    def largest(self) -> float:
        return float(np.abs(self.advantages).max())


def audit(batch: Batch, settings: dict[str, Any]) -> list[Finding]:
    """Everything about a batch that is said to be advantages under `settings` (method, parameters, stages)."""
    groups = {label: _Group(np.array(rows), batch.rewards[rows], batch.advantages[rows])
              for label, rows in _rows_by(batch.groups).items()}
    found = [*_identities(batch, groups), *_numbers(batch, groups, settings)]
    return found + list(_definition(batch, settings))


def _rows_by(labels: Sequence[Hashable]) -> dict[Hashable, list[int]]:
    rows: dict[Hashable, list[int]] = {}
    for row, label in enumerate(labels):
        rows.setdefault(label, []).append(row)
    return rows


def _finding(kind: str, batch: Batch, groups: Sequence[Hashable], size: float, text: str) -> Iterator[Finding]:
    if groups:
        yield Finding(kind, batch.step, tuple(groups[:10]), len(groups), size, text)


def _identities(batch: Batch, groups: dict[Hashable, _Group]) -> Iterator[Finding]:
    """Who belongs together."""
    if batch.ranks is not None:
        split = [label for label, group in groups.items() if len({batch.ranks[row] for row in group.rows}) > 1]
        # Only where the trainer computed each part by itself does it matter; that shows in its numbers.
        apart = [label for label in split if _computed_apart(batch, groups[label])]
        yield from _finding("split_over_ranks", batch, apart, 0,
                            "rows of these groups lie on several ranks, and each rank took its part for the group")
    if batch.prompts is not None:
        by_prompt: dict[Hashable, set[Hashable]] = {}
        for label, prompt in zip(batch.groups, batch.prompts):
            by_prompt.setdefault(prompt, set()).add(label)
        twice = [label for labels in by_prompt.values() if len(labels) > 1 for label in sorted(labels, key=str)]
        yield from _finding("duplicated_identity", batch, twice, 0,
                            "one prompt under several group ids: each part is its own baseline")
        mixed = [label for label, group in groups.items() if len({batch.prompts[row] for row in group.rows}) > 1]
        yield from _finding("mixed_identity", batch, mixed, 0,
                            "several prompts under one group id: they are each other's baseline")
    alone = [label for label, group in groups.items() if len(group.rows) == 1]
    raw = [label for label in alone if groups[label].largest > _NOTHING]
    yield from _finding("singleton", batch, alone, max((groups[label].largest for label in alone), default=0),
                        "groups of one have no baseline" + (f"; {len(raw)} of them get an advantage all the same"
                                                            if raw else "; they get 0"))
    if batch.responses is not None:
        repeated = [label for label, group in groups.items()
                    if len({batch.responses[row] for row in group.rows}) < len(group.rows)]
        counted = [label for label in repeated if not _counts_responses_once(batch, groups[label])]
        yield from _finding("rows_as_responses", batch, counted, 0,
                            "several rows of one response count as so many responses in the baseline")


def _computed_apart(batch: Batch, group: _Group) -> bool:
    """Whether a rank's rows are centred by themselves, or do not follow the whole group's mean."""
    assert batch.ranks is not None
    parts = _rows_by([batch.ranks[row] for row in group.rows])
    whole = _is_affine(group.rewards, group.advantages)
    return not whole and all(_is_affine(group.rewards[rows], group.advantages[rows]) for rows in parts.values())


def _is_affine(rewards: np.ndarray[Any, Any], advantages: np.ndarray[Any, Any]) -> bool:
    """Whether one increasing line leads from rewards to advantages."""
    if rewards.max() == rewards.min():
        return bool(np.ptp(advantages) <= _SAME * max(1.0, float(np.abs(advantages).max())))
    slope, offset = np.polyfit(rewards, advantages, 1)
    return bool(np.abs(slope * rewards + offset - advantages).max() <= _SAME * max(1e-6, float(np.abs(advantages).max())))


def _counts_responses_once(batch: Batch, group: _Group) -> bool:
    """Whether the advantages are centred over responses rather than over rows (where they are centred at all)."""
    assert batch.responses is not None
    first = [rows[0] for rows in _rows_by([batch.responses[row] for row in group.rows]).values()]
    scale = max(_NOTHING, group.largest)
    over_rows = abs(float(group.advantages.mean())) / scale
    over_responses = abs(float(group.advantages[first].mean())) / scale
    return over_rows > _SAME or over_responses <= _SAME


def _numbers(batch: Batch, groups: dict[Hashable, _Group], settings: dict[str, Any]) -> Iterator[Finding]:
    """Advantages where there is no signal."""
    several = {label: group for label, group in groups.items() if len(group.rows) > 1}
    # A stage over the batch moves every value; what it adds to a constant group is not the group's.
    constant = {label: group for label, group in several.items()
                if group.spread == 0 and group.largest > _NOTHING and not settings.get("stages")}
    zero = _gives_zero(settings)
    failed = [label for label, group in constant.items() if group.rewards[0] == 0 and zero]
    leaks = [label for label in constant if label not in failed and zero]
    for kind, labels, text in (
            ("leak_in_constant_group", leaks, "all rewards of the group are equal, and its responses are moved all the same"),
            ("phantom_in_all_fail", failed, "all responses of the group failed, and are moved all the same")):
        yield from _finding(kind, batch, labels, max((groups[label].largest for label in labels), default=0), text)
    noisy = [label for label, group in several.items()
             if 0 < group.spread < _SUSPICIOUS * float(np.abs(group.rewards).max()) and group.largest > 0.01]
    yield from _finding("noise_as_signal", batch, noisy, max((groups[label].largest for label in noisy), default=0),
                        "rewards of the group differ by less than 1e-5 of themselves: rounding, scaled up to a signal")


def _gives_zero(settings: dict[str, Any]) -> bool:
    """Whether the method gives 0 to constant groups; those without a baseline do not."""
    probe = Batch(np.ones(2), np.zeros(2), [0, 0])
    values = variants.compute(probe, {name: value for name, value in settings.items() if name != "stages"})
    return values is not None and not values.any()


def _definition(batch: Batch, settings: dict[str, Any]) -> Iterator[Finding]:
    """The difference to the method that was named, and what explains it."""
    ours = variants.compute(batch, settings)
    if ours is None:
        return
    difference = np.abs(ours - batch.advantages)
    scale = max(_NOTHING, float(np.abs(batch.advantages).max()), float(np.abs(ours).max()))
    if float(difference.max()) <= _SAME * scale:
        return
    name, distance = variants.closest(batch)
    reason = (f"the numbers are those of {name}" if distance <= _SAME else
              f"nothing that we know gives these numbers; nearest is {name}, {distance:.2g} of the largest away")
    off = collections.Counter(batch.groups[row] for row in np.flatnonzero(difference > _SAME * scale).tolist())
    yield from _finding("other_definition", batch, list(off), float(difference.max()), reason)
