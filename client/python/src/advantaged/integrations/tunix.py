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
from advantaged.integrations._run import Run, RunSpec, run_of
from advantaged.integrations._steps import Steps

NAME = "advantaged"
# What tunix means by GRPO: sample standard deviation, 1e-6 added to it.
TUNIX_GRPO = {"method": "grpo", "ddof": 1, "epsilon": 1e-6}

_chosen: RunSpec | None = None
# Of the learners.
_steps = Steps(("self.rl_cluster.global_steps", 0))


def use(settings: Mapping[str, Any] | str) -> None:
    """The settings of `compute` by their names, or a line ("pass_at_k_grpo k=4"). ValueError if they are wrong,
    AdvantagedError if a server should compute and is not there."""
    global _chosen
    spec = RunSpec.parse(settings, where="use") if isinstance(settings, str) else RunSpec.read(settings, where="use")
    Run(spec, has_lengths=False).check()  # tunix hands over no lengths
    _chosen = spec


@function_registry.register_advantage_estimator(NAME)  # type: ignore[untyped-decorator,unused-ignore]
def estimate(rewards: Any, num_generations: int) -> Any:
    """tunix's interface: rewards [B], groups of num_generations one after the other; advantages [B], float32.

    B is the batch of GRPOLearner, but one group of the agentic learner: stages over the batch see only that.
    """
    spec = _chosen or RunSpec.from_environment() or RunSpec.read(TUNIX_GRPO, where="tunix")
    step = _steps.next()
    run = run_of(spec, group_size=num_generations, has_steps=_steps.are_known,
                 has_lengths=False)
    result, values = run.compute(step, np.asarray(rewards), groups=num_generations)
    _log.log(values)
    return result.advantages
