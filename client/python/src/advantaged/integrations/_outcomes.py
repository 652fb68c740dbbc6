"""Which responses are correct, for adapters whose rewards change between what says so and what is computed."""

from __future__ import annotations

from typing import Any

import numpy as np


def unshaped(raw: Any, threshold: float | None) -> dict[str, Any]:
    """The settings that say which responses are correct, by rewards as they were before penalties: `raw`, a tensor, NaN
    where there is none. None but the threshold where these say nothing, being neither 0 nor 1."""
    settings: dict[str, Any] = {"success_threshold": None}
    if threshold is not None:
        settings["outcomes"] = reached(raw, threshold)
    elif ((raw == 0) | (raw == 1) | raw.isnan()).all():
        settings["outcomes"] = raw == 1
    return settings


def reached(rewards: Any, threshold: float) -> Any:
    """`rewards`, a tensor, at or above `threshold`, bools: both in float32, as success_threshold is defined.

    Thresholds that float32 cannot hold are for `Run.check` to refuse, which every `Run.compute` comes after; here
    they raise nothing.
    """
    with np.errstate(over="ignore"):
        return rewards.float() >= float(np.float32(threshold))
