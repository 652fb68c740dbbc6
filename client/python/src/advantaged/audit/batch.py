"""What an audit looks at: the rows of a batch as a trainer has them, with the advantages it gave them."""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable, Sequence

import numpy as np
import numpy.typing as npt

from advantaged import _groups
from advantaged.audit.outcome import Step

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclasses.dataclass(frozen=True)
class Batch:
    """N rows of one step, in the trainer's order. ValueError where a field has another number of entries than `rewards`,
    an id is not hashable, or a length is no whole number from 0 to 2^32-1."""

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
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if field.name != "step" and value is not None and len(value) != len(self.rewards):
                raise ValueError(f"step {self.step}: {len(value)} {field.name} for {len(self.rewards)} rewards")
            if field.name in ("groups", "prompts", "responses", "ranks") and value is not None:
                _groups.dense(value, field.name)  # InvalidArgument, a ValueError, for what cannot be looked up
        for name in ("rewards", "advantages"):
            if getattr(self, name) is not None:
                object.__setattr__(self, name, np.asarray(getattr(self, name), np.float64))
        for name in ("valid", "outcomes"):
            if getattr(self, name) is not None:
                object.__setattr__(self, name, np.asarray(getattr(self, name), np.bool_))
        if self.lengths is not None:
            object.__setattr__(self, "lengths", _groups.unsigned(self.lengths, "lengths"))
