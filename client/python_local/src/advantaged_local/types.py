"""What the dicts in a Result hold."""

from typing import TypedDict

import numpy as np
import numpy.typing as npt


class PassAtK(TypedDict):
    """Pass@K over a batch: its mean over `groups` groups, None if there are none."""

    k: int
    mean: float | None
    groups: int


class Summary(TypedDict):
    """The batch in a few numbers: the contract's Summary. None where it leaves a field out."""

    groups: int
    responses: int
    masked_responses: int
    all_fail_groups: int
    mixed_groups: int
    all_pass_groups: int
    constant_groups: int
    varied_groups: int
    empty_groups: int
    small_groups: int
    suspicious_groups: int
    mean_success_rate: float | None
    pass_at_k: list[PassAtK]
    no_signal_share: float
    mean_absolute_advantage: float
    sd_absolute_advantage: float
    max_absolute_advantage: float
    positive_weight: float
    negative_weight: float
    incomplete_groups: int


class _Statistics(TypedDict):
    n: npt.NDArray[np.uint32]
    c: npt.NDArray[np.uint32]
    outcome: npt.NDArray[np.uint8]
    success_rate: npt.NDArray[np.float64]
    mean: npt.NDArray[np.float64]
    sd: npt.NDArray[np.float64]
    priority: npt.NDArray[np.float64]
    pass_at_k: dict[int, npt.NDArray[np.float64]]


class Statistics(_Statistics, total=False):
    """One column per number, an entry per group: the contract's GroupStatistics.

    `outcome` has the numbers of the contract's GroupOutcome (1 empty, 2 all fail, 3 mixed, 4 all pass, 5 constant,
    6 varied); `pass_at_k` a column for each K; `group_ids` is there if the call had them.
    """

    group_ids: npt.NDArray[np.uint32]
