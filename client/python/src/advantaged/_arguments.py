"""What `compute` takes beside the rewards, typed once for all clients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypedDict, Union

from advantaged import methods, stages

SmallGroup = Literal["zero", "error", "raw", "clamp_k"]
TrajectoryReward = Literal["equal_or_error", "last", "sum"]
EmptyResponses = Literal["count", "drop"]
Missing = Literal["error", "mask"]


class Settings(TypedDict, total=False):
    """Everything that is no array. N is the number of responses, K that of Pass@K."""

    method: Union[str, methods.Method]
    """The method: a name, its parameters beside it (method="pass_at_k_grpo", k=4), or an object
    (method=methods.PassAtKGrpo(k=4)). Required."""
    expected_group_size: int
    """Every group must declare exactly this many responses; fewer if `declared_small_group` says what such a group
    gets. Set it: half a group left on another rank is the commonest real bug in trainers."""
    trajectory_reward: TrajectoryReward
    """Which reward is that of a response of several rows; default "equal_or_error"."""
    success_threshold: float
    """A reward at or above this, both as float32, is a success; not together with `outcomes`."""
    shape_rewards: bool
    """Take the method's factor from the outcomes and the base advantage from the real rewards."""
    zero_unless_mixed: bool
    """0 for every group whose outcomes are all equal though its rewards vary (what DAPO filters)."""
    constant_tolerance: float
    """A group of rewards is constant if max - min <= this, and what the rounding of the rewards to float32 adds;
    default 0, which is exact."""
    stages: Sequence[stages.Stage]
    """Steps over the whole batch after the method, in this order."""
    allow_recentering: bool
    """Permits `stages.Center` after methods whose mean carries meaning."""
    batch_moments: Sequence[stages.Moments]
    """Moments of the whole batch, where this call holds a part of it: `advantaged.shards` merges them."""
    moments_only: bool
    """Return `batch_moments` and nothing else."""
    small_group: SmallGroup
    """What a group gets that masking left too small for the method; default "zero"."""
    declared_small_group: SmallGroup
    """What a group gets that declares fewer responses than `expected_group_size`, or than the method needs: nothing,
    it is an error (default); with another policy it is computed where the method can."""
    empty_responses: EmptyResponses
    """What a response without a token in the loss is, whose `lengths` is 0 (all of them, with `trajectory_ids`):
    "count" (default): part of its group's statistics; "drop": masked out. Frameworks differ. Either way it is masked if
    it has no reward, as aborted samples have none; the first of a process is logged, and the result counts them."""
    pass_at: Union[int, Sequence[int]]
    """K for which to report unbiased Pass@K: one, or several."""
    statistics: bool
    """Whether the result has `stats`, some 50 bytes a group; default True."""
    required_numerics_version: int
    """FailedPrecondition unless the numerics have this version."""
    run: str
    """Name of the training run in the server's metrics, [a-z0-9_-]{1,32}."""
    observe: bool
    """Whether the server's metrics count this batch; default True. Evaluations say False."""
    # Parameters of methods, where `method` is a name.
    k: int
    keep_factor_k: bool
    ddof: int
    epsilon: float
    std_coefficient: float
    entropy_coefficient: float
    base: methods.BaseMethod
    gamma: float
    variant: methods.MaxAtKVariant
    scale: methods.MaxAtKScale
    positive_weight: float
    tables: Sequence[Union[methods.Table, Mapping[str, Any]]]
    formula: str
    constants: Mapping[str, float]
    leave_one_out_factor: bool
    regularizer: str
    regularizer_coefficient: float


class Arrays(TypedDict, total=False):
    """What has an entry per response: a NumPy array, a torch tensor or a list, flat or shaped as the rewards."""

    groups: Any
    """The groups: an int, the size of all of them, contiguous; their sizes; or one id per response, of any
    hashable kind, in any order. Left out where rewards are [prompt, response]."""
    group_sizes: Any
    """`groups`, said to be sizes."""
    group_ids: Any
    """`groups`, said to be ids."""
    valid: Any
    """Booleans; default all True. False: out of every statistic, advantage 0, the reward may be NaN."""
    outcomes: Any
    """Booleans: which responses are correct, where rewards are shaped and do not say so."""
    lengths: Any
    """Tokens of each response; needed by "opo" and by stages weighted by tokens."""
    trajectory_ids: Any
    """One id per row, of any hashable kind: rows with the same id are one response, which counts once."""


class Call(TypedDict, total=False):
    """How this client reads the arrays and gives the answer."""

    missing: Missing
    """What a reward that is NaN or None is: an error (default), or masked out, as by `valid`. With `trajectory_ids` it
    says nothing where the response has one elsewhere: its rows stay valid and get its advantage."""
    out_dtype: Any
    """dtype of the advantages, of NumPy or torch as the rewards are; default float32."""
    deadline: float
    """Seconds for this call, retries included; default the client's."""


class Arguments(Settings, Arrays, Call, total=False):
    """All of it."""


ARRAYS = frozenset(Arrays.__annotations__)
CALL = frozenset(Call.__annotations__)
SETTINGS = frozenset(Settings.__annotations__)
