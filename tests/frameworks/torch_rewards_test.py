"""Shaped rewards and baselines of tensors: tensors, on their device, without a gradient."""

import numpy as np
import pytest
import torch
from advantaged import baselines, shaping

REWARDS = torch.tensor([[1.0, 0, 1], [0, 0, 1]], requires_grad=True)
LENGTHS = torch.tensor([[90, 20, 120], [61, 5, 100]])
SHAPES = {
    "overlong": lambda rewards, lengths: shaping.overlong(rewards, lengths, max_length=100, buffer=40),
    "stop_properly": lambda rewards, lengths: shaping.stop_properly(rewards, lengths > 100, 0.5),
    "group_length": lambda rewards, lengths: shaping.group_length(rewards, (lengths, 0.5)),
    "shorter_is_better": lambda rewards, lengths: shaping.shorter_is_better(rewards, lengths, rewards),
    "kl": lambda rewards, lengths: shaping.kl(rewards, lengths / 128, 0.125),
    "Ema": lambda rewards, lengths: baselines.Ema().subtract(rewards, lengths)}


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16], ids=str)
def test_tensors_give_what_arrays_give(name, dtype):
    found = SHAPES[name](REWARDS.to(dtype), LENGTHS)
    assert found.dtype == torch.float32 and not found.requires_grad and found.device == REWARDS.device
    np.testing.assert_array_equal(found.numpy(), SHAPES[name](REWARDS.detach().numpy(), LENGTHS.numpy()))
