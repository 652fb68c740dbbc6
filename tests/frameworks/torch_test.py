"""Tensors in, tensors out; and the min-clip loss. Torch is brought by the caller, never imported by the client."""

import subprocess
import sys

import numpy as np
import pytest
import torch
from advantaged import LocalBackend, methods
from advantaged.integrations._outcomes import reached, unshaped
from advantaged.integrations.loops import min_clip_loss

BITS = [1, 0, 0, 1, 0, 0, 1, 0]
EXPECTED = LocalBackend().compute(BITS, groups=4, method="rloo").advantages


@pytest.fixture(name="backend")
def in_process():
    return LocalBackend()


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16, torch.float16, torch.int64, torch.int8,
                                   torch.bool], ids=str)
def test_every_dtype_gives_float32(backend, dtype):
    found = backend.compute(torch.tensor(BITS, dtype=dtype), groups=4, method="rloo").advantages
    assert found.dtype == torch.float32
    assert found.tolist() == EXPECTED


def test_shapes_strides_and_gradients(backend):
    wide = torch.tensor([BITS, BITS], dtype=torch.float32, requires_grad=True)
    for rewards in (wide, wide[:, ::1], wide.T.contiguous().T):
        found = backend.compute(rewards, method="dr_grpo").advantages
        assert found.shape == (2, 8)
        assert not found.requires_grad
        found += 1  # its own memory
    every_other = torch.arange(16.0)[::2]
    assert backend.compute(every_other, groups=8, method="dr_grpo").advantages.tolist() == (every_other - 7).tolist()


def test_double_precision_is_not_lost_on_the_way(backend):
    rewards = torch.tensor([1 + 2.0**-40, 1], dtype=torch.float64)
    assert backend.compute(rewards, groups=2, method="dr_grpo").advantages.tolist() == [0, 0]  # float32 is the contract's


def test_out_dtype(backend):
    found = backend.compute(torch.tensor(BITS), groups=4, method="rloo", out_dtype=torch.bfloat16).advantages
    assert found.dtype == torch.bfloat16


def test_ids_masks_and_lengths_may_be_tensors(backend):
    ids = torch.tensor([5, 9, 5, 9, 5, 9, 5, 9])
    valid = torch.tensor([True] * 7 + [False])
    found = backend.compute(torch.tensor(BITS).float(), groups=ids, valid=valid, lengths=torch.arange(1, 9),
                            method=methods.Opo())
    plain = backend.compute(BITS, groups=[5, 9] * 4, valid=[True] * 7 + [False], lengths=list(range(1, 9)), method="opo")
    assert found.advantages.tolist() == plain.advantages
    assert found.stats.group_ids.tolist() == [5, 9]


def test_tokens_stay_on_the_device_of_the_rewards(backend):
    mask = torch.tensor([[1, 1, 0], [1, 1, 1], [1, 0, 0], [1, 1, 1]])
    rewards = torch.zeros(4, 3)
    rewards[0, 1] = rewards[3, 2] = 1
    rewards[2, 2] = 1  # on a token outside of the loss
    for reward_mask, sums in ((None, [1, 0, 1, 1]), (mask, [1, 0, 0, 1]), (mask.numpy(), [1, 0, 0, 1])):
        found = backend.compute_tokens(rewards, mask, groups=4, method="rloo", reward_mask=reward_mask).advantages
        assert found.device == rewards.device
        assert torch.equal(found, found[:, :1] * mask)
        assert found[:, 0].tolist() == backend.compute(sums, groups=4, method="rloo").advantages


def test_complex_tensors_are_refused(backend):
    with pytest.raises(ValueError, match="rewards: dtype torch.complex64"):
        backend.compute(torch.zeros(4, dtype=torch.complex64), groups=4, method="rloo")


def test_the_client_imports_no_torch():
    code = ("import sys, advantaged; advantaged.LocalBackend().compute([1, 0], groups=2, method='rloo'); "
            "print('torch' in sys.modules)")
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


def clipped_by_hand(log_probs, old, advantages, mask, low, high):
    total = 0.0
    for row in range(log_probs.shape[0]):
        gains = []
        for token in np.flatnonzero(mask[row]):
            ratio = np.exp(log_probs[row, token] - old[row, token])
            gains.append(min(ratio * advantages[row], min(max(ratio, 1 - low), 1 + high) * advantages[row]))
        total += np.mean(gains) if gains else 0.0
    return -total / log_probs.shape[0]


def test_min_clip_loss_is_the_formula():
    generator = torch.Generator().manual_seed(0)
    log_probs, old = (-torch.rand(6, 5, generator=generator, dtype=torch.float64) for _ in range(2))
    advantages = torch.randn(6, generator=generator, dtype=torch.float64)
    mask = (torch.rand(6, 5, generator=generator) < 0.7).long()
    mask[2] = 0
    for low, high in ((0.2, 0.2), (0.1, 0.28)):
        found = min_clip_loss(log_probs, old, advantages, mask, clip_low=low, clip_high=high)
        expected = clipped_by_hand(log_probs.numpy(), old.numpy(), advantages.numpy(), mask.numpy(), low, high)
        assert found.item() == pytest.approx(expected, rel=1e-12)
    spread = min_clip_loss(log_probs, old, advantages[:, None] * mask, mask)
    assert spread.item() == pytest.approx(min_clip_loss(log_probs, old, advantages, mask).item(), rel=1e-12)


def test_at_the_old_policy_its_gradient_is_the_methods():
    log_probs = torch.full((4, 3), -1.0, requires_grad=True)
    advantages = torch.tensor(LocalBackend().compute([1, 0, 0, 1], groups=4, method="pass_at_k_grpo", k=2).advantages)
    min_clip_loss(log_probs, log_probs.detach(), advantages, torch.ones(4, 3)).backward()
    torch.testing.assert_close(log_probs.grad, -(advantages[:, None] / 12).expand(4, 3))


def test_the_example_learns(monkeypatch, capsys):
    import pathlib
    import runpy

    monkeypatch.delenv("ADVANTAGED_TARGET", raising=False)
    monkeypatch.setattr(sys, "argv", ["min_clip.py"])
    example = pathlib.Path(__file__).parents[2] / "client" / "python" / "examples" / "min_clip.py"
    runpy.run_path(str(example), run_name="__main__")
    last = capsys.readouterr().out.splitlines()[-1].split()
    assert float(last[last.index("success") + 1]) > 0.9


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16], ids=str)
def test_a_threshold_is_reached_in_an_adapter_where_it_is_in_the_core(backend, dtype):
    """In bfloat16 0.7 is 0.699, which is below; in doubles it is the float32 of the same spelling that counts."""
    for i in range(1, 100):
        rewards = torch.tensor([i / 100, i / 100, (i - 1) / 100, (i + 1) / 100], dtype=dtype)
        found = reached(rewards, i / 100)
        result = backend.compute(rewards, groups=1, method="reinforce", success_threshold=i / 100)
        assert found.tolist() == result.stats.c.astype(bool).tolist(), i
    assert not reached(rewards, 1e39).any()


def test_what_is_correct_before_penalties_is_said_only_where_it_is_known():
    nan = float("nan")
    assert unshaped(torch.tensor([1, 0, nan]), None)["outcomes"].tolist() == [True, False, False]
    assert unshaped(torch.tensor([0.5, 0, nan]), 0.5)["outcomes"].tolist() == [True, False, False]
    assert unshaped(torch.tensor([0.5, 0]), None) == {"success_threshold": None}
