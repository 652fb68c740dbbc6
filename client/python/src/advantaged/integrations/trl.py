"""TRL's GRPOTrainer and RLOOTrainer with the advantages of `advantaged`.

One line of a training script changes:

    from advantaged.integrations.trl import AdvantagedGRPOTrainer as GRPOTrainer    # was: from trl import GRPOTrainer

and one argument says the method; left out, it is ADVANTAGED_METHOD, else what TRL's own configuration asks for:

    trainer = GRPOTrainer(..., advantage={"method": "pass_at_k_grpo", "k": "8 -> 1 over 200"})

Without code, for `trl grpo` and `trl rloo`: `advantaged.integrations.trl_cli`. A subclass of one's own takes the mixin:
`class MyTrainer(AdvantagedTrainer, GRPOTrainer)`. Where it is computed: ADVANTAGED_TARGET, else in-process.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import torch
from accelerate.utils import broadcast_object_list
from trl import GRPOTrainer, RLOOTrainer

from advantaged import stages
from advantaged.integrations._client import client
from advantaged.integrations.spec import Spec

# Names the reward function that says which responses are correct, where there are several.
OUTCOME_VARIABLE = "ADVANTAGED_OUTCOME_FUNCTION"

# TRL divides by the standard deviation of n-1 and adds this; ours is the population's, and adds nothing.
TRL_EPSILON = 1e-4


def own_spec(trainer: Any) -> Spec:
    """What TRL's configuration of this trainer asks for, in our words: the same numbers, but for zero variance."""
    scale_of_batch = stages.Scale(ddof=1, epsilon=TRL_EPSILON)
    if isinstance(trainer, RLOOTrainer):
        whiten = [stages.Center(), scale_of_batch] if trainer.normalize_advantages else []
        return Spec.read({"method": "rloo", "stages": whiten}, where="RLOOConfig")
    if trainer.scale_rewards == "group":
        return Spec.read({"method": "grpo", "ddof": 1, "epsilon": TRL_EPSILON}, where="GRPOConfig")
    by_rewards = stages.Scale(spread="rewards", ddof=1, epsilon=TRL_EPSILON)
    scale = [by_rewards] if trainer.scale_rewards == "batch" else []
    return Spec.read({"method": "dr_grpo", "stages": scale}, where="GRPOConfig")


class AdvantagedTrainer:
    """Goes before GRPOTrainer or RLOOTrainer in the bases of a class. Beside the arguments of the trainer:

    `advantage`: settings of `compute` by their names, the method's with them, or a line ("pass_at_k_grpo k=4").
    `outcome_function`: name of the reward function that says which responses are correct, for methods that need it
    though the reward is a sum of several (default: ADVANTAGED_OUTCOME_FUNCTION). Correct is 1, wrong 0; between, at
    or above `success_threshold`.
    """

    def __init__(self, *args: Any, advantage: Mapping[str, Any] | str | None = None,
                 outcome_function: str | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        trainer: Any = self
        if getattr(trainer, "multi_objective_aggregation", "") == "normalize_then_sum":
            raise ValueError("multi_objective_aggregation='normalize_then_sum': advantaged computes one reward per "
                             "response; use 'sum_then_normalize'")
        if isinstance(advantage, str):
            spec: Spec | None = Spec.parse(advantage, where="advantage")
        else:
            spec = Spec.from_environment() if advantage is None else Spec.read(advantage, where="advantage")
        self._spec = spec or own_spec(self)
        self._outcome_column: int | None = None
        name = outcome_function or os.environ.get(OUTCOME_VARIABLE)
        if name:
            if name not in trainer.reward_func_names:
                raise ValueError(f"outcome_function: {name!r}; the reward functions are "
                                 f"{', '.join(trainer.reward_func_names)}")
            self._outcome_column = trainer.reward_func_names.index(name)
        self._log_probabilities: list[Any] | None = None

    def _calculate_rewards(self, *args: Any) -> Any:
        self._rewards_by_function = super()._calculate_rewards(*args)  # type: ignore[misc] # [global batch, function]
        return self._rewards_by_function

    def _get_per_token_logps_and_entropies(self, *args: Any, **kwargs: Any) -> Any:
        found = super()._get_per_token_logps_and_entropies(*args, **kwargs)  # type: ignore[misc]
        if self._log_probabilities is not None:
            self._log_probabilities.append(found[0])
        return found

    def _generate_and_score_completions(self, inputs: list[dict[str, Any]]) -> dict[str, Any]:
        """TRL's, with other advantages: one call for the global batch, of which every rank takes its slice."""
        trainer: Any = self
        # RLOO takes the KL penalty off the rewards, and shows neither; so the two log-probabilities are kept.
        has_penalty = isinstance(self, RLOOTrainer) and trainer.beta != 0
        self._log_probabilities = [] if has_penalty else None
        try:
            output: dict[str, Any] = super()._generate_and_score_completions(inputs)  # type: ignore[misc]
            size = trainer.num_generations if trainer.model.training else trainer.num_generations_eval
            if size < 2:
                return output  # an evaluation with one response a prompt, for which TRL says 0
            mask = output["completion_mask"]
            penalty = None
            if self._log_probabilities is not None:
                policy, reference = self._log_probabilities
                penalty = trainer.accelerator.gather(((policy - reference) * mask).sum(-1))
        finally:
            self._log_probabilities = None
        lengths = trainer.accelerator.gather((mask * output.get("tool_mask", 1)).sum(1))
        advantages = self._computed(size, lengths, penalty)
        logged = trainer._logs["advantages"]
        for _ in range(min(len(logged), len(advantages))):  # what TRL just put there
            logged.pop()
        logged.extend(advantages.tolist())
        first = trainer.accelerator.process_index * len(inputs)
        output["advantages"] = advantages[first:first + len(inputs)].to(output["advantages"])
        return output

    def _computed(self, size: int, lengths: Any, penalty: Any) -> Any:
        """Advantages of the global batch, on all ranks, float32 on the CPU. The first rank asks; what goes wrong there
        is raised on all, so that none waits for the others."""
        trainer: Any = self
        answer: list[Any] = [None]
        if trainer.accelerator.is_main_process:
            try:
                answer[0] = self._asked(size, lengths, penalty)
            except Exception as error:  # noqa: BLE001: raised below, on every rank
                answer[0] = error
        broadcast_object_list(answer)
        if isinstance(answer[0], Exception):
            raise answer[0]
        advantages, logs = answer[0]
        metrics = trainer._metrics["train" if trainer.model.training else "eval"]
        for name, value in logs.items():
            metrics[f"advantaged/{name}"].append(value)
        return advantages

    def _asked(self, size: int, lengths: Any, penalty: Any) -> tuple[Any, dict[str, float]]:
        trainer: Any = self
        step = trainer.state.global_step
        arguments: dict[str, Any] = {"observe": bool(trainer.model.training), **self._spec.at(step)}
        by_function = self._rewards_by_function
        rewards = (by_function * trainer.reward_weights.to(by_function.device)).nansum(1)
        rewards[by_function.isnan().all(1)] = torch.nan  # no function has said anything
        if getattr(trainer, "reward_clip_range", None):
            rewards = rewards.clamp(*trainer.reward_clip_range)
        if penalty is not None:
            rewards = rewards - trainer.beta * penalty
        outcomes = self._outcomes(arguments.pop("success_threshold", None))
        if outcomes is not None:
            rewards[outcomes.isnan()] = torch.nan
            arguments["outcomes"] = (outcomes == 1).cpu()
        result = client().compute(rewards.cpu(), groups=size, expected_group_size=size, missing="mask",
                                  lengths=lengths.cpu(), **arguments)
        return result.advantages, {**result.summary, **self._spec.scheduled(step)}

    def _outcomes(self, threshold: float | None) -> Any:
        """1 where the response is correct, 0 where it is wrong, NaN where that is not known: before clips and
        penalties. None if no function says it."""
        column = self._outcome_column
        if column is None:
            if len(self._rewards_by_function[0]) > 1:
                return None
            rewards = self._rewards_by_function[:, 0]
            if threshold is None and not (rewards.isnan() | (rewards == 0) | (rewards == 1)).all():
                return None
        else:
            rewards = self._rewards_by_function[:, column]
        known = ~rewards.isnan()
        if threshold is not None:
            return torch.where(known, (rewards >= threshold).float(), torch.nan)
        between = rewards[known & (rewards != 0) & (rewards != 1)]
        if len(between):
            raise ValueError(f"outcome_function: its reward {between[0].item():g} is neither 0 nor 1; "
                             "set success_threshold")
        return rewards


class AdvantagedGRPOTrainer(AdvantagedTrainer, GRPOTrainer):  # type: ignore[misc]
    """GRPOTrainer; what it has beside stands at `AdvantagedTrainer`."""


class AdvantagedRLOOTrainer(AdvantagedTrainer, RLOOTrainer):  # type: ignore[misc]
    """RLOOTrainer; what it has beside stands at `AdvantagedTrainer`."""
