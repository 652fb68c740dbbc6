"""Shaped rewards against the formulas, computed by loops; and that correctness goes on beside them."""

import math

import numpy as np
import pytest
from advantaged import InvalidArgument, methods, shaping

pytestmark = pytest.mark.filterwarnings("error")
RNG = np.random.default_rng(0)
REWARDS = RNG.integers(0, 2, 24).astype(np.float64)
LENGTHS = RNG.integers(0, 130, 24)
GROUPS = [4, 8, 12]


def rows():
    begin = 0
    for size in GROUPS:
        yield range(begin, begin + size)
        begin += size


@pytest.mark.parametrize("cap", [True, False])
@pytest.mark.parametrize("factor", [1.0, 0.5, 0])
def test_overlong_is_the_formula(cap, factor):
    found = shaping.overlong(REWARDS, LENGTHS, max_length=100, buffer=40, factor=factor, cap=cap)
    for reward, length, shaped in zip(REWARDS, LENGTHS, found):
        penalty = min(0, -(int(length) - (100 - 40)) / 40 * factor)
        assert shaped == np.float32(reward + (max(penalty, -factor) if cap else penalty))
    assert found.dtype == np.float32 and (LENGTHS > 100).any()


def test_overlong_at_its_corners():
    """As TRL's and DAPO's: 0 until the buffer begins, -1 from the end on."""
    lengths = [0, 60, 61, 80, 100, 140]
    assert shaping.overlong([0.0] * 6, lengths, max_length=100, buffer=40) == [0, 0, np.float32(-0.025), -0.5, -1, -1]
    assert shaping.overlong([0.0] * 6, lengths, max_length=100, buffer=40, cap=False)[-1] == -2


@pytest.mark.parametrize("coefficient", [0, 0.3, 1])
def test_stop_properly_is_the_formula(coefficient):
    found = shaping.stop_properly(REWARDS, LENGTHS > 100, coefficient)
    assert found.tolist() == [np.float32(r * coefficient if length > 100 else r) for r, length in zip(REWARDS, LENGTHS)]


def test_group_length_is_the_formula():
    turns = RNG.integers(1, 5, 24)
    found = shaping.group_length(REWARDS, (LENGTHS, 0.25), (turns, 0.1), groups=GROUPS)
    for group in rows():
        mean = sum(REWARDS[i] for i in group) / len(group)
        for i in group:
            share = 0.25 * LENGTHS[i] / max(LENGTHS[j] for j in group) + 0.1 * turns[i] / max(turns[j] for j in group)
            assert found[i] == pytest.approx(REWARDS[i] - mean * share, rel=1e-6)


def test_shorter_is_better_is_the_formula():
    correct = RNG.random(24) < 0.5
    found = shaping.shorter_is_better(REWARDS, LENGTHS, correct, groups=GROUPS, weight=0.7)
    for group in rows():
        low, high = min(LENGTHS[i] for i in group), max(LENGTHS[i] for i in group)
        for i in group:
            gain = 0.5 - (LENGTHS[i] - low) / (high - low)
            assert found[i] == pytest.approx(REWARDS[i] + 0.7 * (gain if correct[i] else min(0, gain)))
    assert shaping.shorter_is_better([1.0, 0], [7, 7], [1, 0], groups=2) == [1, 0], "all as long"


def test_kl_is_the_formula():
    found = shaping.kl([1.0, 0, 1], [0.5, -0.25, 8], 0.1)
    assert found == [np.float32(0.95), np.float32(0.025), np.float32(0.2)]


@pytest.mark.parametrize("groups", [6, [6] * 4, np.repeat(list("abcd"), 6), np.repeat([9, 2, 5, 0], 6)])
def test_groups_are_said_as_to_compute(groups):
    found = shaping.group_length(REWARDS, (LENGTHS, 1), groups=groups)
    whole = shaping.group_length(REWARDS.reshape(4, 6), (LENGTHS.reshape(4, 6), 1))
    assert whole.shape == (4, 6) and (found == whole.ravel()).all()
    mixed = RNG.permutation(24)
    if np.ndim(groups) and len(groups) == 24:
        assert (shaping.group_length(REWARDS[mixed], (LENGTHS[mixed], 1), groups=groups[mixed]) == found[mixed]).all()


SHAPES = {
    "overlong": lambda rewards: shaping.overlong(rewards, LENGTHS, max_length=100, buffer=40),
    "stop_properly": lambda rewards: shaping.stop_properly(rewards, LENGTHS > 100, 0.5),
    "group_length": lambda rewards: shaping.group_length(rewards, (LENGTHS, 0.5), groups=GROUPS),
    "shorter_is_better": lambda rewards: shaping.shorter_is_better(rewards, LENGTHS, REWARDS, groups=GROUPS),
    "kl": lambda rewards: shaping.kl(rewards, LENGTHS / 100, 0.1)}
shapes = pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)


@shapes
def test_a_missing_reward_stays_missing_and_touches_no_other(shape):
    """The reward of an aborted response, whose length may be anything."""
    missing = [None if i == 5 else reward for i, reward in enumerate(REWARDS.tolist())]
    found = shape(missing)
    assert math.isnan(found[5]) and not any(math.isnan(reward) for i, reward in enumerate(found) if i != 5)


def test_a_missing_reward_counts_neither_in_the_mean_nor_as_the_longest():
    found = shaping.group_length([1.0, 0.5, np.nan], ([10, 20, 4000], 0.4), groups=3)
    assert found[:2] == [np.float32(1 - 0.75 * 0.4 * 0.5), np.float32(0.5 - 0.75 * 0.4)]
    assert all(math.isnan(one) for one in shaping.group_length([np.nan] * 2, ([0, 0], 1), groups=2))
    found = shaping.group_length([1.0, np.nan], ([10, np.nan], 0.4), groups=2)
    assert found[0] == np.float32(0.6), "nor need it have a length"


@shapes
def test_rewards_come_back_as_they_went(shape):
    assert isinstance(shape(REWARDS.tolist()), list)
    assert shape(REWARDS.tolist()) == shape(REWARDS).tolist() == shape(REWARDS.astype(np.float16)).tolist()
    assert REWARDS.max() == 1, "and what went is not changed"


@shapes
def test_a_batch_of_nothing_is_nothing(shape):
    assert shaping.overlong([], [], max_length=2, buffer=1) == shaping.kl([], [], 1.0) == []
    assert shaping.group_length(np.empty((0, 4)), (np.empty((0, 4)), 1)).shape == (0, 4)


def test_table_methods_take_the_unshaped_correctness_under_shaped_rewards(backend):
    """Which alone are neither 0 nor 1, as under verl's use_kl_in_reward."""
    correct = np.array([1, 0, 0, 1, 0, 1, 0, 0])
    shaped = shaping.kl(shaping.overlong(correct, [90, 20, 30, 40] * 2, max_length=100, buffer=40), [0.3] * 8, 0.1)
    asked = {"groups": 4, "method": methods.PassAtKGrpo(k=2), "pass_at": 2}
    with pytest.raises(InvalidArgument, match=r"^rewards\[0\]"):
        backend.compute(shaped, **asked)
    found = backend.compute(shaped, outcomes=correct, **asked)
    plain = backend.compute(correct, **asked)
    assert (found.advantages == plain.advantages).all()
    assert found.stats.success_rate.tolist() == [0.5, 0.25] and found.summary["pass_at_2"] == plain.summary["pass_at_2"]


WRONG = {
    "lengths": (lambda: shaping.overlong([1.0, 0], [1, -2], max_length=9, buffer=1),
                r"generated_lengths\[1\]: -2.0; it must be at least 0"),
    "no length": (lambda: shaping.overlong([1.0, 0], [1, np.nan], max_length=9, buffer=1),
                  r"generated_lengths\[1\]: nan; it must be finite"),
    "few": (lambda: shaping.overlong([1.0, 0], [1], max_length=9, buffer=1),
            "generated_lengths: 1 entries for 2 rewards"),
    "buffer": (lambda: shaping.overlong([1.0], [1], max_length=9, buffer=10),
               "buffer: 10; .* at least 1 and at most 9"),
    "no buffer": (lambda: shaping.overlong([1.0], [1], max_length=9, buffer=0), "buffer: 0; it must be a whole number"),
    "max_length": (lambda: shaping.overlong([1.0], [1], max_length=1.5, buffer=1),
                   "max_length: 1.5; it must be a whole"),
    "factor": (lambda: shaping.overlong([1.0], [1], max_length=9, buffer=1, factor=-1), "factor: -1; .* at least 0"),
    "infinite": (lambda: shaping.kl([1.0, np.inf], [0, 0], 1), r"rewards\[1\]: inf; it must be finite"),
    "coefficient": (lambda: shaping.stop_properly([1.0], [True], 1.5), "coefficient: 1.5; .* at least 0 and at most 1"),
    "truncated": (lambda: shaping.stop_properly([1.0, 1], [0, 2], 1), r"truncated\[1\]: 2; it must be True or False"),
    "nothing measured": (lambda: shaping.group_length([1.0], groups=1), "measured: empty"),
    "no pair": (lambda: shaping.group_length([1.0], [3], groups=1),
                r"measured\[0\]: \[3\]; it must be \(lengths, weight\)"),
    "weight": (lambda: shaping.group_length([1.0], ([3], None), groups=1), r"measured\[0\]: None; it must be a number"),
    "no groups": (lambda: shaping.group_length([1.0], ([3], 1)), "groups: not set"),
    "other groups": (lambda: shaping.group_length([1.0] * 3, ([3] * 3, 1), groups=2),
                     "groups: 2; 3 rewards are not in"),
    "groups of 0": (lambda: shaping.group_length([1.0] * 3, ([3] * 3, 1), groups=0), "groups: 0; 3 rewards are not in"),
    "other sizes": (lambda: shaping.group_length([1.0] * 3, ([3] * 3, 1), groups=[1, 3]),
                    "groups: sizes of 4 .* 3 rewards"),
    "beta": (lambda: shaping.kl([1.0], [1.0], True), "beta: True; it must be a number, at least 0"),
    "large": (lambda: shaping.kl([1.0, 0], [1.0, -1e300], 1), r"rewards\[1\]: 1e\+300 is beyond float32"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_what_is_wrong_is_named_with_its_value(kind):
    call, text = WRONG[kind]
    with pytest.raises(InvalidArgument, match=f"^{text}"):
        call()
