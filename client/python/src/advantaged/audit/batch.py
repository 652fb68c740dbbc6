"""What an audit looks at: the rows of a batch as a trainer has them, with the advantages it gave them."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from advantaged import _groups
from advantaged.audit.outcome import Step

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclasses.dataclass(frozen=True)
class Batch:
    """N rows of one step, in the trainer's order. ValueError where a field has another number of entries than `rewards` or
    more dimensions, an id is not hashable, a length is no whole number from 0 to 2^32-1, a truth neither true nor false."""

    rewards: Floats
    """NaN is allowed, and found where the row is valid."""
    advantages: Floats | None
    """The trainer's own; None: not known, and what concerns them does not apply."""
    groups: Sequence[Hashable]
    """The id under which the trainer grouped each row."""
    prompts: Sequence[Hashable] | None = None
    """The prompt itself, or a hash of it: tells whether an id means one prompt."""
    responses: Sequence[Hashable] | None = None
    """An id of the response within its group, where several rows are one."""
    ranks: Sequence[Hashable] | None = None
    """The process that computed each row."""
    lengths: npt.NDArray[np.uint32] | None = None
    """Tokens in the loss."""
    step: Step = 0
    valid: Bools | None = None
    """False: masked, out of every statistic; the advantage should be 0."""
    outcomes: Bools | None = None
    """Whether each response is correct, where the rewards do not say so."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "step", _step(self.step))
        for name in ("rewards", "advantages", "valid", "outcomes"):
            value = getattr(self, name)
            if value is not None:
                read = _truths if name in ("valid", "outcomes") else _numbers
                object.__setattr__(self, name, read(value, f"step {self.step}: {name}"))
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if field.name != "step" and value is not None and len(value) != len(self.rewards):
                raise ValueError(f"step {self.step}: {len(value)} {field.name} for {len(self.rewards)} rewards")
            if field.name in ("groups", "prompts", "responses", "ranks") and value is not None:
                _groups.dense(value, field.name)  # InvalidArgument, a ValueError, for what cannot be looked up
        if self.lengths is not None:
            object.__setattr__(self, "lengths", _groups.unsigned(self.lengths, "lengths"))


def _step(value: Any) -> Step:
    found = value.item() if isinstance(value, np.generic) else value
    if not isinstance(found, (int, float, str)) or isinstance(found, float) and not math.isfinite(found):
        raise ValueError(f"step: {value!r}; it must be a finite number or a text")
    return found


def _numbers(values: Any, name: str) -> Floats:
    try:
        found = np.asarray(values, np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name}: {error}") from None
    return _flat(found, name)


def _truths(values: Any, name: str) -> Bools:
    found = _flat(np.asarray(values), name)
    if found.dtype != np.bool_:
        wrong = [row for row, value in enumerate(found.tolist()) if value not in (0, 1)]
        if wrong:
            raise ValueError(f"{name}[{wrong[0]}]: {found[wrong[0]]!r}; it must be true or false")
    return found.astype(np.bool_)


def _flat(array: npt.NDArray[Any], name: str) -> npt.NDArray[Any]:
    if array.ndim != 1:
        raise ValueError(f"{name}: {array.ndim} dimensions; it must have 1, an entry for each row")
    return array
