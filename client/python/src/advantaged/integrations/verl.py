"""verl: the advantage estimator `advantaged`, found by verl itself once this package is installed.

    algorithm.adv_estimator=advantaged
    +algorithm.advantaged.method=pass_at_k_grpo
    +algorithm.advantaged.k=4
    +algorithm.advantaged.expected_group_size='${actor_rollout_ref.rollout.n}'

and, for a server, ADVANTAGED_TARGET in the environment of the driver. Further keys are the settings of
`advantaged.Client.compute`: stages, small_group, pass_at, ... Keys that are wrong are errors, with what would be right.

`expected_group_size` must be set. verl gives an estimator rows and their prompts' uids, but not which rows are outputs
of one session (its own GRPO is told by the trainer), so more rows than responses would be counted as responses; with
the size such a batch is refused instead. Where rows are sessions with several outputs keep `adv_estimator=grpo` and call
`replace_grpo()`: verl then hands over one row for each session.

verl's plug-in loading hides errors: `python -m advantaged doctor` shows why an estimator is missing.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Mapping
from types import ModuleType
from typing import Any

import numpy as np

from advantaged.integrations import _kept as _state
from advantaged.integrations import _log
from advantaged.integrations._after_import import after_import, after_making, around
from advantaged.integrations._outcomes import unshaped
from advantaged.integrations._run import Run, RunSpec, run_of
from advantaged.integrations._steps import Steps, search

NAME = "advantaged"
# What verl gives a group that is smaller than its advantages need: the rewards.
INCOMPLETE = "raw"
# What verl means by GRPO: sample standard deviation, 1e-6 added to it. Constant groups are exactly 0 here; in verl up
# to 0.15 leaks into them (float32 mean of equal rewards).
VERL_GRPO = {"method": "grpo", "ddof": 1, "epsilon": 1e-6}

_CORE = "verl.trainer.ppo.core_algos"
_TRAINERS = {"verl.trainer.ppo.ray_trainer": "RayPPOTrainer", "verl.trainer.ppo.v1.trainer_base": "PPOTrainer"}


def estimate(token_level_rewards: Any, response_mask: Any, index: Any = None, config: Any = None,
             **_: Any) -> tuple[Any, Any]:
    """verl's interface: rewards and mask [B, T], uids [B]; (advantages, returns), both [B, T] float32, the same.

    The reward of a row is the sum of its token_level_rewards, masked or not, as in verl. With `use_kl_in_reward` the
    sum of its token_level_scores, before the KL, says whether it is correct. Padding rows (an empty mask and a uid that
    begins with "pad") take no part and get 0.
    """
    return _compute(_spec(config), token_level_rewards, response_mask, index, _filters(config))


def _spec(config: Any) -> RunSpec:
    """Of algorithm.advantaged; `config` is algorithm."""
    node = None if config is None else config.get(NAME)
    if node is None:
        raise ValueError("algorithm.advantaged is not set: +algorithm.advantaged.method=grpo, ...")
    spec = RunSpec.read(node, where="algorithm.advantaged")
    if "expected_group_size" not in spec.at(spec.turns()[0]):
        raise ValueError("algorithm.advantaged.expected_group_size: not set; write "
                         "+algorithm.advantaged.expected_group_size='${actor_rollout_ref.rollout.n}'")
    return spec


def _filters(config: Any) -> bool:
    groups = config.get("filter_groups")
    return bool(groups and groups.get("enable"))


def replace_grpo(settings: Mapping[str, Any] | None = None) -> None:
    """`adv_estimator=grpo` computes here from now on, in this process: call it in the driver before training.

    `settings`: as under algorithm.advantaged; default the environment's ADVANTAGED_METHOD, else verl's GRPO, scaled or
    not as algorithm.norm_adv_by_std_in_grpo says.
    """
    from verl.trainer.ppo import core_algos

    chosen = RunSpec.from_environment() if settings is None else RunSpec.read(settings, where="replace_grpo")

    def compute_grpo_outcome_advantage(token_level_rewards: Any, response_mask: Any, index: Any,
                                       epsilon: float = 1e-6, norm_adv_by_std_in_grpo: bool = True,
                                       config: Any = None) -> tuple[Any, Any]:
        del config
        own = {**VERL_GRPO, "epsilon": epsilon} if norm_adv_by_std_in_grpo else {"method": "dr_grpo"}
        spec = chosen or RunSpec.read(own, where="verl")
        return _compute(spec, token_level_rewards, response_mask, index)

    core_algos.compute_grpo_outcome_advantage = compute_grpo_outcome_advantage


# Of RayPPOTrainer, of the v1 trainer, and of the asynchronous one, which counts versions of the weights.
_steps = Steps(("self.current_param_version", 0), ("self.global_steps", 1))


_kept: dict[str, _state.Stateful] = {}


def keep(**objects: _state.Stateful) -> None:
    """What has `state_dict` and `load_state_dict`, such as `advantaged.baselines.Ema`, goes into verl's checkpoints by the
    names given here, and comes back when a run is resumed: call it in the driver before training."""
    _kept.update(objects)


def _folder(trainer: Any, is_resumed: bool) -> str:
    settings = trainer.config.trainer
    if is_resumed and settings.get("resume_mode") == "resume_path":
        return str(settings.resume_from_path)
    return os.path.join(settings.default_local_dir, f"global_step_{trainer.global_steps}")


def _restore(trainer: Any) -> None:
    if trainer.global_steps > 0:  # else nothing has been resumed
        _state.read(_kept, _folder(trainer, True))


def _keep_with(trainer: type) -> None:
    def nothing(_: Any) -> None:
        pass

    # Before verl writes that the checkpoint is complete, and after it knows which one is resumed.
    around(trainer, "_save_checkpoint", lambda self: _state.write(_kept, _folder(self, False)), nothing)
    around(trainer, "_load_checkpoint", nothing, _restore)


def _scores(token_level_rewards: Any) -> Any:
    """Rewards [B] before verl took the KL off them, from the batch of the function that has called; None where they are
    the same or unknown."""
    from verl import DataProto

    data = search("data", DataProto)
    if data is None or data.batch.get("token_level_rewards") is not token_level_rewards:
        return None
    scores = data.batch.get("token_level_scores")
    return None if scores is None or scores is token_level_rewards else scores.detach().double().sum(-1).cpu()


def _compute(spec: RunSpec, token_level_rewards: Any, response_mask: Any, index: Any,
             is_filtered: bool = False) -> tuple[Any, Any]:
    if index is None:
        raise ValueError("verl gave no uid: without it nothing says which responses belong together")
    lengths = (response_mask != 0).sum(-1).cpu().numpy()
    uids = np.asarray(index, dtype=object)
    is_padding = (lengths == 0) & np.fromiter((str(uid).startswith("pad") for uid in uids), bool, len(uids))
    rows = np.flatnonzero(~is_padding)
    scores = token_level_rewards.detach().double().sum(-1).cpu().numpy()
    step = _steps.next()
    run = run_of(spec, incomplete=INCOMPLETE, is_filtered=is_filtered, has_steps=_steps.are_known,
                 folder=search("self.config.trainer.default_local_dir", str))
    raw = _scores(token_level_rewards)
    settings = {} if raw is None else unshaped(raw[rows], spec.success_threshold(step))
    result, values = run.compute(step, scores[rows], groups=uids[rows], lengths=lengths[rows], **settings)
    _log.log(values)
    whole = np.zeros(len(uids), np.float32)
    whole[rows] = result.advantages
    import torch  # verl has imported it

    advantages = torch.from_numpy(whole).to(response_mask.device)[:, None] * response_mask
    return advantages, advantages.clone()


def _register(core_algos: ModuleType) -> None:
    if NAME not in core_algos.ADV_ESTIMATOR_REGISTRY:
        core_algos.register_adv_est(NAME)(estimate)


def _check(trainer: Any) -> None:
    """What can be known of the settings before the first step."""
    algorithm = trainer.config.algorithm
    if algorithm.get("adv_estimator") == NAME:
        rollout = (trainer.config.get("actor_rollout_ref") or {}).get("rollout") or {}
        Run(_spec(algorithm), group_size=rollout.get("n"), incomplete=INCOMPLETE).check()


# In every process that imports verl, Ray workers too, most of which need none of this.
after_import(_CORE, _register)
for _module, _class in _TRAINERS.items():
    after_import(_module, functools.partial(lambda name, module: after_making(getattr(module, name), _check), _class))
    after_import(_module, functools.partial(lambda name, module: _keep_with(getattr(module, name)), _class))
