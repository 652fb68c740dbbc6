"""The parameters of methods as arguments of `compute`, and all arguments in words.

Written by scripts/generate.py (`make generate`): edit what it reads.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict, Union

from advantaged import methods
from advantaged._generated import names
from advantaged._schedule import Real, Whole


class Parameters(TypedDict, total=False):
    """Parameters of methods, where `method` is a name."""

    ddof: Whole
    """0: the standard deviation divides by n, 1: by n-1. A whole number from 0 to 1; default 0. For grpo."""
    epsilon: Real
    """added to the standard deviation. A number, at least 0; default 0. For grpo."""
    k: Whole
    """K of Pass@K. A whole number from 1 to 1048576; required. For pass_at_k_reinforce, pass_at_k_rloo, pass_at_k_grpo,
    pass_at_k_shaped, pass_at_k_variance_stabilized, combined_shaped, combined_direct, biased_pass_at_k, max_at_k. K of
    rho_k; required if the formulas contain rho_k or k, else refused. A whole number from 1 to 1048576. For
    surrogate."""
    keep_factor_k: bool
    """multiply by K, the factor of grad rho_K that the paper drops. True or False; default false. For
    pass_at_k_reinforce, pass_at_k_rloo, pass_at_k_grpo, biased_pass_at_k."""
    std_coefficient: Real
    """s, weight of the regularizer sqrt(rho (1-rho)). A number, at least 0; required. For std_regularized."""
    entropy_coefficient: Real
    """lambda, weight of the regularizer H(rho). A number, at least 0; required. For entropy_regularized."""
    base: names.Base
    """method that is scaled. One of reinforce, rloo, grpo, dr_grpo; required. For biased_pass_at_k, focal."""
    gamma: Real
    """exponent of the failure rate. A number, at least 0; required. For focal."""
    variant: names.Variant
    """which baseline is subtracted. One of plain, leave_one_out, leave_one_out_minus_one; default plain. For
    max_at_k."""
    scale: names.Scale
    """reduced: (n/K) s_i, unbiased: n s_i, published: s_i. One of reduced, unbiased, published; default reduced. For
    max_at_k."""
    positive_weight: Real
    """lambda, weight of correct responses. A number, at least 0; required. For weighted_reinforce."""
    tables: Sequence[Union[methods.Table, Mapping[str, Any]]]
    """one table per group size n: A+ and A- for c = 0 .. n. Tables; required. For custom_table."""
    formula: str
    """F as a function of rho, rho_k, k and the constants. A text; required. For surrogate."""
    constants: Mapping[str, float]
    """values of the other names in the formulas, each of which must be used. Numbers by name. For surrogate."""
    leave_one_out_factor: bool
    """multiply by n/(n-1), as RLOO does. True or False; default false. For surrogate."""
    regularizer: str
    """added to F, times its coefficient: std, entropy or a formula. A text. For surrogate."""
    regularizer_coefficient: Real
    """weight of the regularizer; required with one, else refused. A number, at least 0. For surrogate."""


TEXT = """
groups: The groups: an int, the size of all of them, contiguous; their sizes; or one id per response, of any hashable
    kind, in any order. Left out where rewards are [prompt, response].
method: The method: a name, its parameters beside it (method="pass_at_k_grpo", k=4), or an object
    (method=methods.PassAtKGrpo(k=4)). Required. There are reinforce, rloo, grpo, dr_grpo, pass_at_k_reinforce,
    pass_at_k_rloo, pass_at_k_grpo, pass_at_k_shaped, pass_at_k_variance_stabilized, combined_shaped, combined_direct,
    skew_r, std_regularized, entropy_regularized, biased_pass_at_k, focal, max_at_k, max_rl, weighted_reinforce, opo,
    custom_table, surrogate.
ddof: 0: the standard deviation divides by n, 1: by n-1. A whole number from 0 to 1; default 0. For grpo.
epsilon: added to the standard deviation. A number, at least 0; default 0. For grpo.
k: K of Pass@K. A whole number from 1 to 1048576; required. For pass_at_k_reinforce, pass_at_k_rloo, pass_at_k_grpo,
    pass_at_k_shaped, pass_at_k_variance_stabilized, combined_shaped, combined_direct, biased_pass_at_k, max_at_k. K of
    rho_k; required if the formulas contain rho_k or k, else refused. A whole number from 1 to 1048576. For surrogate.
keep_factor_k: multiply by K, the factor of grad rho_K that the paper drops. True or False; default false. For
    pass_at_k_reinforce, pass_at_k_rloo, pass_at_k_grpo, biased_pass_at_k.
std_coefficient: s, weight of the regularizer sqrt(rho (1-rho)). A number, at least 0; required. For std_regularized.
entropy_coefficient: lambda, weight of the regularizer H(rho). A number, at least 0; required. For entropy_regularized.
base: method that is scaled. One of reinforce, rloo, grpo, dr_grpo; required. For biased_pass_at_k, focal.
gamma: exponent of the failure rate. A number, at least 0; required. For focal.
variant: which baseline is subtracted. One of plain, leave_one_out, leave_one_out_minus_one; default plain. For
    max_at_k.
scale: reduced: (n/K) s_i, unbiased: n s_i, published: s_i. One of reduced, unbiased, published; default reduced. For
    max_at_k.
positive_weight: lambda, weight of correct responses. A number, at least 0; required. For weighted_reinforce.
tables: one table per group size n: A+ and A- for c = 0 .. n. Tables; required. For custom_table.
formula: F as a function of rho, rho_k, k and the constants. A text; required. For surrogate.
constants: values of the other names in the formulas, each of which must be used. Numbers by name. For surrogate.
leave_one_out_factor: multiply by n/(n-1), as RLOO does. True or False; default false. For surrogate.
regularizer: added to F, times its coefficient: std, entropy or a formula. A text. For surrogate.
regularizer_coefficient: weight of the regularizer; required with one, else refused. A number, at least 0. For
    surrogate.
group_sizes: `groups`, said to be sizes.
group_ids: `groups`, said to be ids.
valid: Booleans; default all True. False: out of every statistic, advantage 0, the reward may be NaN.
outcomes: Booleans: which responses are correct, where rewards are shaped and do not say so.
lengths: Tokens of each response; needed by "opo" and by stages weighted by tokens.
trajectory_ids: One id per row, of any hashable kind: rows with the same id are one response, which counts once.
expected_group_size: Every group must declare exactly this many responses; fewer if `declared_small_group` says what
    such a group gets. Set it: half a group left on another rank is the commonest real bug in trainers.
trajectory_reward: Which reward is that of a response of several rows; default "equal_or_error".
success_threshold: A reward at or above this, in units of the reward and both as float32, is a success; not together
    with `outcomes`.
shape_rewards: Take the method's factor from the outcomes and the base advantage from the real rewards.
zero_unless_mixed: 0 for every group whose outcomes are all equal though its rewards vary (what DAPO filters).
constant_tolerance: A group of rewards is constant if max - min <= this, in units of the reward, at least 0, and what
    the rounding of the rewards to float32 adds; default 0, which is exact.
stages: Steps over the whole batch after the method, in this order.
allow_recentering: Permits `stages.Center` after methods whose mean carries meaning.
batch_moments: Moments of the whole batch, where this call holds a part of it: `advantaged.shards` merges them.
moments_only: Return `batch_moments` and nothing else.
small_group: What a group gets that masking left too small for the method; default "zero".
declared_small_group: What a group gets that declares fewer responses than `expected_group_size`, or than the method
    needs: nothing, it is an error (default); with another policy it is computed where the method can.
empty_responses: What a response without a token in the loss is, whose `lengths` is 0 (all of them, with
    `trajectory_ids`): "count" (default): part of its group's statistics; "drop": masked out. Frameworks differ. Either
    way it is masked if it has no reward, as aborted samples have none; the first of a process is logged, and the result
    counts them.
pass_at: K for which to report unbiased Pass@K: one, or several.
statistics: Whether the result has `stats`, some 50 bytes a group; default True.
required_numerics_version: FailedPrecondition unless the numerics have this version.
run: Name of the training run in the server's metrics, [a-z0-9_-]{1,32}.
observe: Whether the server's metrics count this batch; default True. Evaluations say False.
missing: What a reward that is NaN or None is: an error (default), or masked out, as by `valid`. With `trajectory_ids`
    it says nothing where the response has one elsewhere: its rows stay valid and get its advantage.
out_dtype: dtype of the advantages, of NumPy or torch as the rewards are; default float32.
deadline: Seconds for this call, retries included; default the client's.
step: The training's step, from 0 on, for settings that are schedules over the steps: k="8 -> 1 over 200", or several
    points, "8@0 4@100 1@200". Their values are in `Result.scheduled` and in the summary.
"""
