"""The C++ core of advantaged. Arrays are one-dimensional, contiguous NumPy arrays; None stands for "not given".

The contract (proto/advantaged/v1) says what each argument means; names here are its names.
"""

from collections.abc import Sequence
from typing import Any, Literal, TypedDict

import numpy as np
import numpy.typing as npt

version: str
"""Version of this package."""
numerics_version: int
"""Two builds with the same number return the same bits."""

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

class Result:
    """What compute() returns. Everything but `advantages` is made anew each time it is read: read it once.

    If there are violations, nothing was computed and all else is empty or None.
    """

    @property
    def advantages(self) -> npt.NDArray[np.float32] | None:
        """One per row; what was given as `out`, if it was. None with violations and with `moments_only`."""

    @property
    def violations(self) -> list[tuple[str, str]]:
        """What is wrong with the call: (field, description), at most the first 100."""

    @property
    def violation_count(self) -> int:
        """How many violations there are."""

    @property
    def summary(self) -> Summary | None:
        """None with violations and with `moments_only`."""

    @property
    def statistics(self) -> Statistics | None:
        """None unless asked for."""

    @property
    def warnings(self) -> list[tuple[str, str]]:
        """(name of the contract's Warning.Code, message)."""

    @property
    def batch_moments(self) -> list[tuple[float, float, float]]:
        """(weight, mean, centred_squares) of this call's responses, those that the stages need."""

    @property
    def method(self) -> tuple[str, dict[str, Any]]:
        """Name and parameters, with every default filled in."""

def compute(
    *,
    method: str,
    parameters: dict[str, Any] | None = None,
    rewards: npt.NDArray[np.float32] | None = None,
    group_size: int | None = None,
    group_sizes: npt.NDArray[np.uint32] | None = None,
    group_ids: npt.NDArray[np.uint32] | None = None,
    expected_group_size: int | None = None,
    valid: npt.NDArray[np.bool_ | np.uint8] | None = None,
    outcomes: npt.NDArray[np.bool_ | np.uint8] | None = None,
    lengths: npt.NDArray[np.uint32] | None = None,
    trajectory_ids: npt.NDArray[np.uint32] | None = None,
    trajectory_reward: Literal["equal_or_error", "last", "sum"] | None = None,
    success_threshold: float | None = None,
    shape_rewards: bool = False,
    zero_unless_mixed: bool = False,
    constant_tolerance: float = 0.0,
    small_group: Literal["zero", "error", "raw", "clamp_k"] = "zero",
    pass_at: Sequence[int] | None = None,
    stages: Sequence[tuple[str, dict[str, Any]]] | None = None,
    allow_recentering: bool = False,
    batch_moments: Sequence[tuple[float, float, float]] | None = None,
    moments_only: bool = False,
    statistics: bool = False,
    out: npt.NDArray[np.float32] | None = None,
) -> Result:
    """The advantages of every group, computed in this process while other threads of Python run.

    What the contract calls INVALID_ARGUMENT is in Result.violations. What cannot be said to the core raises: TypeError
    for arrays of other numbers (they are never converted) and other types, ValueError for arrays of another shape,
    numbers out of the type's range and unknown names.

    `parameters` by name: whole numbers, numbers, bools, choices and formulas as str, tables as a list of
    {"n": 4, "advantage_correct": [...], "advantage_wrong": [...]}, constants as a dict. `stages`: ("center", {}),
    ("scale", {"epsilon": 1e-8, "weighting": "tokens"}), ("clip", {"low": -5.0}). `pass_at` are the K to report;
    `statistics` asks for Result.statistics, which costs more than the advantages do. `out` receives the advantages.
    """
