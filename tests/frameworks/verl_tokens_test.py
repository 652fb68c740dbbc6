"""`advantaged.tokens` gives the numbers of verl's own losses."""

import types

import pytest
import torch
from advantaged import tokens
from verl.trainer.ppo import core_algos

pytestmark = pytest.mark.filterwarnings("ignore")
SHAPE = (6, 40)


def batch(seed=0):
    """Log-probabilities, those before, advantages [B], a mask with an empty row."""
    generator = torch.Generator().manual_seed(seed)
    new, old = (-3 * torch.rand(SHAPE, generator=generator) for _ in range(2))
    advantages = 3 * torch.randn(SHAPE[0], generator=generator)
    mask = (torch.rand(SHAPE, generator=generator) < 0.8).long()
    mask[2] = 0
    return new.requires_grad_(), old, advantages, mask


def configuration(**policy_loss):
    names = ("clip_cov_ratio", "clip_cov_lb", "clip_cov_ub", "kl_cov_ratio", "ppo_kl_coef")
    return types.SimpleNamespace(clip_ratio=0.2, clip_ratio_low=0.1, clip_ratio_high=0.28, global_batch_info={},
                                 policy_loss=types.SimpleNamespace(**{**dict.fromkeys(names), **policy_loss}))


def spread(advantages):
    return advantages[:, None].expand(SHAPE).clone()


def assert_same(found, own, leaf):
    """The loss, and the gradient of `leaf`."""
    torch.testing.assert_close(found, own, rtol=1e-5, atol=1e-7)
    (gradient,), (wanted,) = (torch.autograd.grad(loss, leaf) for loss in (found, own))
    torch.testing.assert_close(gradient, wanted, rtol=1e-5, atol=1e-7)


def weights(kind, mask):
    rows = int((mask.sum(-1) > 0).sum())  # verl counts responses with a token
    return {"token-mean": lambda: tokens.token_mean_weights(mask),
            "seq-mean-token-mean": lambda: tokens.response_mean_weights(mask, response_count=rows),
            "seq-mean-token-sum-norm": lambda: tokens.fixed_length_weights(mask, max_length=SHAPE[1],
                                                                           response_count=rows)}[kind]()


KINDS = pytest.mark.parametrize("kind", ["token-mean", "seq-mean-token-mean", "seq-mean-token-sum-norm"])


@KINDS
def test_the_weights_are_verls_loss_agg_mode(kind):
    losses, _, _, mask = batch()
    own = core_algos.agg_loss(losses, mask, kind)
    torch.testing.assert_close((losses * weights(kind, mask)).sum(), own, rtol=1e-6, atol=0)


def test_a_count_of_all_ranks_is_verls_batch_num_tokens():
    losses, _, _, mask = batch()
    own = core_algos.agg_loss(losses, mask, "token-mean", batch_num_tokens=torch.tensor(5000))
    found = (losses * tokens.token_mean_weights(mask, token_count=torch.tensor(5000))).sum()
    torch.testing.assert_close(found, own, rtol=1e-6, atol=0)


@KINDS
@pytest.mark.parametrize("fraction", [2e-4, 0.02, 0.3])
def test_kl_cov(kind, fraction):
    new, old, advantages, mask = batch()
    own, _ = core_algos.compute_policy_loss_kl_cov(old, new, spread(advantages), mask, kind,
                                                   configuration(kl_cov_ratio=fraction, ppo_kl_coef=0.7))
    chosen = tokens.kl_cov_mask(tokens.covariance(new, advantages, mask), mask, fraction=fraction)
    found = tokens.kl_cov_loss(new, old, advantages, mask, kl_mask=chosen, beta=0.7, weights=weights(kind, mask))
    assert_same(found, own, new)


@KINDS
@pytest.mark.parametrize("low, high", [(1, 5), (-0.5, 0.5), (100, 101)])
def test_clip_cov_where_all_candidates_are_taken(kind, low, high):
    """Nothing is left to chance then: which are candidates, and what their loss is."""
    new, old, advantages, mask = batch()
    own, metrics = core_algos.compute_policy_loss_clip_cov(
        old, new, spread(advantages), mask, kind, configuration(clip_cov_ratio=1.0, clip_cov_lb=low, clip_cov_ub=high))
    clipped = tokens.clipped_mask(new, old, advantages, mask, clip_low=0.1, clip_high=0.28)
    dropped = tokens.clip_cov_mask(tokens.covariance(new, advantages, mask), mask, generator=torch.Generator(),
                                   fraction=1.0, low=low, high=high, clipped=clipped)
    assert (dropped.sum() / mask.sum()).item() == pytest.approx(metrics["actor/pg_clipfrac"])
    assert dropped.any() == (low < 100)
    found = tokens.min_clip_loss(new, old, advantages, mask, clip_low=0.1, clip_high=0.28,
                                 weights=weights(kind, mask) * ~dropped)
    assert_same(found, own, new)


@pytest.mark.parametrize("fraction", [2e-4, 0.02, 0.05])
def test_clip_cov_takes_as_many_as_verl(fraction):
    new, old, advantages, mask = batch()
    _, metrics = core_algos.compute_policy_loss_clip_cov(old, new, spread(advantages), mask, "token-mean",
                                                         configuration(clip_cov_ratio=fraction))
    clipped = tokens.clipped_mask(new, old, advantages, mask, clip_low=0.1, clip_high=0.28)
    dropped = tokens.clip_cov_mask(tokens.covariance(new, advantages, mask), mask, generator=torch.Generator(),
                                   fraction=fraction, clipped=clipped)
    assert (dropped.sum() / mask.sum()).item() == pytest.approx(metrics["actor/pg_clipfrac"]) and dropped.any()
