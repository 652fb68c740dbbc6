"""A batch made ready for the checks: who is in which group, whose numbers count, and what each definition makes of it."""

from __future__ import annotations

import functools
from collections.abc import Hashable, Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from advantaged import stages
from advantaged.audit import reference
from advantaged.audit.batch import Batch, Bools, Floats
from advantaged.audit.reference import Codes, codes_of
from advantaged.audit.variants import VARIANTS, Variant

Rows = npt.NDArray[np.int64]
# Numbers that agree to this share of the largest of their group are the same computation in float32.
SAME = 1e-4
# A float32 mean is off by this share of the rewards; divided by a small spread, that grows.
_ROUNDING = 4e-7
# However numbers were rounded, a difference of this share of the largest is one.
_AT_MOST = 0.05
# Settings that say what the rows are, whatever is made of them.
_RULES = ("trajectory_reward", "empty_responses", "small_group", "declared_small_group")
# What is left of 0 in any arithmetic.
NOTHING = 1e-12


class Case:
    """One batch under the settings it is said to follow."""

    def __init__(self, batch: Batch, settings: Mapping[str, Any]) -> None:
        self.batch = batch
        self.settings = dict(settings)
        rules = {name: value for name, value in self.settings.items() if name in _RULES}
        self.definitions = (Variant("the method", self.settings),
                            *(Variant(variant.name, {**rules, **variant.settings}) for variant in VARIANTS))
        self.codes, self.labels = codes_of(batch.groups)
        """Of each row its group, and of each group its id."""
        self.members: list[Rows] = [*reference.members(self.codes).values()]
        self.responses = None if batch.responses is None else codes_of(list(zip(self.codes.tolist(), batch.responses)))[0]
        """Of each row its response, whose id means one within its group."""
        self.valid: Bools = np.ones(len(self.codes), bool) if batch.valid is None else batch.valid
        self.votes: Bools = self.valid & np.isfinite(batch.rewards)
        """Rows that are in the statistics."""
        self.alone = self._alone()
        """By group: it has one response, which is not masked, and the method needs more."""
        self._kept: dict[tuple[int, bool, bytes, bool], reference.Reference] = {}

    @property
    def advantages(self) -> Floats:
        """The trainer's; only where there are any."""
        assert self.batch.advantages is not None
        return self.batch.advantages

    @functools.cached_property
    def compared(self) -> Bools:
        """Rows whose advantage can be held against another: not masked, numbers, with a token to carry it."""
        silent = np.zeros(len(self.codes), bool) if self.batch.lengths is None else self.batch.lengths == 0
        compared: Bools = self.votes & np.isfinite(self.advantages) & ~(silent & (self.advantages == 0))
        return compared

    def names(self, which: Any) -> list[Hashable]:
        """The ids of groups: of codes, or of a truth for each."""
        chosen = np.flatnonzero(which) if getattr(which, "dtype", None) == bool else which
        return [self.labels[code] for code in chosen]

    def rows_of(self, codes: Any) -> Rows:
        """All rows of some groups."""
        return np.concatenate([self.members[code] for code in codes]) if len(codes) else np.empty(0, np.int64)

    def per_group(self, rows: Bools) -> Bools:
        """Of each group, whether any of the rows is its."""
        found = np.zeros(len(self.labels), bool)
        found[self.codes[rows]] = True
        return found

    def largest(self, values: Floats, codes: Any) -> float:
        """The largest finite |value| in some groups, masked rows apart; 0 if there is none."""
        rows = self.rows_of(codes)
        rows = rows[self.valid[rows] & np.isfinite(values[rows])]
        return float(np.abs(values[rows]).max()) if len(rows) else 0.0

    def several(self, codes: Codes) -> Codes:
        """The groups of more than one response: -1 for the rows of the others, and where it was so."""
        responses = np.arange(len(codes)) if self.responses is None else reference.within(codes, self.responses)
        _, first = np.unique(responses, return_index=True)
        sizes = np.bincount(codes[first][codes[first] >= 0], minlength=1)
        return np.where((codes >= 0) & (sizes[codes] > 1), codes, -1)

    def _alone(self) -> Bools:
        if not (self.several(self.codes) < 0).any() or reference.takes_singletons(self.settings):
            return np.zeros(len(self.labels), bool)
        return self.per_group(self.several(self.codes) < 0) & self.per_group(self.valid)

    # What definitions make of it.

    def values(self, definition: int = 0, codes: Codes | None = None, once: bool = True) -> Floats:
        """Advantages under a definition (0: the method), NaN where there are none. `codes`: other groups than the
        trainer's ids say; `once`: a response counts once however many rows it has."""
        return self.reference(definition, codes, once).values

    def reference(self, definition: int = 0, codes: Codes | None = None, once: bool = True) -> reference.Reference:
        """The same, with the reasons."""
        is_own = codes is None
        if codes is None:
            codes = np.where(self.alone[self.codes], -1, self.codes)
        # The size is that of the trainer's groups, and of no others.
        left_out = set() if is_own else {"expected_group_size"}
        once = once and self.responses is not None
        key = definition, is_own, codes.tobytes(), once
        if key not in self._kept:
            if self.responses is not None and not once:
                left_out.add("trajectory_reward")
            settings = {name: value for name, value in self.definitions[definition].settings.items() if name not in left_out}
            found = reference.compute(self.batch, settings, codes, self.votes, self.responses if once else None,
                                      one_by_one=definition == 0)
            refused = self._why_no_stage(settings) if definition == 0 else None
            if refused is not None:
                found = reference.Reference(np.full(len(codes), np.nan), dict.fromkeys(range(len(self.labels)), refused))
            self._kept[key] = found
        return self._kept[key]

    def _why_no_stage(self, settings: Mapping[str, Any]) -> str | None:
        """A stage sees the whole batch: what one row does to it, all rows feel."""
        if not settings.get("stages"):
            return None
        if self.alone.any():
            return "stages see the whole batch, and what the trainer gave them for groups of one is not known"
        if not self.votes[self.valid].all():
            return "stages see the whole batch, and some of its rewards are no numbers"
        return None

    def agrees(self, definition: int = 0, codes: Codes | None = None, once: bool = True) -> Bools:
        """Of each row, whether the trainer's advantage is that of a definition; False where there is none."""
        values = self.values(definition, codes, once)
        tolerance = self._tolerance(values, bool(self.definitions[definition].settings.get("stages")))
        with np.errstate(invalid="ignore"):
            found: Bools = np.abs(values - self.advantages) <= tolerance
        return found

    def _tolerance(self, values: Floats, is_staged: bool) -> Floats:
        """Of each row, what float32 arithmetic may be off by, and decimals in a file."""
        with np.errstate(invalid="ignore"):
            peak = self._over_groups(np.maximum, np.nan_to_num(np.abs(values)), 0.0)
        largest = float(peak.max(initial=0.0))
        magnitude, spread = self._spread
        amplified = np.divide(_ROUNDING * magnitude, spread, out=np.zeros_like(spread), where=spread > 0)
        floor = np.minimum(_ROUNDING * magnitude, 1e-6 * largest) + NOTHING
        if is_staged:  # the mean of the batch is of its largest numbers
            floor = np.maximum(floor, 1e-7 * largest)
        tolerance = np.maximum(peak * np.minimum(SAME + amplified, _AT_MOST) + floor, np.minimum(self._decimals, peak * _AT_MOST))
        return tolerance[self.codes]

    @functools.cached_property
    def _decimals(self) -> float:
        """What the trainer's numbers may be off by where all of them are written with three to five decimals."""
        numbers = self.advantages[np.isfinite(self.advantages)]
        digits = next((digits for digits in (3, 4, 5) if (np.round(numbers, digits) == numbers).all()), None)
        return 0.0 if digits is None else 0.5001 * 10.0 ** -digits

    @functools.cached_property
    def _spread(self) -> tuple[Floats, Floats]:
        """Of each group the largest |reward| and the largest difference."""
        rewards = self.batch.rewards
        high = self._over_groups(np.maximum, np.where(self.votes, rewards, -np.inf), -np.inf)
        low = self._over_groups(np.minimum, np.where(self.votes, rewards, np.inf), np.inf)
        with np.errstate(invalid="ignore"):
            spread = np.where(high >= low, high - low, 0.0)
            magnitude = np.where(high >= low, np.maximum(np.abs(high), np.abs(low)), 0.0)
        return magnitude, spread

    def _over_groups(self, ufunc: Any, values: Floats, start: float) -> Floats:
        found = np.full(len(self.labels), start)
        ufunc.at(found, self.codes, values)
        return found

    @property
    def magnitude(self) -> Floats:
        """Of each group the largest |reward|."""
        return self._spread[0]

    @property
    def spread(self) -> Floats:
        """Of each group the largest difference of its rewards."""
        return self._spread[1]

    # Other groups than the ids say.

    def cuts(self) -> Iterator[tuple[Codes, str]]:
        """The groups of trainers that go by position, or by rank, rather than by id: groups, and what was done."""
        yield np.zeros(len(self.codes), np.int64), "the whole batch was taken for one group"
        if self.batch.ranks is not None:
            yield self.several(codes_of(self.batch.ranks)[0]), "the rows of each rank were taken for one group"
        for size in self._sizes():
            yield _cut(np.ones(len(self.codes), bool), size), f"the batch was cut into {size} rows each, whatever their groups"
            if not self.valid.all():
                yield (_cut(self.valid, size),
                       f"masked rows were removed, and what was left was cut into {size} rows each, whatever their groups")

    def _sizes(self) -> list[int]:
        sizes = np.array([len(rows) for rows in self.members])
        found = {int(sizes.max()), int(np.bincount(sizes).argmax()), int(self.settings.get("expected_group_size") or 0)}
        return sorted(size for size in found if 1 < size < len(self.codes))

    def is_shift(self) -> bool:
        """Whether a stage moves what the method leaves at 0."""
        return any(isinstance(stage, stages.Center) or
                   isinstance(stage, stages.Clip) and ((stage.low or 0) > 0 or (stage.high or 0) < 0)
                   for stage in reference.chain_of(self.settings))


def _cut(chosen: Bools, size: int) -> Codes:
    """Each `size` of the chosen rows a group; a last one that is short takes no part, for what trainers do with it is
    anybody's guess."""
    codes = np.full(len(chosen), -1, np.int64)
    rows = np.flatnonzero(chosen)
    rows = rows[:len(rows) // size * size]
    codes[rows] = np.arange(len(rows)) // size
    return codes

