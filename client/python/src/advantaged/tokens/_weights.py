"""How much the loss of each token weighs: the three ways to normalise by length. The loss is the sum of loss * weight.

Over ranks and accumulation steps the counts are those of everything that makes one step of the optimizer: given as
`token_count` or `response_count`, a number or a tensor of one, on the device too, so that an all-reduce needs no wait.
Where the trainer averages gradients over R ranks, the weights want a factor R besides.
"""

from __future__ import annotations

from typing import Any

from advantaged._numbers import number
from advantaged.tokens._layout import Tokens, count


def token_mean_weights(response_mask: Any, *, cu_seqlens: Any = None, token_count: Any = None) -> Any:
    """1 / token_count at each valid token (DAPO); 0 elsewhere. `token_count`: of all accumulation steps and ranks,
    default the valid tokens of this mask. A mean over each part by itself would weigh tokens of short parts more."""
    found = _read(response_mask, cu_seqlens)
    if token_count is None:
        token_count = found.xp.clip(found.valid.sum(), 1, None)
    else:
        token_count = count(token_count, "token_count")
    return _weights(found, token_count)


def response_mean_weights(response_mask: Any, *, cu_seqlens: Any = None, response_count: Any = None) -> Any:
    """1 / (response_count * length) at each valid token (GRPO), `length` the valid tokens of its response; 0 elsewhere.

    `response_count`: of all accumulation steps and ranks; default the responses of this mask, those without a valid
    token among them. (verl counts only those with one: give their number.)
    """
    found = _read(response_mask, cu_seqlens)
    return _weights(found, _responses(found, response_count) * lengths_at_least_1(found))


def lengths_at_least_1(found: Tokens) -> Any:
    """Of the response of each token, so that one may divide by them."""
    return found.xp.clip(found.lengths(), 1, None)


def fixed_length_weights(response_mask: Any, *, max_length: float, cu_seqlens: Any = None,
                         response_count: Any = None) -> Any:
    """1 / (response_count * max_length) at each valid token (Dr. GRPO); 0 elsewhere. `max_length`, in tokens: the same
    at every step, as the longest response that may be generated. `response_count` as in `response_mean_weights`."""
    max_length = number(max_length, "max_length", above=0)
    found = _read(response_mask, cu_seqlens)
    return _weights(found, _responses(found, response_count) * max_length)


def _read(response_mask: Any, cu_seqlens: Any) -> Tokens:
    return Tokens(response_mask, "response_mask", response_mask, cu_seqlens)


def _responses(found: Tokens, response_count: Any) -> Any:
    if response_count is not None:
        return count(response_count, "response_count")
    return max(found.responses, 1)


def _weights(found: Tokens, divisor: Any) -> Any:
    """In float32."""
    return found.cast(found.valid / (found.zeros() + divisor), found.zeros())
