"""The losses: their sums over tokens, each times its weight."""

from __future__ import annotations

from typing import Any

from advantaged._numbers import number
from advantaged.tokens._layout import Tokens
from advantaged.tokens._weights import lengths_at_least_1


def min_clip_loss(log_probs: Any, old_log_probs: Any, advantages: Any, response_mask: Any = None, *,
                  cu_seqlens: Any = None, weights: Any = None, clip_low: float = 0.2, clip_high: float = 0.2) -> Any:
    """- Sum of weight * min(r A, clip(r, 1-clip_low, 1+clip_high) A) over the valid tokens, r the ratio of the two
    policies: the min-clip (PPO) loss, arXiv 2510.23049v1 section 7.4.

    `log_probs`, `old_log_probs` of the tokens that were sampled. `weights` per token; default `response_mean_weights`,
    so that it is the mean over responses of the mean over tokens, and a response without a valid token counts 0. At
    r = 1 the gradient is that of Sum(weight * A * log pi), so what the method's advantages ascend is what this loss
    ascends. 0 without a valid token.
    """
    found, ratio, advantages, _ = _ratio(log_probs, old_log_probs, advantages, response_mask, cu_seqlens)
    gain = found.xp.minimum(ratio * advantages, _limited(found, ratio, clip_low, clip_high) * advantages)
    return -_sum(found, gain, weights)


def kl_cov_loss(log_probs: Any, old_log_probs: Any, advantages: Any, response_mask: Any = None, *, kl_mask: Any,
                cu_seqlens: Any = None, weights: Any = None, beta: float = 1.0) -> Any:
    """Sum of weight * (-r A + beta |log r|) over the valid tokens in `kl_mask`, and of weight * -r A over the others:
    KL-Cov (Cui et al., arXiv 2505.22617). No ratio is clipped.

    `kl_mask`: what `kl_cov_mask` gives. `beta` at least 0: 1 in the paper, 0.1 in verl's configuration. All else as in
    `min_clip_loss`.
    """
    beta = number(beta, "beta", at_least=0)
    found, ratio, advantages, log_ratio = _ratio(log_probs, old_log_probs, advantages, response_mask, cu_seqlens)
    kept = found.flags(kl_mask, "kl_mask")
    return _sum(found, found.xp.where(kept, beta * abs(log_ratio), 0) - ratio * advantages, weights)


def clipped_mask(log_probs: Any, old_log_probs: Any, advantages: Any, response_mask: Any = None, *,
                 cu_seqlens: Any = None, clip_low: float = 0.2, clip_high: float = 0.2) -> Any:
    """True at the valid tokens whose ratio `min_clip_loss` clips, so that they have no gradient."""
    found, ratio, advantages, _ = _ratio(log_probs, old_log_probs, advantages, response_mask, cu_seqlens)
    clipped = _limited(found, ratio, clip_low, clip_high) * advantages < ratio * advantages
    return found.valid & (clipped.detach() if found.is_torch else clipped)


def _ratio(log_probs: Any, old_log_probs: Any, advantages: Any, response_mask: Any,
           cu_seqlens: Any) -> tuple[Tokens, Any, Any, Any]:
    """The tokens, pi / pi_old, advantages per token, and log(pi / pi_old), the latter three 1, 0 and 0 outside of the
    mask: neither what stands there nor a gradient through it reaches the loss."""
    found = Tokens(log_probs, "log_probs", response_mask, cu_seqlens)
    difference = (found.numbers(log_probs, "log_probs", detached=False)
                  - found.numbers(old_log_probs, "old_log_probs"))
    difference = found.xp.where(found.valid, difference, 0)
    spread = found.xp.where(found.valid, found.spread(advantages, "advantages"), 0)
    return found, found.xp.exp(difference), spread, difference


def _limited(found: Tokens, ratio: Any, clip_low: float, clip_high: float) -> Any:
    low = number(clip_low, "clip_low", at_least=0, at_most=1)
    return found.xp.clip(ratio, 1 - low, 1 + number(clip_high, "clip_high", at_least=0))


def _sum(found: Tokens, per_token: Any, weights: Any) -> Any:
    """`per_token` is 0 outside of the mask."""
    if weights is None:
        return (per_token / (max(found.responses, 1) * lengths_at_least_1(found))).sum()
    return (per_token * found.xp.where(found.valid, found.numbers(weights, "weights"), 0)).sum()
