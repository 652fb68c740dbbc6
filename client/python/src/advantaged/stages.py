"""Steps over the whole batch after the method: `stages=[stages.Center(), stages.Scale(epsilon=1e-6)]`.

They run in the order of the list, on the advantages of all valid responses; what each computes stands in
proto/advantaged/v1/stages.proto. Also the merge of moments, by which `advantaged.shards` puts a batch together.
"""

from __future__ import annotations

import dataclasses
from typing import ClassVar, Literal, NamedTuple

Weighting = Literal["responses", "tokens"]


class Stage:
    """One of the three below; a base, so that a list of them is known to be of stages."""

    kind: ClassVar[str]


@dataclasses.dataclass(frozen=True)
class Center(Stage):
    """x - mean. With "tokens" a response counts its length."""

    kind = "center"
    weighting: Weighting = "responses"


@dataclasses.dataclass(frozen=True)
class Scale(Stage):
    """x / (sd + epsilon), or x / sqrt(sd^2 + epsilon); 0 everywhere without any spread."""

    kind = "scale"
    weighting: Weighting = "responses"
    spread: Literal["advantages", "rewards"] = "advantages"
    ddof: int = 0
    epsilon: float = 0.0
    epsilon_inside_root: bool = False


@dataclasses.dataclass(frozen=True)
class Clip(Stage):
    """x limited to [low, high]; `None` is no limit."""

    kind = "clip"
    low: float | None = None
    high: float | None = None


KINDS: dict[str, type[Stage]] = {stage.kind: stage for stage in (Center, Scale, Clip)}
"""By their names."""


class Moments(NamedTuple):
    """Weighted moments of a batch or of a part of one."""

    weight: float
    """Sum(w)"""
    mean: float
    """Sum(w x) / Sum(w)"""
    centred_squares: float
    """Sum(w (x - mean)^2)"""

    def merge(self, other: Moments) -> Moments:
        """The moments of both parts together (Chan, Golub, LeVeque 1983); stages.proto has the formula."""
        if other.weight == 0:
            return self
        if self.weight == 0:
            return other
        weight = self.weight + other.weight
        share = other.weight / weight
        distance = other.mean - self.mean
        return Moments(weight, self.mean + distance * share,
                       self.centred_squares + other.centred_squares + distance * distance * (self.weight * share))
