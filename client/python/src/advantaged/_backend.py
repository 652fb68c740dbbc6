"""What all clients share: a call read into a batch and a plan, and an answer given back as the rewards came."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from advantaged import _batch, _containers, _plan, _scheduled, _status
from advantaged.errors import InvalidArgument, UnexpectedStatus, wrong
from advantaged.result import Facts, Result, Warning

if TYPE_CHECKING:
    from advantaged._arguments import Arguments


class Job(NamedTuple):
    """One call, read."""

    plan: _plan.Plan
    read: _batch.Read
    deadline: float | None
    """Seconds, where the call says it."""
    scheduled: dict[str, float]
    """The settings that follow a schedule, at the step of this call."""

    def result(self, advantages: Any, facts: Callable[[], Facts], backend: str) -> Result:
        """`advantages` as the rewards came."""
        if self.read.warnings:
            facts = functools.partial(_with_warnings, facts, self.read.warnings)
        if self.plan.moments_only:
            return Result(None, facts, backend, self.read.empty_responses, self.scheduled)
        if len(advantages) != len(self.read.batch.rewards):
            raise UnexpectedStatus("INTERNAL", f"{len(advantages)} advantages for {len(self.read.batch.rewards)} responses")
        return Result(self.read.form.restore(advantages, self.read.out_dtype), facts, backend, self.read.empty_responses,
                      self.scheduled)

    def in_callers_words(self, error: InvalidArgument) -> InvalidArgument:
        """Names the groups as the caller does."""
        return _status.with_labels(error, self.read.labels, self.read.trajectory_labels)


def _with_warnings(facts: Callable[[], Facts], warnings: tuple[Warning, ...]) -> Facts:
    found = facts()
    return found._replace(warnings=(*warnings, *found.warnings))


def read_job(rewards: Any, arguments: Arguments) -> Job:
    """InvalidArgument, TypeError or ValueError name what cannot be read."""
    at_step, scheduled = _scheduled.resolve(arguments)
    plan, rest = _plan.split_arguments(at_step)
    deadline = rest.get("deadline")
    if deadline is not None and not (isinstance(deadline, (int, float)) and deadline > 0):
        raise wrong("deadline", f"{deadline!r}; it must be seconds, more than 0")
    return Job(plan, _batch.read(rewards, rest, plan), deadline, scheduled)


def count(rewards: Any) -> int:
    """How many numbers an array or a tensor holds; 0 for what would have to be looked through."""
    shape = getattr(rewards, "shape", ())
    return math.prod(shape) if shape else 0


class Tokens:
    """Token-level rewards [B, T] to responses, and advantages of responses back to their tokens."""

    def __init__(self, token_level_rewards: Any, response_mask: Any, reward_mask: Any) -> None:
        rewards = _two_dimensional(token_level_rewards, "token_level_rewards")
        self._mask = _mask(response_mask, "response_mask", rewards)
        counted = None if reward_mask is None else _mask(reward_mask, "reward_mask", rewards)
        if _containers.is_torch(rewards):
            # On its device: a number per response is copied, not one per token.
            sums = rewards.detach().double()
            self.rewards = (sums if counted is None else sums.masked_fill(~counted, 0)).sum(-1)
        else:
            self.rewards = (rewards if counted is None else np.where(counted, rewards, 0)).sum(-1, dtype=np.float64)

    def arguments(self, arguments: Arguments) -> Arguments:
        """With the lengths that the mask says, where the caller says none."""
        return arguments if "lengths" in arguments else {**arguments, "lengths": self._mask.sum(-1)}

    def broadcast(self, result: Result) -> Result:
        """Advantages [B] to [B, T], 0 where the mask is."""
        if result.advantages is not None:
            result.advantages = result.advantages[:, None] * self._mask
        return result


def _mask(values: Any, name: str, rewards: Any) -> Any:
    """Booleans of the shape of `rewards`, and where they are."""
    mask = _two_dimensional(values, name)
    if tuple(mask.shape) != tuple(rewards.shape):
        raise wrong(name, f"shape {tuple(mask.shape)}; token_level_rewards has {tuple(rewards.shape)}")
    if _containers.is_torch(rewards):
        return _containers.to_device(mask, rewards.device) != 0
    return (mask.detach().cpu().numpy() if _containers.is_torch(mask) else mask) != 0


def _two_dimensional(values: Any, name: str) -> Any:
    """A tensor or an array of real numbers."""
    if not _containers.is_torch(values):
        if not hasattr(values, "__array__"):
            raise wrong(name, f"a {type(values).__name__}; it must be an array or a tensor of [response, token]")
        values = np.asarray(values)
    if values.ndim != 2:
        raise wrong(name, f"shape {tuple(values.shape)}; it must be an array or a tensor of [response, token]")
    _containers.check_real(values, name)
    return values
