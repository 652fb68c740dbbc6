r"""OpenRLHF: start its training by this module, with the same arguments, and the method in the environment:

    ADVANTAGED_METHOD="pass_at_k_grpo k=4" \
        python -m advantaged.integrations.openrlhf --algo.advantage.estimator dr_grpo ...

was `python -m openrlhf.cli.train_ppo_ray ...`. Without ADVANTAGED_METHOD it is what the estimator means in OpenRLHF.
The estimator must be one of rloo, dr_grpo, group_norm and reinforce_baseline in either case. The variables of this
package (ADVANTAGED_TARGET, ...) are read where the command runs. A starter of one's own gives
ray.init(runtime_env=runtime_environment()).
"""

from __future__ import annotations

import itertools
import os
import runpy
from types import ModuleType
from typing import Any

from advantaged import stages
from advantaged.integrations import _log
from advantaged.integrations._after_import import after_import, after_making
from advantaged.integrations._outcomes import unshaped
from advantaged.integrations._run import VARIABLES, Run, RunSpec, run_of
from advantaged.integrations._steps import Steps

_MAKER = "openrlhf.trainer.ppo_utils.experience_maker"
# What OpenRLHF means by its names: sample standard deviation with 1e-9 added. Constant groups are exactly 0 here.
_OWN: dict[str, dict[str, Any]] = {
    "rloo": {"method": "rloo"}, "dr_grpo": {"method": "dr_grpo"},
    "group_norm": {"method": "grpo", "ddof": 1, "epsilon": 1e-9}, "reinforce_baseline": {"method": "dr_grpo"}}

# The argument of the trainer's train_step.
_steps = Steps(("global_step", 0))


def own_spec(advantage: Any) -> RunSpec:
    """What the arguments --algo.advantage.… ask for, in our words."""
    settings: dict[str, Any] = {**_OWN[advantage.estimator]}
    if advantage.estimator == "reinforce_baseline":  # whitens over all tokens
        scale = [] if advantage.no_std_norm else [stages.Scale(weighting="tokens")]
        settings["stages"] = [stages.Center(weighting="tokens"), *scale]
    return RunSpec.read(settings, where="--algo.advantage.estimator")


def compute_advantages_and_returns(self: Any, experiences: list[Any]) -> list[Any]:
    """RemoteExperienceMaker's method: micro-batches, whose `index` says which prompt's response a row is.

    As in OpenRLHF, length penalties come before, and --reward.clip_range and the KL penalty per token after the
    advantages. Outcomes are the `scores`, else the rewards before penalties, where all of them are 0 or 1.
    """
    import torch
    from openrlhf.models.utils import compute_reward
    from openrlhf.trainer.ppo_utils.length_penalty import apply_length_penalties

    arguments = self.strategy.args
    run = _run(arguments)
    size = arguments.rollout.n_samples_per_prompt
    for experience in experiences:
        experience.rewards = experience.rewards.float()
    raw = torch.cat([experience.rewards if experience.scores is None else experience.scores.float()
                     for experience in experiences])
    apply_length_penalties(experiences, arguments)
    rewards = torch.cat([experience.rewards for experience in experiences])
    lengths = torch.cat([experience.action_mask.sum(-1) for experience in experiences])
    index = torch.tensor(list(itertools.chain.from_iterable(experience.index for experience in experiences)))
    sizes = [len(experience.index) for experience in experiences]
    advantages = _compute(run, size, rewards.cpu(), raw.cpu(), lengths.cpu(), index)
    spread = torch.empty_like(rewards)
    spread[index] = rewards
    spread = spread.reshape(-1, size).std(-1).repeat_interleave(size)[index]
    for experience, advantage, deviation in zip(experiences, advantages.split(sizes), spread.split(sizes), strict=True):
        reward = compute_reward(advantage.to(experience.rewards.device), self.kl_ctl.value, experience.kl,
                                action_mask=experience.action_mask, reward_clip_range=arguments.reward.clip_range)
        experience.returns = self.get_cumulative_returns(reward, experience.action_mask, 1.0)
        experience.advantages = experience.returns.clone()
        experience.info["group_reward_std"] = deviation
        experience.info["return"] = reward.sum(dim=-1)
        experience.kl = None
    return experiences


def _run(arguments: Any) -> Run:
    """ValueError for an estimator that cannot be replaced."""
    if arguments.algo.advantage.estimator not in _OWN:
        raise ValueError(f"--algo.advantage.estimator: {arguments.algo.advantage.estimator!r}; with advantaged it must "
                         f"be one of {', '.join(_OWN)}")
    return run_of(RunSpec.from_environment() or own_spec(arguments.algo.advantage),
                  group_size=arguments.rollout.n_samples_per_prompt,
                  is_filtered=bool(getattr(arguments.algo, "dynamic_filtering_enable", False)),
                  folder=getattr(getattr(arguments, "ckpt", None), "path", None))


def _compute(run: Run, size: int, rewards: Any, raw: Any, lengths: Any, index: Any) -> Any:
    step = _steps.next()
    result, values = run.compute(step, rewards, groups=(index // size).numpy(), lengths=lengths,
                                 **unshaped(raw, run.spec.success_threshold(step)))
    _log.log(values)
    return result.advantages


def adopt() -> None:
    """Replaces the method in this process, once OpenRLHF imports it. What can be known of a run's settings is known
    when the object is made that has the method."""
    def replace(maker: ModuleType) -> None:
        made = maker.RemoteExperienceMaker
        after_making(made, lambda maker: _run(maker.strategy.args).check())
        made.compute_advantages_and_returns = compute_advantages_and_returns

    after_import(_MAKER, replace)


def runtime_environment() -> dict[str, Any]:
    """For ray.init: every worker adopts, and knows method and target; with what OpenRLHF itself sets."""
    variables = {"TOKENIZERS_PARALLELISM": "true", "NCCL_DEBUG": "WARN", "RAY_ENABLE_ZERO_COPY_TORCH_TENSORS": "1"}
    variables = {name: os.environ.get(name, value) for name, value in variables.items()}
    variables.update({name: os.environ[name] for name in VARIABLES if name in os.environ})
    return {"env_vars": variables, "worker_process_setup_hook": "advantaged.integrations.openrlhf.adopt"}


if __name__ == "__main__":
    import ray

    RunSpec.from_environment()  # a wrong method is an error before Ray starts
    ray.init(runtime_env=runtime_environment())
    runpy.run_module("openrlhf.cli.train_ppo_ray", run_name="__main__", alter_sys=True)
