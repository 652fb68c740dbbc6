"""What `compute` takes beside the rewards, typed once for all clients.

The signatures of `compute`, in _generated/signatures.py, are written of the types, texts and defaults here and of the
method table: `make generate` after each change.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal, TypedDict, TypeVar, Union, cast

from advantaged import _suggest, methods, stages
from advantaged._generated import names, parameters
from advantaged._schedule import Real, Whole

SmallGroup = Literal["zero", "error", "raw", "clamp_k"]
TrajectoryReward = Literal["equal_or_error", "last", "sum"]
EmptyResponses = Literal["count", "drop"]
Missing = Literal["error", "mask"]


class Settings(parameters.Parameters, total=False):
    """Everything that is no array. N is the number of responses, K that of Pass@K."""

    method: Union[names.MethodName, methods.Method]
    """The method: a name, its parameters beside it (method="pass_at_k_grpo", k=4), or an object
    (method=methods.PassAtKGrpo(k=4)). Required."""
    expected_group_size: Whole
    """Every group must declare exactly this many responses; fewer if `declared_small_group` says what such a group
    gets. Set it: half a group left on another rank is the commonest real bug in trainers."""
    trajectory_reward: TrajectoryReward
    """Which reward is that of a response of several rows; default "equal_or_error"."""
    success_threshold: Real
    """A reward at or above this, in units of the reward and both as float32, is a success; not together with
    `outcomes`."""
    shape_rewards: bool
    """Take the method's factor from the outcomes and the base advantage from the real rewards."""
    zero_unless_mixed: bool
    """0 for every group whose outcomes are all equal though its rewards vary (what DAPO filters)."""
    constant_tolerance: Real
    """A group of rewards is constant if max - min <= this, in units of the reward, at least 0, and what the rounding of
    the rewards to float32 adds; default 0, which is exact."""
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
    required_numerics_version: Whole
    """FailedPrecondition unless the numerics have this version."""
    run: str
    """Name of the training run in the server's metrics, [a-z0-9_-]{1,32}."""
    observe: bool
    """Whether the server's metrics count this batch; default True. Evaluations say False."""


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
    step: int
    """The training's step, from 0 on, for settings that are schedules over the steps: k="8 -> 1 over 200", or several
    points, "8@0 4@100 1@200". Their values are in `Result.scheduled` and in the summary."""


class Arguments(Settings, Arrays, Call, total=False):
    pass


Arguments.__doc__ = f"Everything that `compute` takes beside the rewards.\n{parameters.TEXT}"

DEFAULTS: dict[str, Any] = {
    "trajectory_reward": "equal_or_error", "shape_rewards": False, "zero_unless_mixed": False, "constant_tolerance": 0.0,
    "stages": (), "allow_recentering": False, "batch_moments": (), "moments_only": False, "small_group": "zero",
    "declared_small_group": "error", "empty_responses": "count", "pass_at": (), "statistics": True, "observe": True,
    "missing": "error"}
"""Of the arguments that are not None unless they are given."""

ARRAYS = frozenset(Arrays.__annotations__)
CALL = frozenset(Call.__annotations__)
SETTINGS = frozenset(Settings.__annotations__)
NAMES = ARRAYS | CALL | SETTINGS
_Function = TypeVar("_Function", bound=Callable[..., Any])


def check_names(function: str, given: Iterable[str], known: Iterable[str] = NAMES) -> None:
    """TypeError for the first that is none of `known`, with the closest."""
    for name in given:
        if name not in known:
            raise TypeError(f"{function}() has no argument {name!r}{_suggest.hint(name, known)}")


def given(values: Mapping[str, Any]) -> Arguments:
    """Of the local variables of a function, the arguments of this module that are not left at their default: clients send
    no defaults."""
    return cast(Arguments, {name: value for name, value in values.items()
                            if name in NAMES and not _is(value, DEFAULTS.get(name))})


def _is(value: Any, default: Any) -> bool:
    """Not by == alone: 0 is no False, and an array is compared with nothing."""
    return value is default or (type(value) is type(default) and bool(value == default))


def explained(function: _Function) -> _Function:
    """`function` with every argument in its `help`, and with the closest name in the error for one that it does not
    have."""
    known = inspect.signature(function).parameters
    if inspect.iscoroutinefunction(function):
        async def wait(*positional: Any, **named: Any) -> Any:
            check_names(function.__name__, named, known)
            return await function(*positional, **named)
        call: Callable[..., Any] = wait
    else:
        def call(*positional: Any, **named: Any) -> Any:
            check_names(function.__name__, named, known)
            return function(*positional, **named)
    functools.update_wrapper(call, function)
    call.__doc__ = f"{inspect.cleandoc(function.__doc__ or '')}\n{parameters.TEXT}"
    return cast(_Function, call)
