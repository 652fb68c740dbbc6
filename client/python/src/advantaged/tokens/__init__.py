"""What happens to advantages after `compute`, token by token, in the trainer's own arrays.

    cov = tokens.covariance(log_probs, advantages, response_mask)
    weights = tokens.token_mean_weights(response_mask, token_count=tokens_of_the_batch)
    clipped = tokens.clipped_mask(log_probs, old_log_probs, advantages, response_mask)
    dropped = tokens.clip_cov_mask(cov, response_mask, generator=generator, clipped=clipped)
    loss = tokens.min_clip_loss(log_probs, old_log_probs, advantages, response_mask, weights=weights * ~dropped)

Arrays are NumPy's or torch's, on any device. Of a device nothing is copied to the host and nothing waited for: what is
checked are shapes, dtypes and numbers, and what stands in arrays of the host. They come in one of two layouts:

- [B, T] with `response_mask` [B, T], not 0 where a token is in the loss;
- flat, [N], with `cu_seqlens` [B + 1]: the tokens of response i are cu_seqlens[i] to cu_seqlens[i + 1], the last not
  among them; what comes after the last response is padding. `response_mask` [N] may say besides which are in the loss.

What is outside of the mask may be anything, NaN too. `advantages` are one per response, [B], or one per token. Half
precision is computed in float32, and results are float32, or float64 where that came in. Everything is detached: only
`log_probs` of the two losses has a gradient. Whatever is wrong is an InvalidArgument that names the argument.

Token Hidden Reward (arXiv 2510.03669) is not here: it needs the last hidden states of the model, and its authors have
published no code to compare with.
"""

from advantaged.tokens._losses import clipped_mask, kl_cov_loss, min_clip_loss
from advantaged.tokens._masks import clip_cov_mask, covariance, entropy_bonus, kl_cov_mask, top_entropy_mask
from advantaged.tokens._weights import fixed_length_weights, response_mean_weights, token_mean_weights

__all__ = ["clip_cov_mask", "clipped_mask", "covariance", "entropy_bonus", "fixed_length_weights", "kl_cov_loss",
           "kl_cov_mask", "min_clip_loss", "response_mean_weights", "token_mean_weights", "top_entropy_mask"]
