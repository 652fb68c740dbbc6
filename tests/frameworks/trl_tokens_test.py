"""`advantaged.tokens` and `advantaged.shaping` give what TRL's own functions give."""

import types

import pytest
import torch
from advantaged import shaping, tokens
from trl import GRPOTrainer
from trl.rewards import get_soft_overlong_punishment

# TRL's, of one process.
ALONE = types.SimpleNamespace(accelerator=types.SimpleNamespace(
    pad_across_processes=lambda tensor, dim, pad_index: tensor, gather=lambda tensor: tensor))


@pytest.mark.parametrize("fraction", [0.2, 0.05, 0.5, 1.0])
@pytest.mark.parametrize("seed", range(5))
def test_the_tokens_of_highest_entropy_are_trls(fraction, seed):
    generator = torch.Generator().manual_seed(seed)
    entropy = torch.rand(7, 50, generator=generator)
    mask = (torch.rand(7, 50, generator=generator) < 0.7).long()
    mask[3] = 0
    own = GRPOTrainer.get_high_entropy_mask(ALONE, entropy, mask, 1 - fraction)
    found = tokens.top_entropy_mask(entropy, mask, fraction=fraction)
    # Where the quantile is one of the entropies, TRL's float32 may be just above it.
    place = (1 - fraction) * (int(mask.sum()) - 1)
    is_a_token = abs(place - round(place)) < 1e-9
    assert own.any() and not (own & ~found).any() and (found & ~own).sum() <= is_a_token


def test_without_a_token_nothing_is_kept():
    empty = torch.zeros(2, 3)
    assert not GRPOTrainer.get_high_entropy_mask(ALONE, empty, empty, 0.8).any()
    assert not tokens.top_entropy_mask(empty, empty).any()


def test_the_overlong_penalty_is_trls():
    lengths = [*range(0, 140, 7), 60, 61, 100, 101]
    own = get_soft_overlong_punishment(100, 40)(completion_ids=[[0] * length for length in lengths])
    assert shaping.overlong([0.0] * len(lengths), lengths, max_length=100, buffer=40) == pytest.approx(own, abs=1e-7)
