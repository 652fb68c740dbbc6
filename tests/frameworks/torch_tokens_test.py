"""`advantaged.tokens` on tensors: NumPy's numbers, gradients where they belong, and nothing copied from a device."""

import pathlib
import sys

import numpy as np
import pytest
import torch
from advantaged import InvalidArgument, tokens
from torch._subclasses.fake_tensor import FakeTensorMode

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "client" / "python"))
from token_batches import BATCHES, LAYOUTS, Batch  # noqa: E402  (what the client's tests use)

pytestmark = pytest.mark.filterwarnings("error", "ignore:fraction")
layouts = pytest.mark.parametrize("layout", LAYOUTS)


def calls(log_probs, old, entropy, covariance, advantages, where):
    """By name: every function that draws nothing, called with these arrays."""
    per_token = tokens.entropy_bonus(advantages, entropy, **where)
    chosen = tokens.kl_cov_mask(covariance, **where, fraction=0.3)
    weights = tokens.token_mean_weights(**where)
    return {
        "entropy_bonus": per_token, "kl_cov_mask": chosen, "token_mean_weights": weights,
        "top_entropy_mask": tokens.top_entropy_mask(entropy, **where),
        "covariance": tokens.covariance(log_probs, advantages, **where),
        "covariance_per_token": tokens.covariance(log_probs, per_token, **where),
        "response_mean_weights": tokens.response_mean_weights(**where),
        "fixed_length_weights": tokens.fixed_length_weights(**where, max_length=64, response_count=9),
        "clipped_mask": tokens.clipped_mask(log_probs, old, advantages, **where),
        "min_clip_loss": tokens.min_clip_loss(log_probs, old, advantages, **where),
        "min_clip_loss_weighed": tokens.min_clip_loss(log_probs, old, per_token, **where, weights=weights),
        "kl_cov_loss": tokens.kl_cov_loss(log_probs, old, advantages, **where, kl_mask=chosen)}


NAMES = ("log_probs", "old_log_probs", "entropy", "covariance")


def arrays(batch, layout, kind=lambda array: array, dtype=np.float64):
    return [*(kind(batch.given(name, layout, dtype)) for name in NAMES), kind(batch.advantages.astype(dtype)),
            {name: kind(array) for name, array in batch.where(layout).items()}]


@layouts
@pytest.mark.parametrize("batch", BATCHES.values(), ids=BATCHES)
def test_tensors_give_what_arrays_give(batch, layout):
    found = calls(*arrays(batch, layout, torch.from_numpy))
    for name, wanted in calls(*arrays(batch, layout)).items():
        assert isinstance(found[name], torch.Tensor), name
        torch.testing.assert_close(found[name], torch.as_tensor(wanted), rtol=1e-13, atol=1e-15, msg=name)


@layouts
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16], ids=str)
def test_half_precision_is_computed_in_float32(layout, dtype):
    """A mean of thousands of bfloat16 in bfloat16 would be worth two digits."""
    batch = Batch(lengths=(700, 1, 900), masked=())
    half = arrays(batch, layout,
                  lambda array: torch.from_numpy(array).to(dtype if array.dtype.kind == "f" else torch.int64))
    wide = [one.float() if isinstance(one, torch.Tensor) else one for one in half]
    found = calls(*half)
    for name, wanted in calls(*wide).items():
        assert found[name].dtype in (torch.float32, torch.bool), name
        assert torch.equal(found[name], wanted), name


@layouts
def test_only_the_losses_have_a_gradient_and_only_through_log_probs(layout):
    batch = Batch()
    *values, where = arrays(batch, layout, torch.from_numpy)
    leaves = [one.clone().requires_grad_() for one in values]
    found = calls(*leaves, where)
    for name, result in found.items():
        assert result.requires_grad == ("loss" in name), name
    torch.stack([found[name] for name in found if "loss" in name]).sum().backward()
    log_probs, *others = leaves
    assert all(leaf.grad is None for leaf in others)
    gradient = log_probs.grad.numpy()
    inside = np.concatenate([np.asarray(row) for row in batch.taken(gradient, layout)])
    assert np.isfinite(inside).all() and inside.any(), "and none from outside of the mask, where there is NaN"


@layouts
def test_the_gradient_of_the_loss_is_the_formulas(layout):
    batch = Batch()
    new, old, _, _, advantages, where = arrays(batch, layout, torch.from_numpy)
    new.requires_grad_()
    odd = [[i % 2 for i in range(len(row))] for row in batch.tokens["entropy"]]
    chosen = torch.from_numpy(batch.array(odd, layout))
    tokens.kl_cov_loss(new, old, advantages, **where, kl_mask=torch.nan_to_num(chosen), beta=0.5,
                       weights=tokens.token_mean_weights(**where)).backward()
    for i, row in enumerate(batch.taken(new.grad.numpy(), layout)):
        for j, (log_prob, before) in enumerate(zip(batch.tokens["log_probs"][i], batch.tokens["old_log_probs"][i])):
            step = log_prob - before
            wanted = -np.exp(step) * batch.advantages[i] + (j % 2) * 0.5 * np.sign(step)
            assert row[j] == pytest.approx(wanted / batch.count, rel=1e-6)


def test_a_loss_without_a_token_is_0_and_has_a_gradient():
    new = torch.full((2, 3), -torch.inf, requires_grad=True)
    loss = tokens.min_clip_loss(new, torch.zeros(2, 3), torch.ones(2), torch.zeros(2, 3))
    loss.backward()
    assert loss.item() == 0 and not new.grad.any()


@layouts
def test_nothing_is_copied_from_a_device_or_waited_for(layout):
    """Tensors without numbers, as if on a GPU: whoever asks for one, or for a shape that depends on one, fails."""
    batch = Batch()
    with FakeTensorMode() as mode:
        def on_gpu(array):
            return mode.from_tensor(torch.from_numpy(array)).to("cuda")

        given = arrays(batch, layout, on_gpu, np.float32)
        for name, result in calls(*given).items():
            assert result.device.type == "cuda", name
        with pytest.raises(Exception, match="_local_scalar_dense"):
            given[0].sum().item()  # what would be wrong is seen
        count = on_gpu(np.array(1000))
        assert tokens.token_mean_weights(**given[-1], token_count=count).device.type == "cuda"
        assert tokens.response_mean_weights(**given[-1], response_count=count).device.type == "cuda"


def test_nor_are_what_clip_cov_draws(monkeypatch):
    """As above, but on the device "meta" with a generator of the CPU: one of a GPU needs a GPU."""
    values, mask = torch.empty(4, 6, device="meta"), torch.ones(4, 6, device="meta")
    generator = torch.Generator()
    monkeypatch.setattr(tokens._layout.Tokens, "check_generator", lambda *_: None)
    found = tokens.clip_cov_mask(values, mask, generator=generator, clipped=mask)
    assert found.device.type == "meta" and found.shape == (4, 6) and found.dtype == torch.bool


@layouts
def test_clip_cov_draws_from_the_generator(layout):
    batch = Batch(lengths=(50, 0, 70), masked=())
    *_, covariance, _, where = arrays(batch, layout, torch.from_numpy)
    drawn = [tokens.clip_cov_mask(covariance, **where, generator=torch.Generator().manual_seed(seed), fraction=0.1)
             for seed in (0, 0, 1)]
    assert torch.equal(drawn[0], drawn[1]) and not torch.equal(drawn[0], drawn[2])
    assert drawn[0].sum() == int(0.1 * batch.count)
    assert ((covariance[drawn[0]] > 1) & (covariance[drawn[0]] < 5)).all()


def test_large_counts_keep_their_digits():
    """The place of the quantile, and k of 2e-4, of more tokens than float32 can count."""
    count = (1 << 24) + 3
    entropy = torch.arange(count, dtype=torch.float64)
    assert tokens.top_entropy_mask(entropy, fraction=0.25).sum() == count - np.ceil(0.75 * (count - 1))


def test_advantages_from_the_client_may_be_numpys_and_arrays_never_leave_a_device():
    values, mask = torch.zeros(2, 3), torch.ones(2, 3)
    found = tokens.entropy_bonus(np.array([1.0, -1]), values, mask)
    assert found.tolist() == [[1] * 3, [-1] * 3]
    with pytest.raises(InvalidArgument, match="^response_mask: a tensor; entropy is an array of NumPy"):
        tokens.entropy_bonus(np.ones(2), np.zeros((2, 3)), mask)
    with pytest.raises(InvalidArgument, match="^advantages: on meta; entropy is on the cpu, and nothing is copied"):
        tokens.entropy_bonus(torch.ones(2, device="meta"), values, mask)
    with pytest.raises(InvalidArgument, match="^generator: .*; it must be a torch.Generator, on cpu"):
        tokens.clip_cov_mask(values, mask, generator=np.random.default_rng(0))
    with pytest.raises(InvalidArgument, match="^generator: on cpu; covariance is on meta"):
        tokens.clip_cov_mask(values.to("meta"), mask.to("meta"), generator=torch.Generator())
