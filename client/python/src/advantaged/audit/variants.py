"""The functions that go by a method's name in the wild, to say which of them a trainer computes.

Each is a call of ours with other settings; where its leak is what tells it apart, the leak itself is a finding.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from advantaged import stages
from advantaged.audit.batch import Batch, Floats
from advantaged.errors import AdvantagedError
from advantaged.local import LocalBackend


class Variant(NamedTuple):
    """A definition, and who has it."""

    name: str
    settings: dict[str, Any]


_WHITENED = [stages.Center(), stages.Scale(ddof=1, epsilon=1e-8)]
VARIANTS = (
    Variant("grpo (the paper: ddof 0)", {"method": "grpo"}),
    Variant("grpo with ddof 1, epsilon 1e-6 (verl, slime, SkyRL)", {"method": "grpo", "ddof": 1, "epsilon": 1e-6}),
    Variant("grpo with ddof 1, epsilon 1e-4 (TRL)", {"method": "grpo", "ddof": 1, "epsilon": 1e-4}),
    Variant("grpo with ddof 1, epsilon 1e-9 (OpenRLHF group_norm)", {"method": "grpo", "ddof": 1, "epsilon": 1e-9}),
    Variant("grpo with ddof 0, epsilon 1e-8", {"method": "grpo", "epsilon": 1e-8}),
    Variant("dr_grpo (mean only)", {"method": "dr_grpo"}),
    Variant("rloo (leave-one-out mean)", {"method": "rloo"}),
    Variant("max_rl", {"method": "max_rl"}),
    Variant("reinforce (the rewards)", {"method": "reinforce"}),
    Variant("dr_grpo, then whitened over the batch", {"method": "dr_grpo", "stages": _WHITENED}),
    Variant("grpo with ddof 1, epsilon 1e-6, then whitened over the batch",
            {"method": "grpo", "ddof": 1, "epsilon": 1e-6, "stages": _WHITENED}),
)


def compute(batch: Batch, settings: dict[str, Any]) -> Floats | None:
    """Advantages of every row under `settings`, singletons 0; None where the method does not take the batch."""
    sizes: dict[Any, int] = {}
    for group in batch.groups:
        sizes[group] = sizes.get(group, 0) + 1
    alone = np.array([sizes[group] == 1 for group in batch.groups])
    whole = np.zeros(len(batch.rewards))
    if alone.all():
        return whole
    rows = np.flatnonzero(~alone)
    arguments: dict[str, Any] = {"group_ids": [batch.groups[row] for row in rows.tolist()], **settings}
    if batch.lengths is not None:
        arguments["lengths"] = batch.lengths[rows]
    try:
        result = LocalBackend().compute(batch.rewards[rows], statistics=False, **arguments)
    except AdvantagedError:
        return None
    whole[rows] = result.advantages
    return whole


def closest(batch: Batch) -> tuple[str, float]:
    """The variant whose numbers are nearest to the trainer's, and max |difference|, relative to the largest."""
    scale = max(1e-12, float(np.abs(batch.advantages).max()))
    best = ("none that we know", float("inf"))
    for variant in VARIANTS:
        values = compute(batch, variant.settings)
        if values is None:
            continue
        for name, candidate in ((variant.name, values), (f"{variant.name}, clipped", _clipped(values, batch.advantages))):
            distance = float(np.abs(candidate - batch.advantages).max()) / scale
            if distance < 0.5 * best[1]:
                best = (name, distance)
    return best


def _clipped(values: Floats, own: Floats) -> Floats:
    """Limited to the range that the trainer's numbers have."""
    return np.clip(values, own.min(), own.max())
