"""tunix: an import, which registers the advantage estimator, and its name in the configuration:

    import advantaged.integrations.tunix
    GRPOConfig(..., advantage_estimator="advantaged")       # of GRPOLearner, agentic or not

The method is ADVANTAGED_METHOD, else tunix's own GRPO; or what is given to `use`, before training:

    advantaged.integrations.tunix.use({"method": "pass_at_k_grpo", "k": 4})

Where it is computed: ADVANTAGED_TARGET, else in-process.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from tunix.rl import function_registry

from advantaged.integrations import _log
from advantaged.integrations._client import client
from advantaged.integrations.spec import Spec

NAME = "advantaged"
# What tunix means by GRPO: sample standard deviation, 1e-6 added to it.
TUNIX_GRPO = {"method": "grpo", "ddof": 1, "epsilon": 1e-6}

_chosen: Spec | None = None
_calls = 0


def use(settings: Mapping[str, Any] | str) -> None:
    """The settings of `compute` by their names, or a line ("pass_at_k_grpo k=4"). ValueError if they are wrong."""
    global _chosen
    _chosen = (Spec.parse(settings, where="use") if isinstance(settings, str) else Spec.read(settings, where="use"))


@function_registry.register_advantage_estimator(NAME)  # type: ignore[untyped-decorator,unused-ignore]
def estimate(rewards: Any, num_generations: int) -> Any:
    """tunix's interface: rewards [B], groups of num_generations one after the other; advantages [B], float32.

    B is the batch of GRPOLearner, but one group of the agentic learner: stages over the batch see only that.
    """
    global _calls
    spec = _chosen or Spec.from_environment() or Spec.read(TUNIX_GRPO, where="tunix")
    # tunix tells no step: schedules count the calls of this process.
    settings: dict[str, Any] = {"expected_group_size": num_generations, **spec.at(_calls)}
    result = client().compute(np.asarray(rewards), groups=num_generations, missing="mask", **settings)
    _log.log(result.summary, spec.scheduled(_calls))
    _calls += 1
    return result.advantages
