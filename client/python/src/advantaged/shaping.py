"""Rewards shaped before they become advantages: by length, by how the response ended, by its distance from a reference.

    shaped = shaping.overlong(correct, generated_lengths, max_length=20480, buffer=4096)
    result = client.compute(shaped, groups=16, method="pass_at_k_grpo", k=4, outcomes=correct)

The unshaped correctness goes on as `outcomes`: methods that need 0 and 1 take it, and success rates stay what they are.
With `shape_rewards=True` a method takes its factor from the outcomes, and the rest from the shaped rewards.

Each function takes an array, a tensor or a list with a number per response and gives the same, float32, computed in
double and rounded once. A reward that is missing, NaN or None, stays missing. Lengths are tokens *generated*, not those
in the loss: a truncated response that is masked out of the loss has none there, and is what overlong penalties are
about. InvalidArgument names what is wrong.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from advantaged import _batch, _containers, _groups
from advantaged._numbers import number, whole
from advantaged.errors import wrong

Doubles = npt.NDArray[np.float64]


def overlong(rewards: Any, generated_lengths: Any, *, max_length: int, buffer: int, factor: float = 1.0,
             cap: bool = True) -> Any:
    """The soft overlong punishment (DAPO, arXiv 2503.14476, equation 13): r - factor * excess / buffer, where excess is
    how far a response reaches into the last `buffer` tokens before `max_length`, which is 0 < buffer <= max_length.

    `cap`: beyond `max_length` no more than `factor` is taken (the paper, TRL, ms-swift, OpenRLHF); without, the line
    goes on (verl, NeMo-RL, AReaL, whose rollouts end there). `factor` at least 0.
    """
    whole(max_length, "max_length", at_least=1)
    whole(buffer, "buffer", at_least=1, at_most=max_length)
    factor = number(factor, "factor", at_least=0)
    shaped = _Shaped(rewards)
    excess = np.maximum(shaped.lengths(generated_lengths, "generated_lengths") - (max_length - buffer), 0) / buffer
    return shaped.restored(shaped.rewards - factor * (np.minimum(excess, 1) if cap else excess))


def stop_properly(rewards: Any, truncated: Any, coefficient: float) -> Any:
    """r * coefficient where a response was `truncated`, booleans (ProRLv2: NeMo-RL, OpenRLHF); `coefficient` in [0, 1].

    It is meant for rewards of at least 0: -1 times 0.5 is a gain, so shape rewards of -1 and 1 by `overlong` instead.
    """
    coefficient = number(coefficient, "coefficient", at_least=0, at_most=1)
    shaped = _Shaped(rewards)
    return shaped.restored(np.where(shaped.flags(truncated, "truncated"), shaped.rewards * coefficient, shaped.rewards))


def group_length(rewards: Any, *measured: tuple[Any, float], groups: Any = None) -> Any:
    """Length relative to the group: r - mean * Sum(weight * length / largest length of the group), the mean that of the
    rewards of the group (prime-rl's length penalty; it takes more where more is solved).

    Each of `measured` is (lengths, weight): tokens generated, tokens read, turns, ...: prime-rl's weights are 0.25, 0.1
    and 0.1. `groups` as in `compute`. Missing rewards count in neither mean nor largest length.
    """
    if not measured:
        raise wrong("measured", "empty; give (lengths, weight)")
    shaped = _Shaped(rewards)
    group = shaped.group_of_each(groups)
    mean = shaped.mean(shaped.rewards, group)
    share = np.zeros(len(group))
    for i, pair in enumerate(measured):
        try:
            lengths, weight = pair
        except (TypeError, ValueError):
            raise wrong(f"measured[{i}]", f"{pair!r}; it must be (lengths, weight)") from None
        lengths = shaped.lengths(lengths, f"measured[{i}]")
        share += number(weight, f"measured[{i}]") * _divided(lengths, shaped.largest(lengths, group))
    return shaped.restored(shaped.rewards - mean * share)


def shorter_is_better(rewards: Any, generated_lengths: Any, correct: Any, *, groups: Any = None,
                      weight: float = 1.0) -> Any:
    """Length relative to the group (Kimi k1.5, arXiv 2501.12599, section 2.3.3): r + weight * l, where l falls from 0.5
    for the shortest response of the group to -0.5 for its longest, is 0 if they are all as long, and for responses that
    are not `correct`, booleans, at most 0."""
    weight = number(weight, "weight", at_least=0)
    shaped = _Shaped(rewards)
    group = shaped.group_of_each(groups)
    lengths = shaped.lengths(generated_lengths, "generated_lengths")
    shortest = -shaped.largest(-lengths, group)
    spread = shaped.largest(lengths, group) - shortest
    fallen = np.where(spread > 0, 0.5 - _divided(lengths - shortest, spread), 0)
    good = shaped.flags(correct, "correct")
    return shaped.restored(shaped.rewards + weight * np.where(good, fallen, np.minimum(fallen, 0)))


def kl(rewards: Any, sequence_kl: Any, beta: float) -> Any:
    """r - beta * KL, where `sequence_kl` is a number per response: the sum over its tokens in the loss of
    log pi - log pi_ref (as TRL's RLOO has it), or another estimate. `beta` at least 0. A KL per token stays in the
    framework.
    """
    beta = number(beta, "beta", at_least=0)
    shaped = _Shaped(rewards)
    return shaped.restored(shaped.rewards - beta * shaped.numbers(sequence_kl, "sequence_kl"))


class _Shaped:
    """Rewards as doubles, and how they came."""

    def __init__(self, rewards: Any) -> None:
        values, self._form = _containers.read(rewards, "rewards")
        self.rewards: Doubles = values.astype(np.float64)
        self._is_known = ~np.isnan(self.rewards)
        self._check(np.isfinite(self.rewards), self.rewards, "rewards", "finite")

    def restored(self, values: Doubles) -> Any:
        return self._form.restore(_batch.to_float32(values), None)

    def numbers(self, values: Any, name: str) -> Doubles:
        """One per response; finite where there is a reward."""
        array: Doubles = self._read(values, name).astype(np.float64)
        self._check(np.isfinite(array), array, name, "finite")
        return array

    def lengths(self, values: Any, name: str) -> Doubles:
        """Finite and at least 0, where there is a reward."""
        array = self.numbers(values, name)
        self._check(array >= 0, array, name, "at least 0")
        return np.where(self._is_known, array, 0)

    def flags(self, values: Any, name: str) -> npt.NDArray[np.bool_]:
        array = self._read(values, name)
        self._check((array == 0) | (array == 1), array, name, "True or False")
        return np.asarray(array == 1)

    def group_of_each(self, groups: Any) -> Any:
        """Numbers of the groups, from 0 on."""
        count = len(self.rewards)
        found: Any = _groups.read_groups(groups, None, None, self._form, count)
        if found.size is not None:
            if found.size < 1 or count % found.size:
                raise wrong("groups", f"{found.size}; {count} rewards are not in groups of that size")
            return np.arange(count) // found.size
        if found.sizes is not None:
            if found.sizes.sum() != count:
                raise wrong("groups", f"sizes of {found.sizes.sum()} responses together, for {count} rewards")
            return np.repeat(np.arange(len(found.sizes)), found.sizes)
        if len(found.ids) != count:
            raise wrong("groups", f"{len(found.ids)} entries for {count} rewards")
        return np.unique(found.ids, return_inverse=True)[1]

    def mean(self, values: Doubles, group: Any) -> Any:
        """Of the known responses of the group of each; 0 where there is none."""
        sums = np.bincount(group, np.where(self._is_known, values, 0))
        return _divided(sums, np.bincount(group, self._is_known))[group]

    def largest(self, values: Doubles, group: Any) -> Any:
        """The same, the largest."""
        found = np.full(group.max(initial=0) + 1, -math.inf)
        np.maximum.at(found, group[self._is_known], values[self._is_known])
        return np.where(np.isinf(found), 0, found)[group]

    def _read(self, values: Any, name: str) -> Any:
        array, rows = _containers.read(values, name)
        return _batch.check_fits(array, rows, self._form, len(self.rewards), name)

    def _check(self, is_good: npt.NDArray[np.bool_], array: Any, name: str, expected: str) -> None:
        bad = ~is_good & self._is_known
        if bad.any():
            i = int(np.argmax(bad))
            raise wrong(f"{name}[{i}]", f"{array[i]}; it must be {expected}")


def _divided(values: Any, by: Any) -> Any:
    """0 where `by` is."""
    return np.divide(values, by, out=np.zeros(len(values)), where=by != 0)
