r"""SkyRL: its own command, with one key more and the method in the environment, since SkyRL refuses keys of others:

    ADVANTAGED_METHOD="pass_at_k_grpo k=4" python -m skyrl.train.entrypoints.main_base ... \
        trainer.override_entrypoint=advantaged.integrations.skyrl

Without ADVANTAGED_METHOD it is SkyRL's own GRPO. The variables of this package (ADVANTAGED_TARGET, ...) are read where
the command runs, and go with the estimator into the Ray task that trains. An entry point of one's own calls
`register(cfg)` before it starts Ray, and has `trainer.algorithm.advantage_estimator` be "advantaged".
"""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Mapping
from typing import Any

import numpy as np

from advantaged.integrations import _log
from advantaged.integrations._run import VARIABLES, Run, RunSpec, run_of
from advantaged.integrations._steps import Steps, search

NAME = "advantaged"
# What SkyRL gives a group that is smaller than its advantages need: the rewards.
INCOMPLETE = "raw"
# What SkyRL means by GRPO: sample standard deviation, 1e-6 added to it. Constant groups are exactly 0 here.
SKYRL_GRPO = {"method": "grpo", "ddof": 1, "epsilon": 1e-6}

# SkyRL's trainer begins at 1.
_steps = Steps(("self.global_step", 1))


def estimate(token_level_rewards: Any, response_mask: Any, index: Any, grpo_norm_by_std: bool = True, *,
             environment: Mapping[str, str] | None = None, group_size: int | None = None, is_filtered: bool = False,
             **_: Any) -> tuple[Any, Any]:
    """SkyRL's interface: rewards and mask [B, T], uids [B]; (advantages, returns), both [B, T] float32, the same.

    The last rows, with uids pad0, pad1, ..., are SkyRL's copies of the first that fill up a batch; they take no part
    and get 0. The other arguments come from `register`: `environment` are the variables of this package.
    """
    import torch  # SkyRL has imported it

    os.environ.update(environment or {})
    uids = np.asarray(index, dtype=object)
    rows = len(uids) - _padding(uids)
    step = _steps.next()
    run = run_of(_spec(grpo_norm_by_std), group_size=group_size, incomplete=INCOMPLETE, is_filtered=is_filtered,
                 folder=search("self.cfg.trainer.ckpt_path", str), has_steps=_steps.are_known)
    result, values = run.compute(step, token_level_rewards[:rows].detach().double().sum(-1).cpu().numpy(),
                                 groups=uids[:rows], lengths=(response_mask[:rows] != 0).sum(-1).cpu().numpy())
    _log.log(values)
    whole = np.zeros(len(uids), np.float32)
    whole[:rows] = result.advantages
    advantages = torch.from_numpy(whole).to(response_mask.device)[:, None] * response_mask
    return advantages, advantages.clone()


def _padding(uids: Any) -> int:
    """How many rows at the end are called pad0, pad1, ... to the last."""
    count = 0
    if "pad0" in uids:
        count = len(uids) - list(uids).index("pad0")
    return count if list(uids[len(uids) - count:]) == [f"pad{i}" for i in range(count)] else 0


def _spec(grpo_norm_by_std: bool) -> RunSpec:
    own = SKYRL_GRPO if grpo_norm_by_std else {"method": "dr_grpo"}
    return RunSpec.from_environment() or RunSpec.read(own, where="trainer.algorithm")


def register(cfg: Any) -> None:
    """Makes "advantaged" an advantage estimator, with what the environment says now and `cfg` says of group sizes.

    What can be known is known here: a wrong ADVANTAGED_METHOD, a K above the group size and settings that the server
    does not know are ValueErrors; a server that is not there is an AdvantagedError.
    """
    from skyrl.backends.skyrl_train.utils.ppo_utils import AdvantageEstimatorRegistry

    size, algorithm = cfg.generator.n_samples_per_prompt, cfg.trainer.algorithm
    Run(_spec(getattr(algorithm, "grpo_norm_by_std", True)), group_size=size, incomplete=INCOMPLETE).check()
    environment = {name: os.environ[name] for name in VARIABLES if name in os.environ}
    is_filtered = bool(getattr(algorithm, "zero_variance_filter", False)
                       or getattr(getattr(algorithm, "dynamic_sampling", None), "type", None))
    estimator = functools.partial(estimate, environment=environment, group_size=size, is_filtered=is_filtered)
    if NAME in AdvantageEstimatorRegistry.list_available():
        AdvantageEstimatorRegistry.unregister(NAME)
    AdvantageEstimatorRegistry.register(NAME, estimator)


def main() -> None:
    """SkyRL's own main, with the estimator registered and chosen."""
    import ray
    from skyrl.train.config import SkyRLTrainConfig
    from skyrl.train.entrypoints.main_base import skyrl_entrypoint
    from skyrl.train.utils import validate_cfg
    from skyrl.train.utils.utils import initialize_ray

    arguments = [argument for argument in sys.argv[1:] if not argument.startswith("trainer.override_entrypoint=")]
    cfg = SkyRLTrainConfig.from_cli_overrides([*arguments, f"trainer.algorithm.advantage_estimator={NAME}"])
    register(cfg)
    validate_cfg(cfg)
    initialize_ray(cfg)
    ray.get(skyrl_entrypoint.remote(cfg))
