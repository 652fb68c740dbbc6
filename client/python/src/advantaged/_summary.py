"""The summary of a batch, flat, for a training log."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping


def flatten(fields: Mapping[str, float], pass_at: Iterable[tuple[int, float | None]]) -> dict[str, float]:
    """`fields`, which count the groups by outcome, and a key for each K that was asked for, where any outcome is known:
    NaN for a K that is larger than every group, of which the result has a warning."""
    knows_outcomes = fields["all_fail_groups"] + fields["mixed_groups"] + fields["all_pass_groups"] > 0
    means = {f"pass_at_{k}": math.nan if mean is None and knows_outcomes else mean for k, mean in pass_at}
    return {**fields, **{name: mean for name, mean in means.items() if mean is not None}}
