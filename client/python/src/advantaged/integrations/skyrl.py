r"""SkyRL: its own command, with one key more and the method in the environment, since SkyRL refuses keys of others:

    ADVANTAGED_METHOD="pass_at_k_grpo k=4" python -m skyrl.train.entrypoints.main_base ... \
        trainer.override_entrypoint=advantaged.integrations.skyrl

Without ADVANTAGED_METHOD it is SkyRL's own GRPO. ADVANTAGED_TARGET, too, is read where the command runs, and goes with
the estimator into the Ray task that trains. An entry point of one's own calls `register(cfg)` before it starts Ray, and
has `trainer.algorithm.advantage_estimator` be "advantaged".
"""

from __future__ import annotations

import functools
import os
import sys
from typing import Any

import numpy as np

from advantaged.integrations import _client, _log
from advantaged.integrations.spec import VARIABLE, Spec

NAME = "advantaged"
# What SkyRL means by GRPO: sample standard deviation, 1e-6 added to it. Constant groups are exactly 0 here.
SKYRL_GRPO = {"method": "grpo", "ddof": 1, "epsilon": 1e-6}

_calls = 0


def estimate(token_level_rewards: Any, response_mask: Any, index: Any, grpo_norm_by_std: bool = True, *,
             method: str | None = None, target: str | None = None, group_size: int | None = None,
             **_: Any) -> tuple[Any, Any]:
    """SkyRL's interface: rewards and mask [B, T], uids [B]; (advantages, returns), both [B, T] float32, the same.

    The last rows, with uids pad0, pad1, ..., are SkyRL's copies of the first that fill up a batch; they take no part
    and get 0. `method`, `target` and `group_size` come from `register`.
    """
    global _calls
    import torch  # SkyRL has imported it

    if target:
        os.environ["ADVANTAGED_TARGET"] = target
    own = SKYRL_GRPO if grpo_norm_by_std else {"method": "dr_grpo"}
    spec = Spec.parse(method, where=VARIABLE) if method else Spec.read(own, where="trainer.algorithm")
    uids = np.asarray(index, dtype=object)
    rows = len(uids) - _padding(uids)
    arguments: dict[str, Any] = {} if group_size is None else {"expected_group_size": group_size}
    # SkyRL tells no step: schedules count the calls of this process.
    result = _client.client().compute(
        token_level_rewards[:rows].detach().double().sum(-1).cpu().numpy(), groups=uids[:rows], missing="mask",
        lengths=(response_mask[:rows] != 0).sum(-1).cpu().numpy(), **{**arguments, **spec.at(_calls)})
    _log.log(result.summary, spec.scheduled(_calls))
    _calls += 1
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


def register(cfg: Any) -> None:
    """Makes "advantaged" an advantage estimator, with what the environment says now and `cfg` says of group sizes.
    ValueError if ADVANTAGED_METHOD is wrong."""
    from skyrl.backends.skyrl_train.utils.ppo_utils import AdvantageEstimatorRegistry

    Spec.from_environment()
    estimator = functools.partial(estimate, method=os.environ.get(VARIABLE), target=os.environ.get("ADVANTAGED_TARGET"),
                                  group_size=cfg.generator.n_samples_per_prompt)
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
