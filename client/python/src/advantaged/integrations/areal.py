"""AReaL: an import in the script that makes the trainer, before it does:

    import advantaged.integrations.areal
    PPOTrainer(config, ...)

with the method in the environment of the training workers, ADVANTAGED_METHOD="pass_at_k_grpo k=4"; without it, what
`actor.reward_norm` asks for. `actor.adv_norm` must be null: it would normalise the advantages once more. Where it is
computed: ADVANTAGED_TARGET, else in-process.

For the fsdp backend. Engines of one's own take the mixin: `class MyActor(AdvantagedActor, MegatronPPOActor)`.
"""

from __future__ import annotations

from typing import Any

import areal.engine
import torch
from areal.engine.fsdp_engine import FSDPPPOActor

from advantaged.integrations import _log
from advantaged.integrations._outcomes import unshaped
from advantaged.integrations._run import Run, RunSpec, run_of
from advantaged.integrations._steps import Steps

# The version of the weights of an engine: the steps before this one.
_steps = Steps(("self._version", 0))


def own_spec(reward_norm: Any) -> RunSpec:
    """What actor.reward_norm asks for, in our words. ValueError for what is no group method."""
    levels = None if reward_norm is None else (
        reward_norm.mean_level, reward_norm.std_level, reward_norm.mean_leave1out)
    if levels == ("group", "group", False):
        settings = {"method": "grpo", "ddof": int(reward_norm.std_unbiased), "epsilon": reward_norm.eps}
    elif levels == ("group", None, False):
        settings = {"method": "dr_grpo"}
    elif levels == ("group", None, True):
        settings = {"method": "rloo"}
    else:
        raise ValueError("actor.reward_norm: with advantaged it must have mean_level=group, and std_level=group or "
                         "null, with std_level=null also mean_leave1out; or set ADVANTAGED_METHOD")
    return RunSpec.read(settings, where="actor.reward_norm")


class AdvantagedActor:
    """Goes before the class of an engine with a PPOActor, `self.actor`, in the bases of a class."""

    def compute_advantages(self, data: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """AReaL's, with other rewards made normal: those of the prompts of this rank, a dict each.

        Length penalty, scaling, clip, KL penalty, GAE and masks stay AReaL's.
        """
        actor: Any = self.actor  # type: ignore[attr-defined]
        if actor.adv_norm is not None:
            raise ValueError("actor.adv_norm: with advantaged it must be null; it would normalise the advantages again")
        run = run_of(RunSpec.from_environment() or own_spec(actor.reward_norm), incomplete="zero")
        step = _steps.next()
        raw = torch.cat([group["rewards"].float() for group in data]).cpu()
        sizes = torch.tensor([len(group["rewards"]) for group in data])
        lengths = torch.cat([(group["loss_mask"] != 0).sum(-1) for group in data]).cpu()

        def normalise(rewards: Any) -> Any:
            return _compute(run, step, rewards.cpu(), raw, sizes, lengths).to(rewards.device)

        own, actor.reward_norm = actor.reward_norm, normalise
        try:
            return super().compute_advantages(data)  # type: ignore[misc,no-any-return]
        finally:
            actor.reward_norm = own


def _compute(run: Run, step: int, rewards: Any, raw: Any, sizes: Any, lengths: Any) -> Any:
    result, values = run.compute(step, rewards.float(), group_sizes=sizes, lengths=lengths,
                                 **unshaped(raw, run.spec.success_threshold(step)))
    _log.log(values)
    return result.advantages


class AdvantagedFSDPPPOActor(AdvantagedActor, FSDPPPOActor):  # type: ignore[misc]
    """FSDPPPOActor; workers import it by this name."""


areal.engine.FSDPPPOActor = AdvantagedFSDPPPOActor
