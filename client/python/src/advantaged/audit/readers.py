"""How a watch reads the calls of a trainer's function: `Watch(function, read=readers.verl, ...)`.

A reader takes the arguments, the keywords and what the function returned, and gives the Batch. What it cannot read, it
raises as an exception, and the watch reports it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

import numpy as np

from advantaged import _containers
from advantaged.audit.batch import Batch, Bools, Floats
from advantaged.audit.rows import identity

Reader = Callable[[Sequence[Any], Mapping[str, Any], Any], Batch]


def plain(arguments: Sequence[Any], keywords: Mapping[str, Any], returned: Any) -> Batch:
    """f(rewards, groups, ...) that returns advantages, or a tuple that begins with them; both arguments also as keywords.

    `rewards` has a number per response, or [response, token], which is summed. `groups` has an id per response.
    Advantages [response, token] must be the same in all tokens that are not 0.
    """
    rewards = _named(arguments, keywords, 0, "rewards")
    groups = _named(arguments, keywords, 1, "groups")
    scores = _per_row(rewards, "rewards")
    tokens = scores if scores.ndim == 1 else scores.sum(1)
    return Batch(tokens, _spread(_first(returned), None), _ids(groups, "groups"))


def verl(arguments: Sequence[Any], keywords: Mapping[str, Any], returned: Any) -> Batch:
    """An advantage estimator of verl or SkyRL: f(token_level_rewards, response_mask, index, ...) that returns (advantages,
    returns), all [response, token] but `index`, the uids. The reward of a row is the sum of its tokens, masked or not.
    Padding rows (an empty mask and a uid that begins with "pad") are left out."""
    scores = _per_row(_named(arguments, keywords, 0, "token_level_rewards"), "token_level_rewards")
    mask = _per_row(_named(arguments, keywords, 1, "response_mask"), "response_mask")
    groups = _ids(_named(arguments, keywords, 2, "index"), "index")
    in_loss = mask != 0
    lengths = in_loss.sum(1)
    rows = [row for row, group in enumerate(groups) if lengths[row] or not str(group).startswith("pad")]
    advantages = _spread(_first(returned), in_loss)
    return Batch(scores.sum(1)[rows], advantages[rows], [groups[row] for row in rows],
                 lengths=lengths[rows].astype(np.uint32))


def trl(trainer: Any) -> Reader:
    """Of TRL's GRPOTrainer and RLOOTrainer, whose method computes the advantages inside:

        trainer._generate_and_score_completions = Watch(
            trainer._generate_and_score_completions, read=readers.trl(trainer), method="grpo", ddof=1, epsilon=1e-4)

    Rewards, advantages and prompts are those that the trainer logs, of all processes; each `num_generations` rows are a
    group. The rows of each process are known, too. RLOO with `beta` takes a penalty off the rewards that is not logged,
    and cannot be read; nor can GRPO with multi_objective_aggregation="normalize_then_sum".
    """
    def read(arguments: Sequence[Any], keywords: Mapping[str, Any], returned: Any) -> Batch:
        own = len(returned["advantages"])
        count = own * trainer.accelerator.num_processes
        logs = trainer._logs
        by_function = np.array([_last(logs["rewards"][name], count, f"rewards of {name}")
                                for name in trainer.reward_func_names], np.float64)
        if trainer.beta and hasattr(trainer, "normalize_advantages"):
            raise ValueError(f"beta is {trainer.beta}: the penalty that RLOO takes off the rewards is not logged")
        if getattr(trainer, "multi_objective_aggregation", "sum_then_normalize") != "sum_then_normalize":
            raise ValueError(f"multi_objective_aggregation is {trainer.multi_objective_aggregation!r}: a response has "
                             "several rewards, and an audit compares one")
        weights = np.asarray(trainer.reward_weights.tolist(), np.float64)
        rewards = np.nansum(by_function * weights[:, None], axis=0)
        if getattr(trainer, "reward_clip_range", None):
            rewards = rewards.clip(*trainer.reward_clip_range)
        valid = np.logical_not(np.isnan(by_function).all(0))
        size = trainer.num_generations if trainer.model.training else trainer.num_generations_eval
        rows = np.arange(count)
        return Batch(
            np.where(valid, rewards, np.nan), np.array(_last(logs["advantages"], count, "advantages"), np.float64),
            (rows // size).tolist(), prompts=_prompts(_last(logs["prompt"], count, "prompts")),
            ranks=(rows // own).tolist(), valid=valid)

    return read


def of_signature(names: Sequence[str]) -> Reader:
    """The reader for a function with these parameters: verl's where they have its names, else `plain`."""
    return verl if "token_level_rewards" in names else plain


def _named(arguments: Sequence[Any], keywords: Mapping[str, Any], position: int, name: str) -> Any:
    if name in keywords:
        return keywords[name]
    if position < len(arguments):
        return arguments[position]
    raise ValueError(f"no {name}: the call has {len(arguments)} arguments"
                     + (f" and the keywords {', '.join(keywords)}" if keywords else ""))


def _first(returned: Any) -> Any:
    return returned[0] if isinstance(returned, tuple) and returned else returned


def _per_row(values: Any, name: str) -> Floats:
    """A copy of the numbers, [response] or [response, token]."""
    flat, form = _containers.read(values, name)
    copy = flat.astype(np.float64)
    if form.row_sizes is not None:
        raise ValueError(f"{name}: a list of lists; it must be an array, or a flat list")
    return copy.reshape(form.shape) if len(form.shape) == 2 else copy


def _spread(values: Any, in_loss: Bools | None) -> Floats:
    """The advantage of each row, that of all its tokens in the loss (default: of all that are not 0); 0 without any."""
    tokens = _per_row(values, "advantages")
    if tokens.ndim == 1:
        return tokens
    counts = tokens != 0 if in_loss is None else in_loss
    high = np.where(counts, tokens, -np.inf).max(1, initial=-np.inf)
    low = np.where(counts, tokens, np.inf).min(1, initial=np.inf)
    with np.errstate(invalid="ignore"):
        differs = (high > low) & ~(high - low <= 1e-5 * np.maximum(np.abs(high), np.abs(low)))
    if differs.any():
        row = int(np.argmax(differs))
        raise ValueError(f"advantages[{row}]: from {low[row]:g} to {high[row]:g} in one response; an audit compares one "
                         "advantage for each response")
    return np.where(counts.any(1), high, 0.0)


def _ids(values: Any, name: str) -> list[Hashable]:
    """A hashable id per response."""
    try:
        listed = values.tolist() if hasattr(values, "tolist") else list(values)
    except TypeError:
        raise ValueError(f"{name}: {values!r}; it must be an id per response") from None
    for row, value in enumerate(listed):
        if isinstance(value, (list, dict, set)):
            raise ValueError(f"{name}[{row}]: {type(value).__name__}; it must be an id per response")
    return listed


def _prompts(prompts: list[Any]) -> list[Hashable] | None:
    """None where they hold what JSON cannot say, as images."""
    try:
        return [identity(prompt) for prompt in prompts]
    except ValueError:
        return None


def _last(logged: Any, count: int, name: str) -> list[Any]:
    if len(logged) < count:
        raise ValueError(f"{name}: the trainer has logged {len(logged)} of the batch's {count}")
    return list(logged)[-count:]
