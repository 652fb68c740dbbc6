"""Which responses are correct, for adapters whose rewards change between what says so and what is computed."""

from __future__ import annotations

from typing import Any

import numpy as np


def reached(rewards: Any, threshold: float) -> Any:
    """`rewards`, a tensor, at or above `threshold`, bools: both in float32, as success_threshold is defined.

    Thresholds that float32 cannot hold are for `Run.check` to refuse, which every `Run.compute` comes after; here
    they raise nothing.
    """
    with np.errstate(over="ignore"):
        return rewards.float() >= float(np.float32(threshold))
