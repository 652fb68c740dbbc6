"""slime and miles: rewards grouped by `group_index` and shaped here, in place of slime's own grouping.

    --custom-reward-post-process-path advantaged.integrations.slime.post_process
    --advantage-estimator grpo            (broadcasts what comes from here over the tokens)

and, in the environment of the job, ADVANTAGED_METHOD="pass_at_k_grpo k=4" and, for a server, ADVANTAGED_TARGET. Leave
--normalize-advantages out: it would whiten the result. Without ADVANTAGED_METHOD it is slime's GRPO: `SLIME_GRPO`, or
mean-centred without --grpo-std-normalization.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from advantaged.integrations import _log
from advantaged.integrations._run import RunSpec, run_of
from advantaged.integrations._steps import Steps

# What slime 0.x means by GRPO: sample standard deviation, 1e-6 added to it. Constant groups are exactly 0 here; in
# slime up to 0.18 leaks into them (float32 mean of equal rewards).
SLIME_GRPO = {"method": "grpo", "ddof": 1, "epsilon": 1e-6}
SLIME_CENTRED = {"method": "dr_grpo"}

# Of the rollout manager's generate.
_steps = Steps(("rollout_id", 0))


def post_process(args: Any, samples: Sequence[Any]) -> tuple[list[float], list[float]]:
    """(raw rewards, advantages) of one rollout batch, in the order of `samples`, those of lists in lists one after the
    other. A sample without a reward is masked, and its raw reward is 0, since slime averages these.

    Reads of `args`: n_samples_per_prompt (every group must have so many responses), reward_key,
    grpo_std_normalization, start_rollout_id. The step of schedules is slime's rollout_id, else start_rollout_id plus
    the calls so far. Reads of a sample: group_index, reward, response_length, and rollout_id where it tells responses
    of a group apart: samples with the same one are rows of one response, which counts once.
    """
    samples = list(_flat(samples))
    step = _steps.next()
    if not _steps.are_known:
        step += getattr(args, "start_rollout_id", None) or 0
    rewards = [_reward(args, sample, i) for i, sample in enumerate(samples)]
    groups = [_group(sample, i) for i, sample in enumerate(samples)]
    rows: dict[str, Any] = {"groups": groups}
    rollouts = [getattr(sample, "rollout_id", None) for sample in samples]
    # One id for the whole batch names the step, not responses.
    if None not in rollouts and len(set(rollouts)) > 1:
        rows["trajectory_ids"] = list(zip(groups, rollouts))
    lengths = [_length(sample) for sample in samples]
    if None not in lengths:
        rows["lengths"] = lengths
    run = run_of(_spec(args), group_size=args.n_samples_per_prompt, incomplete="zero",  # as miles
                 is_filtered=getattr(args, "dynamic_sampling_filter_path", None) is not None,
                 folder=getattr(args, "save", None))
    result, values = run.compute(step, rewards, **rows)
    _log.log(values)
    return [0.0 if math.isnan(reward) else reward for reward in rewards], result.advantages


def _flat(samples: Iterable[Any]) -> Iterator[Any]:
    for sample in samples:
        if isinstance(sample, (list, tuple)):
            yield from _flat(sample)
        else:
            yield sample


def _length(sample: Any) -> int | None:
    """Tokens in the loss."""
    if getattr(sample, "remove_sample", False):
        return 0
    mask = getattr(sample, "loss_mask", None)
    return getattr(sample, "response_length", None) if mask is None else sum(mask)


def _spec(args: Any) -> RunSpec:
    chosen = RunSpec.from_environment()
    if chosen is not None:
        return chosen
    scales = getattr(args, "grpo_std_normalization", True)
    return RunSpec.read(SLIME_GRPO if scales else SLIME_CENTRED, where="slime")


def _reward(args: Any, sample: Any, i: int) -> float:
    """A number, or of a dict of them the one that --reward-key names; NaN where there is none."""
    reward = sample.reward
    key = getattr(args, "reward_key", None)
    if isinstance(reward, dict):
        if key is None or key not in reward:
            raise ValueError(f"samples[{i}].reward: a dict of {', '.join(map(str, reward))}; --reward-key is {key!r}")
        reward = reward[key]
    return float("nan") if reward is None else float(reward)


def _group(sample: Any, i: int) -> Any:
    group = getattr(sample, "group_index", None)
    if group is None:
        raise ValueError(f"samples[{i}].group_index: None; without it nothing says which responses belong together")
    return group
