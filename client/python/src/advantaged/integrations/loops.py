"""Loops written by hand: any method's advantages inside the min-clip (PPO) loss, arXiv 2510.23049v1 section 7.4.

    advantages = client.compute(rewards, groups=n, method="pass_at_k_grpo", k=4).advantages   # [B], torch
    loss = min_clip_loss(log_probs, old_log_probs, advantages, response_mask)                # all [B, T]

client/python/examples/min_clip.py is such a loop, whole. The loss is one of `advantaged.tokens`, which has more for
tokens.
"""

from advantaged.tokens import min_clip_loss

__all__ = ["min_clip_loss"]
