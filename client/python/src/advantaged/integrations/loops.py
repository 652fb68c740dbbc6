"""Loops written by hand: any method's advantages inside the min-clip (PPO) loss, arXiv 2510.23049v1 section 7.4.

    advantages = client.compute(rewards, groups=n, method="pass_at_k_grpo", k=4).advantages   # [B], torch
    loss = min_clip_loss(log_probs, old_log_probs, advantages, response_mask)                # all [B, T]

client/python/examples/min_clip.py is such a loop, whole. torch is not imported here: the tensors bring it.
"""

from __future__ import annotations

from typing import Any


def min_clip_loss(log_probs: Any, old_log_probs: Any, advantages: Any, response_mask: Any, *, clip_low: float = 0.2,
                  clip_high: float = 0.2) -> Any:
    """-(1/B) Sum over responses of the mean over tokens of min(r A, clip(r, 1-clip_low, 1+clip_high) A).

    `log_probs`, `old_log_probs` [B, T] of the tokens that were sampled, r = exp(their difference); `advantages` [B], or
    [B, T] as `compute_tokens` gives them; `response_mask` [B, T], 1 where a token counts. A response without such a
    token counts 0. At r = 1 the gradient is that of (1/B) Sum(A_i mean(log pi)), so what the method's advantages
    ascend is what this loss ascends.
    """
    mask = response_mask.to(log_probs.dtype)
    spread = advantages.to(log_probs.dtype)
    if spread.dim() == 1:
        spread = spread[:, None]
    ratio = (log_probs - old_log_probs).exp()
    gain = (ratio * spread).minimum(ratio.clamp(1 - clip_low, 1 + clip_high) * spread)
    return -((gain * mask).sum(-1) / mask.sum(-1).clamp(min=1)).mean()
