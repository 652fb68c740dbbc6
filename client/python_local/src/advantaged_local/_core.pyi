"""The C++ core of advantaged. Arrays are one-dimensional, contiguous NumPy arrays; None stands for "not given".

The contract (proto/advantaged/v1) says what each argument means; names here are its names.
"""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from advantaged_local.types import Statistics, Summary

version: str
"""Version of this package."""
numerics_version: int
"""Two builds with the same number return the same bits."""

instruction_set: str
"""What the kernels run on, e.g. "AVX2"; the results are the same on all."""

class Result:
    """What compute() returns. Everything but `advantages` is made anew each time it is read: read it once.

    If there are violations, nothing was computed and all else is empty or None.
    """

    @property
    def advantages(self) -> npt.NDArray[np.float32] | None:
        """One per row; what was given as `out`, if it was. None with violations and with `moments_only`."""

    @property
    def violations(self) -> list[tuple[str, str, list[tuple[int, float, int | None, int, int]]]]:
        """What is wrong with the call: (field, description, mentions), at most the first 100; a mention is (the number of
        the contract's Mentions.Kind, number, group id, begin and end in the description's UTF-8)."""

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
    def warnings(self) -> list[tuple[str, str, int, int]]:
        """(name of the contract's Warning.Code, message, groups, limit)."""

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
    declared_small_group: Literal["zero", "error", "raw", "clamp_k"] = "error",
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

def list_methods() -> list[dict[str, Any]]:
    """The method table: a dict for each method, with the names of the contract's MethodDescription.

    Enumerations are their last words: `input` "rewards" or "outcomes", `constant_group` "zero", "formula" or
    "as_base", `type` of a parameter "integer", "real", "flag", "choice", "tables", "text" or "constants". None where
    the contract leaves a field out.
    """

def describe(
    *,
    method: str,
    parameters: dict[str, Any] | None = None,
    n: int | None = None,
    points: int | None = None,
    rho: Sequence[float] | npt.NDArray[np.float64] | None = None,
) -> dict[str, Any]:
    """From a method to the reward it ascends: the contract's DescribeMethodResponse, its arrays as NumPy's.

    `violations` is what is wrong with the question, as Result.violations; if there are any, it is all there is.
    `table` and `curve` are dicts; `method` is (name, parameters), with every default filled in.
    """
