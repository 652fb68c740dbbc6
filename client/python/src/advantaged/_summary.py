"""The summary of a batch, flat, for a training log."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from advantaged.result import Warning


def flatten(fields: Mapping[str, float],
            pass_at: Iterable[tuple[int, float | None]]) -> tuple[dict[str, float], tuple[Warning, ...]]:
    """`fields`, which count the groups by outcome, and a key for each K that was asked for, where any outcome is known:
    NaN, with a warning, for a K that is larger than every group."""
    knows_outcomes = fields["all_fail_groups"] + fields["mixed_groups"] + fields["all_pass_groups"] > 0
    flat, warnings = dict(fields), []
    for k, mean in pass_at:
        if mean is None and knows_outcomes:
            mean = math.nan
            warnings.append(Warning("pass_at_too_large", f"pass_at {k}: no group with known outcomes has so many valid "
                                    f"responses, so its mean Pass@{k} is NaN"))
        if mean is not None:
            flat[f"pass_at_{k}"] = mean
    return flat, tuple(warnings)
