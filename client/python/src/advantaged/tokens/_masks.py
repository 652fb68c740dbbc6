"""Which tokens are changed: by entropy, and by how the advantages and the probabilities go together."""

from __future__ import annotations

import math
import warnings
from typing import Any

from advantaged._numbers import number
from advantaged.tokens._layout import Tokens

# Papers choose a fraction by a hundredth of this; above it their per cent were written as fractions.
_LARGEST_EXPECTED = 0.05


def entropy_bonus(advantages: Any, entropy: Any, response_mask: Any = None, *, cu_seqlens: Any = None,
                  alpha: float = 0.4, kappa: float = 2.0) -> Any:
    """Advantages per token with a bonus where the policy is unsure (Cheng et al., arXiv 2506.14758):
    A + min(alpha H, |A| / kappa), 0 outside of the mask.

    `entropy` of the policy at each token, in nats, at least 0, in the forward pass of the update. `alpha` at least 0:
    0.4 with GRPO, 0.1 with PPO in the paper. `kappa` above 0; above 1 no advantage changes its sign.
    """
    alpha, kappa = number(alpha, "alpha", at_least=0), number(kappa, "kappa", above=0)
    found = Tokens(entropy, "entropy", response_mask, cu_seqlens)
    advantages = found.spread(advantages, "advantages")
    bonus = found.xp.minimum(alpha * found.numbers(entropy, "entropy"), abs(advantages) / kappa)
    return found.xp.where(found.valid, advantages + bonus, 0)


def top_entropy_mask(entropy: Any, response_mask: Any = None, *, cu_seqlens: Any = None, fraction: float = 0.2) -> Any:
    """True at the tokens that keep their loss (arXiv 2506.01939): those whose entropy is at least the quantile
    1 - `fraction` of all valid tokens, interpolated linearly. The loss is divided by all valid tokens as before:

        weights = tokens.token_mean_weights(response_mask) * tokens.top_entropy_mask(entropy, response_mask)

    The quantile is one of the arrays given: give the whole batch, not a part of it, where the paper's is meant.
    """
    fraction = number(fraction, "fraction", above=0, at_most=1)
    found = Tokens(entropy, "entropy", response_mask, cu_seqlens)
    values = found.numbers(entropy, "entropy")
    # What does not count is sorted to the end, so that the place of the quantile depends on the count alone.
    order = found.order(_flat_or(found, values, math.inf))
    if not len(order):
        return found.valid
    ascending = _flat_or(found, values, 0)[order]
    last = found.xp.clip(found.valid.sum() - 1, 0, None).reshape(1)
    place = (1 - fraction) * found.wide(last)
    below = found.xp.floor(place)
    index = found.cast(below, last)
    low, high = ascending[index], ascending[found.xp.minimum(index + 1, last)]
    threshold = low + (high - low) * found.cast(place - below, low)
    return found.valid & (values >= threshold)


def covariance(log_probs: Any, advantages: Any, response_mask: Any = None, *, cu_seqlens: Any = None) -> Any:
    """(A - mean A) (log pi - mean log pi) of each token (Cui et al., arXiv 2505.22617), 0 outside of the mask. The
    means are those of the valid tokens of these arrays: of a micro-batch, where that is what is given."""
    found = Tokens(log_probs, "log_probs", response_mask, cu_seqlens)
    return (_centred(found, found.spread(advantages, "advantages"))
            * _centred(found, found.numbers(log_probs, "log_probs")))


def clip_cov_mask(covariance: Any, response_mask: Any = None, *, generator: Any, cu_seqlens: Any = None,
                  fraction: float = 2e-4, low: float = 1.0, high: float = 5.0, clipped: Any = None) -> Any:
    """True at the tokens whose loss Clip-Cov sets to 0 (Cui et al., arXiv 2505.22617): of those with
    low < covariance < high that PPO has not `clipped` already, max(floor(fraction * valid tokens), 1), drawn at random;
    all if there are fewer, none if there is none. They stay in the denominator:

        weights = tokens.token_mean_weights(response_mask) * ~tokens.clip_cov_mask(...)

    `generator`: torch's, on the device of the covariances, or numpy.random's; the same state gives the same tokens.
    `clipped`: what `clipped_mask` gives; without it all are candidates. `fraction` is in (0, 1].
    """
    fraction = _fraction(fraction)
    low, high = number(low, "low"), number(high, "high", above=low)
    found = Tokens(covariance, "covariance", response_mask, cu_seqlens)
    found.check_generator(generator)
    values = found.numbers(covariance, "covariance")
    candidates = found.valid & (values > low) & (values < high)
    if clipped is not None:
        candidates = candidates & ~found.flags(clipped, "clipped")
    drawn = found.permutation(candidates.reshape(-1).shape[0], generator)
    in_turn = candidates.reshape(-1)[drawn]
    chosen = found.zeros(len(drawn)) != 0
    chosen[drawn] = in_turn & (found.xp.cumsum(in_turn, 0) <= _how_many(found, fraction))
    return chosen.reshape(found.shape)


def kl_cov_mask(covariance: Any, response_mask: Any = None, *, fraction: float, cu_seqlens: Any = None) -> Any:
    """True at the tokens that KL-Cov holds to the old policy (Cui et al., arXiv 2505.22617): the
    max(floor(fraction * valid tokens), 1) with the largest covariance, the earlier of equal ones; none without a token.

    `fraction` is in (0, 1]: 2e-3 for 7B, 2e-4 for 32B in the paper, whose code writes them in per cent, 0.2 and 0.02.
    """
    fraction = _fraction(fraction)
    found = Tokens(covariance, "covariance", response_mask, cu_seqlens)
    # Ascending by the negative, so that of equal ones the earlier is first.
    order = found.order(_flat_or(found, -found.numbers(covariance, "covariance"), math.inf))
    chosen = found.zeros(len(order)) != 0
    chosen[order] = found.arange(len(order)) < _how_many(found, fraction)
    return chosen.reshape(found.shape) & found.valid


def _fraction(given: Any) -> float:
    fraction = number(given, "fraction", above=0, at_most=1)
    if fraction > _LARGEST_EXPECTED:
        warnings.warn(f"fraction: {fraction:g} is {100 * fraction:g} % of the tokens; the papers' numbers are per "
                      f"cent: their {fraction:g} is written {fraction / 100:g} here", stacklevel=3)
    return fraction


def _how_many(found: Tokens, fraction: float) -> Any:
    """max(floor(fraction * valid tokens), 1), an array of one number."""
    return found.xp.clip(found.xp.floor(fraction * found.wide(found.valid.sum())), 1, None)


def _flat_or(found: Tokens, values: Any, other: float) -> Any:
    return found.xp.where(found.valid, values, other).reshape(-1)


def _centred(found: Tokens, values: Any) -> Any:
    values = found.xp.where(found.valid, values, 0)
    mean = found.wide(values).sum() / found.xp.clip(found.wide(found.valid.sum()), 1, None)
    return found.xp.where(found.valid, values - found.cast(mean, values), 0)
