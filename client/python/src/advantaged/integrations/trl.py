"""TRL's GRPOTrainer and RLOOTrainer with the advantages of `advantaged`.

One line of a training script changes:

    from advantaged.integrations.trl import AdvantagedGRPOTrainer as GRPOTrainer    # was: from trl import GRPOTrainer

and one argument says the method; left out, it is ADVANTAGED_METHOD, else what TRL's own configuration asks for:

    trainer = GRPOTrainer(..., advantage={"method": "pass_at_k_grpo", "k": "8 -> 1 over 200"})

Without code, for `trl grpo` and `trl rloo`: `advantaged.integrations.trl_cli`. A subclass of one's own takes the mixin:
`class MyTrainer(AdvantagedTrainer, GRPOTrainer)`. Where it is computed: ADVANTAGED_TARGET, else in-process.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping
from typing import Any

import torch
from accelerate.utils import broadcast_object_list
from transformers import TrainerCallback
from trl import GRPOTrainer, RLOOTrainer

from advantaged import stages
from advantaged.errors import AdvantagedError
from advantaged.integrations import _kept, _log
from advantaged.integrations._outcomes import reached
from advantaged.integrations._run import Run, RunSpec

# Names the reward function that says which responses are correct, where there are several.
OUTCOME_VARIABLE = "ADVANTAGED_OUTCOME_FUNCTION"

# TRL divides by the standard deviation of n-1 and adds this; ours is the population's, and adds nothing.
TRL_EPSILON = 1e-4

_LOGGER = logging.getLogger("advantaged.integrations")


def own_spec(trainer: Any) -> RunSpec:
    """What TRL's configuration of this trainer asks for, in our words: the same numbers, but for zero variance."""
    scale_of_batch = stages.Scale(ddof=1, epsilon=TRL_EPSILON)
    if isinstance(trainer, RLOOTrainer):
        whiten = [stages.Center(), scale_of_batch] if trainer.normalize_advantages else []
        return RunSpec.read({"method": "rloo", "stages": whiten}, where="RLOOConfig")
    if trainer.scale_rewards == "group":
        return RunSpec.read({"method": "grpo", "ddof": 1, "epsilon": TRL_EPSILON}, where="GRPOConfig")
    by_rewards = stages.Scale(spread="rewards", ddof=1, epsilon=TRL_EPSILON)
    scale = [by_rewards] if trainer.scale_rewards == "batch" else []
    return RunSpec.read({"method": "dr_grpo", "stages": scale}, where="GRPOConfig")


class AdvantagedTrainer:
    """Goes before GRPOTrainer or RLOOTrainer in the bases of a class. Beside the arguments of the trainer:

    `advantage`: settings of `compute` by their names, the method's with them, or a line ("pass_at_k_grpo k=4"); and
    `fallback`, `deadline`, `empty_responses` (docs/integrations/README.md).
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
            spec: RunSpec | None = RunSpec.parse(advantage, where="advantage")
        else:
            spec = RunSpec.from_environment() if advantage is None else RunSpec.read(advantage, where="advantage")
        self._run = Run(spec or own_spec(self), group_size=trainer.num_generations, folder=trainer.args.output_dir)
        self._has_told_of_evaluation = False
        self._outcome_column: int | None = None
        name = outcome_function or os.environ.get(OUTCOME_VARIABLE)
        if name:
            if name not in trainer.reward_func_names:
                raise ValueError(f"outcome_function: {name!r}; the reward functions are "
                                 f"{', '.join(trainer.reward_func_names)}")
            self._outcome_column = trainer.reward_func_names.index(name)
        self._log_probabilities: list[Any] | None = None
        self._on_first_rank(self._check)

    def _check(self) -> None:
        """What can be known before the training."""
        trainer: Any = self
        self._run.check()
        names = trainer.reward_func_names
        spec = self._run.spec
        is_told = self._outcome_column is not None or "success_threshold" in spec.at(spec.turns()[0])
        if len(names) > 1 and not is_told and self._run.needs_outcomes():
            raise ValueError(f"outcome_function: not set; {spec.method} needs to know which responses are correct, "
                             f"which the sum of the reward functions {', '.join(names)} does not say: name the one "
                             f"that does, as in outcome_function={names[0]!r}, or set success_threshold for the sum")

    def _on_first_rank(self, act: Callable[[], Any]) -> Any:
        """What act() returns there, on all ranks; what goes wrong there is raised on all, so that none waits for the
        others."""
        trainer: Any = self
        answer: list[Any] = [None]
        if trainer.accelerator.is_main_process:
            try:
                answer[0] = act()
            except Exception as error:  # noqa: BLE001: raised below, on every rank
                answer[0] = error
        broadcast_object_list(answer)
        if isinstance(answer[0], Exception):
            raise answer[0]
        return answer[0]

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
        found = self._on_first_rank(lambda: self._asked(size, lengths, penalty))
        if found is None:
            return output
        advantages, values = found
        metrics = trainer._metrics["train" if trainer.model.training else "eval"]
        for name, value in _log.named(values).items():
            metrics[name].append(value)
        logged = trainer._logs["advantages"]
        for _ in range(min(len(logged), len(advantages))):  # what TRL just put there
            logged.pop()
        logged.extend(advantages.tolist())
        first = trainer.accelerator.process_index * len(inputs)
        output["advantages"] = advantages[first:first + len(inputs)].to(output["advantages"])
        return output

    def _asked(self, size: int, lengths: Any, penalty: Any) -> tuple[Any, dict[str, float]] | None:
        """Advantages of the global batch, float32 on the CPU, and what the log says of them; None for an evaluation
        that cannot be computed, which is no reason to end the training: TRL's own advantages stay."""
        trainer: Any = self
        if trainer.model.training:
            return self._compute(size, lengths, penalty)
        try:
            return self._compute(size, lengths, penalty, observe=False)
        except (AdvantagedError, ValueError) as error:
            if not self._has_told_of_evaluation:
                self._has_told_of_evaluation = True
                _LOGGER.warning("advantaged: evaluations (num_generations_eval=%d) keep TRL's own advantages, for %s",
                                size, error)
            return None

    def _compute(self, size: int, lengths: Any, penalty: Any, **arguments: Any) -> tuple[Any, dict[str, float]]:
        trainer: Any = self
        step = trainer.state.global_step
        by_function = self._rewards_by_function
        rewards = (by_function * trainer.reward_weights.to(by_function.device)).nansum(1)
        rewards[by_function.isnan().all(1)] = torch.nan  # no function has said anything
        outcomes = self._outcomes(rewards, self._run.spec.success_threshold(step))
        if getattr(trainer, "reward_clip_range", None):
            rewards = rewards.clamp(*trainer.reward_clip_range)
        if penalty is not None:
            rewards = rewards - trainer.beta * penalty
        if outcomes is not None:
            rewards[outcomes.isnan()] = torch.nan
            arguments["outcomes"] = (outcomes == 1).cpu()
        result, values = self._run.compute(step, rewards.cpu(), lengths=lengths.cpu(), groups=size,
                                           expected_group_size=size, success_threshold=None, **arguments)
        return result.advantages, values

    def _outcomes(self, weighted: Any, threshold: float | None) -> Any:
        """1 where the response is correct, 0 where it is wrong, NaN where that is not known: before clips and
        penalties. None if no function says it. `weighted`: the sum of all functions."""
        column = self._outcome_column
        if column is not None:
            rewards = self._rewards_by_function[:, column]
        elif len(self._rewards_by_function[0]) == 1:
            rewards = self._rewards_by_function[:, 0]
        elif threshold is None:
            return None
        else:
            rewards = weighted
        known = ~rewards.isnan()
        if threshold is not None:
            return torch.where(known, reached(rewards, threshold).float(), torch.nan)
        between = rewards[known & (rewards != 0) & (rewards != 1)]
        if not len(between):
            return rewards
        if column is not None:
            raise ValueError(f"outcome_function: its reward {between[0].item():g} is neither 0 nor 1; "
                             "set success_threshold")
        return None


class Keep(TrainerCallback):  # type: ignore[misc]
    """What has `state_dict` and `load_state_dict`, such as `advantaged.baselines.Ema`, goes into the checkpoints of any
    trainer of transformers, and comes back on every rank when a training is resumed:

        trainer.add_callback(Keep(rae=ema))
    """

    _NAME = "advantaged"

    def __init__(self, **objects: _kept.Stateful) -> None:
        self._objects = objects

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Into trainer_state.json, if this step is saved."""
        def put() -> None:
            state.stateful_callbacks[self._NAME] = {"args": {}, "attributes": _kept.states(self._objects)}

        _log.attempt("stateful_callbacks", put)

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """From there."""
        if state.global_step > 0:
            saved = (state.stateful_callbacks or {}).get(self._NAME) or {}
            _kept.restore(self._objects, saved.get("attributes"), f"the checkpoint of step {state.global_step}")


class AdvantagedGRPOTrainer(AdvantagedTrainer, GRPOTrainer):  # type: ignore[misc]
    """GRPOTrainer; what it has beside stands at `AdvantagedTrainer`."""


class AdvantagedRLOOTrainer(AdvantagedTrainer, RLOOTrainer):  # type: ignore[misc]
    """RLOOTrainer; what it has beside stands at `AdvantagedTrainer`."""
