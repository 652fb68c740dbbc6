"""`compute` and `compute_tokens` with every argument.

Written by scripts/generate.py (`make generate`): edit what it reads.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from advantaged import _backend, methods, stages
from advantaged._arguments import (Arguments, EmptyResponses, Missing, SmallGroup, TrajectoryReward,
                                   explained, given)
from advantaged._generated import names
from advantaged._schedule import Real, Whole
from advantaged.result import Result


class Computes:
    """What a subclass computes in `_compute`."""

    def _compute(self, rewards: Any, arguments: Arguments) -> Result:
        raise NotImplementedError

    @explained
    def compute(self, rewards: Any, *, groups: Any = None, method: names.MethodName | methods.Method,
                ddof: Whole | None = None, epsilon: Real | None = None, k: Whole | None = None,
                keep_factor_k: bool | None = None, std_coefficient: Real | None = None,
                entropy_coefficient: Real | None = None, base: names.Base | None = None, gamma: Real | None = None,
                variant: names.Variant | None = None, scale: names.Scale | None = None,
                positive_weight: Real | None = None, tables: Sequence[methods.Table | Mapping[str, Any]] | None = None,
                formula: str | None = None, constants: Mapping[str, float] | None = None,
                leave_one_out_factor: bool | None = None, regularizer: str | None = None,
                regularizer_coefficient: Real | None = None, group_sizes: Any = None, group_ids: Any = None,
                valid: Any = None, outcomes: Any = None, lengths: Any = None, trajectory_ids: Any = None,
                expected_group_size: Whole | None = None, trajectory_reward: TrajectoryReward = "equal_or_error",
                success_threshold: Real | None = None, shape_rewards: bool = False, zero_unless_mixed: bool = False,
                constant_tolerance: Real = 0.0, stages: Sequence[stages.Stage] = (), allow_recentering: bool = False,
                batch_moments: Sequence[stages.Moments] = (), moments_only: bool = False,
                small_group: SmallGroup = "zero", declared_small_group: SmallGroup = "error",
                empty_responses: EmptyResponses = "count", pass_at: int | Sequence[int] = (), statistics: bool = True,
                required_numerics_version: Whole | None = None, run: str | None = None, observe: bool = True,
                missing: Missing = "error", out_dtype: Any = None, deadline: float | None = None,
                step: int | None = None) -> Result:
        """Advantages of `rewards`, a number per response: a NumPy array, a torch tensor, a list, or a
        list of lists.

        2-D rewards are [prompt, response]; otherwise `groups` says which responses belong together: a size, sizes,
        or an id per response. `method` is a name with its parameters beside it, or an object of
        `advantaged.methods`.

            client.compute(rewards, groups=16, method="pass_at_k_grpo", k=4).advantages

        Raises InvalidArgument with every violation, DeadlineExceeded, Unavailable, Refused, ... of
        `advantaged.errors`.
        """
        return self._compute(rewards, given(locals()))

    @explained
    def compute_tokens(self, token_level_rewards: Any, response_mask: Any, *, reward_mask: Any = None,
                       groups: Any = None, method: names.MethodName | methods.Method, ddof: Whole | None = None,
                       epsilon: Real | None = None, k: Whole | None = None, keep_factor_k: bool | None = None,
                       std_coefficient: Real | None = None, entropy_coefficient: Real | None = None,
                       base: names.Base | None = None, gamma: Real | None = None, variant: names.Variant | None = None,
                       scale: names.Scale | None = None, positive_weight: Real | None = None,
                       tables: Sequence[methods.Table | Mapping[str, Any]] | None = None, formula: str | None = None,
                       constants: Mapping[str, float] | None = None, leave_one_out_factor: bool | None = None,
                       regularizer: str | None = None, regularizer_coefficient: Real | None = None,
                       group_sizes: Any = None, group_ids: Any = None, valid: Any = None, outcomes: Any = None,
                       lengths: Any = None, trajectory_ids: Any = None, expected_group_size: Whole | None = None,
                       trajectory_reward: TrajectoryReward = "equal_or_error", success_threshold: Real | None = None,
                       shape_rewards: bool = False, zero_unless_mixed: bool = False, constant_tolerance: Real = 0.0,
                       stages: Sequence[stages.Stage] = (), allow_recentering: bool = False,
                       batch_moments: Sequence[stages.Moments] = (), moments_only: bool = False,
                       small_group: SmallGroup = "zero", declared_small_group: SmallGroup = "error",
                       empty_responses: EmptyResponses = "count", pass_at: int | Sequence[int] = (),
                       statistics: bool = True, required_numerics_version: Whole | None = None, run: str | None = None,
                       observe: bool = True, missing: Missing = "error", out_dtype: Any = None,
                       deadline: float | None = None, step: int | None = None) -> Result:
        """`compute` for token-level rewards: both arrays are [response, token]; the rewards of a
        response are summed, and its advantage goes to the tokens in `response_mask`, those in the loss.

        The rewards of all tokens are summed, as trainers do, in the loss or not; `reward_mask`, of the same shape,
        says which. `lengths`, where they are not given, are the tokens in the loss. A response without any is what
        the setting `empty_responses` says: "count" (default) or "drop".
        """
        arguments = given(locals())
        tokens = _backend.Tokens(token_level_rewards, response_mask, reward_mask)
        return tokens.broadcast(self._compute(tokens.rewards, tokens.arguments(arguments)))


class ComputesAsync:
    """What a subclass computes in `_compute`."""

    async def _compute(self, rewards: Any, arguments: Arguments) -> Result:
        raise NotImplementedError

    @explained
    async def compute(self, rewards: Any, *, groups: Any = None, method: names.MethodName | methods.Method,
                      ddof: Whole | None = None, epsilon: Real | None = None, k: Whole | None = None,
                      keep_factor_k: bool | None = None, std_coefficient: Real | None = None,
                      entropy_coefficient: Real | None = None, base: names.Base | None = None,
                      gamma: Real | None = None, variant: names.Variant | None = None, scale: names.Scale | None = None,
                      positive_weight: Real | None = None,
                      tables: Sequence[methods.Table | Mapping[str, Any]] | None = None, formula: str | None = None,
                      constants: Mapping[str, float] | None = None, leave_one_out_factor: bool | None = None,
                      regularizer: str | None = None, regularizer_coefficient: Real | None = None,
                      group_sizes: Any = None, group_ids: Any = None, valid: Any = None, outcomes: Any = None,
                      lengths: Any = None, trajectory_ids: Any = None, expected_group_size: Whole | None = None,
                      trajectory_reward: TrajectoryReward = "equal_or_error", success_threshold: Real | None = None,
                      shape_rewards: bool = False, zero_unless_mixed: bool = False, constant_tolerance: Real = 0.0,
                      stages: Sequence[stages.Stage] = (), allow_recentering: bool = False,
                      batch_moments: Sequence[stages.Moments] = (), moments_only: bool = False,
                      small_group: SmallGroup = "zero", declared_small_group: SmallGroup = "error",
                      empty_responses: EmptyResponses = "count", pass_at: int | Sequence[int] = (),
                      statistics: bool = True, required_numerics_version: Whole | None = None, run: str | None = None,
                      observe: bool = True, missing: Missing = "error", out_dtype: Any = None,
                      deadline: float | None = None, step: int | None = None) -> Result:
        """Advantages of `rewards`, a number per response: a NumPy array, a torch tensor, a list, or a
        list of lists.

        2-D rewards are [prompt, response]; otherwise `groups` says which responses belong together: a size, sizes,
        or an id per response. `method` is a name with its parameters beside it, or an object of
        `advantaged.methods`.

            client.compute(rewards, groups=16, method="pass_at_k_grpo", k=4).advantages

        Raises InvalidArgument with every violation, DeadlineExceeded, Unavailable, Refused, ... of
        `advantaged.errors`.
        """
        return await self._compute(rewards, given(locals()))

    @explained
    async def compute_tokens(self, token_level_rewards: Any, response_mask: Any, *, reward_mask: Any = None,
                             groups: Any = None, method: names.MethodName | methods.Method, ddof: Whole | None = None,
                             epsilon: Real | None = None, k: Whole | None = None, keep_factor_k: bool | None = None,
                             std_coefficient: Real | None = None, entropy_coefficient: Real | None = None,
                             base: names.Base | None = None, gamma: Real | None = None,
                             variant: names.Variant | None = None, scale: names.Scale | None = None,
                             positive_weight: Real | None = None,
                             tables: Sequence[methods.Table | Mapping[str, Any]] | None = None,
                             formula: str | None = None, constants: Mapping[str, float] | None = None,
                             leave_one_out_factor: bool | None = None, regularizer: str | None = None,
                             regularizer_coefficient: Real | None = None, group_sizes: Any = None,
                             group_ids: Any = None, valid: Any = None, outcomes: Any = None, lengths: Any = None,
                             trajectory_ids: Any = None, expected_group_size: Whole | None = None,
                             trajectory_reward: TrajectoryReward = "equal_or_error",
                             success_threshold: Real | None = None, shape_rewards: bool = False,
                             zero_unless_mixed: bool = False, constant_tolerance: Real = 0.0,
                             stages: Sequence[stages.Stage] = (), allow_recentering: bool = False,
                             batch_moments: Sequence[stages.Moments] = (), moments_only: bool = False,
                             small_group: SmallGroup = "zero", declared_small_group: SmallGroup = "error",
                             empty_responses: EmptyResponses = "count", pass_at: int | Sequence[int] = (),
                             statistics: bool = True, required_numerics_version: Whole | None = None,
                             run: str | None = None, observe: bool = True, missing: Missing = "error",
                             out_dtype: Any = None, deadline: float | None = None, step: int | None = None) -> Result:
        """`compute` for token-level rewards: both arrays are [response, token]; the rewards of a
        response are summed, and its advantage goes to the tokens in `response_mask`, those in the loss.

        The rewards of all tokens are summed, as trainers do, in the loss or not; `reward_mask`, of the same shape,
        says which. `lengths`, where they are not given, are the tokens in the loss. A response without any is what
        the setting `empty_responses` says: "count" (default) or "drop".
        """
        arguments = given(locals())
        tokens = _backend.Tokens(token_level_rewards, response_mask, reward_mask)
        return tokens.broadcast(await self._compute(tokens.rewards, tokens.arguments(arguments)))
