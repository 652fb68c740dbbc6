"""Rewards that are missing, masked: of a response alone, or of some rows of a trajectory."""

import asyncio
import pickle

import advantaged
import numpy as np
import pytest
from advantaged import InvalidArgument

NONE = None
NAN = float("nan")


def compute(backend, rewards, ids, rule, **settings):
    return backend.compute(rewards, **{"groups": len(rewards), "method": "dr_grpo", "missing": "mask",
                                       "trajectory_ids": ids, "trajectory_reward": rule, **settings})


@pytest.mark.parametrize("rule, rewards, advantages", [
    ("last", [NONE, NONE, 1, NONE, 0], [0.5, 0.5, 0.5, -0.5, -0.5]),
    ("last", [0.5, NONE, 1, NONE, 0], [0.5, 0.5, 0.5, -0.5, -0.5]),
    ("equal_or_error", [NONE, 1, NONE, 0, NONE], [0.5, 0.5, 0.5, -0.5, -0.5]),
    (None, [1, NONE, 1, NONE, 0], [0.5, 0.5, 0.5, -0.5, -0.5]),
    ("sum", [0.5, NONE, 1, NONE, 0.5], [0.5, 0.5, 0.5, -0.5, -0.5])])
def test_a_missing_reward_says_nothing_and_its_row_gets_its_response_s_advantage(backend, rule, rewards, advantages):
    result = compute(backend, rewards, [1, 1, 1, 2, 2], rule)
    assert result.advantages == advantages
    assert result.summary["responses"] == 2 and result.summary["masked_responses"] == 0 and result.warnings == ()


@pytest.mark.parametrize("rule", ["last", "equal_or_error", "sum"])
@pytest.mark.parametrize("ids", [[7, 7, 9, 9, 8], list("xxzzy"), [2**40, 2**40, -1, -1, 0]])
def test_a_response_without_any_reward_is_masked(backend, rule, ids):
    result = compute(backend, [NONE, 1, NONE, NAN, 0], ids, rule)
    assert result.advantages == [0.5, 0.5, 0, 0, -0.5] and result.warnings == ()
    assert result.stats.n.tolist() == [2]


def test_last_without_the_last_row_s_reward_is_masked_with_a_warning(backend):
    result = compute(backend, [1, NONE, 0, 1, 1, NONE], list("aabcdd"), "last")
    assert result.advantages == [0, 0, -0.5, 0.5, 0, 0]
    assert result.warnings == ((
        "missing_last_reward", '2 responses are masked, for trajectory_reward is "last" and the last row has no reward, '
        "though another row has: trajectories 'a', 'd'"),)
    assert pickle.loads(pickle.dumps(result)).warnings == result.warnings
    many = compute(backend, [1, NONE] * 12 + [1], np.arange(25) // 2, "last").warnings[0].message
    assert many.startswith("12 responses") and many.endswith("trajectories 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, ...")


def test_other_warnings_stay(backend):
    result = compute(backend, [1, NONE, 0, 0, 1, 1], [1, 1, 2, 3, 4, 5], "last", groups=None, method="rloo",
                     group_sizes=[4, 2], valid=[1, 1, 1, 0, 1, 1])
    assert [warning.code for warning in result.warnings] == ["missing_last_reward", "small_groups"]


def test_valid_keeps_its_meaning(backend):
    """A row that is masked out gets 0 and has no say, whatever its reward."""
    result = compute(backend, [NONE, 1, NONE, NAN, 0], [1, 1, 1, 2, 2], "last", valid=[1, 1, 0, 0, 1])
    assert result.advantages == [0.5, 0.5, 0, 0, -0.5] and result.warnings == ()
    result = compute(backend, [NONE, 5, 1, NONE, 0], [1, 1, 1, 2, 2], "equal_or_error", valid=[1, 0, 1, 1, 1])
    assert result.advantages == [0.5, 0, 0.5, -0.5, -0.5]
    result = compute(backend, [NONE, 5, 1, NONE, 0], [1, 1, 2, 3, 3], "sum", valid=[1, 0, 1, 1, 1])
    assert result.advantages == [0, 0, 0.5, -0.5, -0.5]
    result = compute(backend, [NONE, NONE, 1, 0], [3, 3, 1, 2], "last", valid=[0, 0, 1, 1])
    assert result.advantages == [0, 0, 0.5, -0.5]


def test_outcomes_and_lengths_of_rows_without_a_reward(backend):
    """They have no outcome either, and have their tokens."""
    for rule in "last", "equal_or_error":
        result = compute(backend, [NONE, 0.9, NONE, 0.2], [1, 1, 2, 2], rule, outcomes=[0, 1, 1, 0], method="skew_r")
        assert result.stats.c.tolist() == [1] and result.advantages == [0.5, 0.5, -0.5, -0.5]
    found = compute(backend, [NONE, 1, NONE, 0, 1], [1, 1, 2, 2, 3], "last", lengths=[3, 1, 4, 2, 2], method="opo")
    expected = backend.compute([1, 0, 1], groups=3, lengths=[4, 6, 2], method="opo").advantages
    assert found.advantages == [expected[0], expected[0], expected[1], expected[1], expected[2]]


def test_rows_that_do_not_agree_are_named_and_not_those_without_a_reward(backend):
    with pytest.raises(InvalidArgument) as caught:
        compute(backend, [NONE, 1, NONE, 0, NONE, 1], [4, 4, 4, 4, 5, 5], "equal_or_error")
    (field, text), = caught.value.violations
    assert field == "rewards[3]" and text.startswith("0, but row 1 of trajectory 4 has 1")


@pytest.mark.parametrize("rule", ["last", "equal_or_error", "sum"])
def test_infinite_rewards_are_no_missing_ones(backend, rule):
    with pytest.raises(InvalidArgument, match=r"^rewards\[1\]: inf is not finite"):
        compute(backend, [NONE, float("inf"), 1], [1, 1, 2], rule)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("size", [24, 6000])
def test_bits_are_those_of_a_batch_with_a_row_for_each_response(backend, dtype, size):
    """6000 rewards of 0 and 1 go as bits. The caller's arrays stay as they are."""
    random = np.random.default_rng(0)
    whole = random.integers(0, 2, size // 3).astype(dtype)
    rewards, outcomes = np.repeat(whole, 3), np.repeat(whole > 0, 3)
    rewards[0::3] = np.nan
    rewards[1::3] = np.where(random.random(size // 3) < 0.5, np.nan, rewards[1::3])
    before = rewards.copy()
    ids = np.repeat(np.arange(size // 3), 3)
    expected = backend.compute(whole, groups=8, method="pass_at_k_grpo", k=2)
    for rule in "last", "equal_or_error":
        found = compute(backend, rewards, ids, rule, groups=24, method="pass_at_k_grpo", k=2)
        assert found.advantages.tobytes() == np.repeat(expected.advantages, 3).tobytes()
        full = compute(backend, np.repeat(whole, 3), ids, rule, groups=24, method="pass_at_k_grpo", k=2)
        assert found.summary == full.summary and found.advantages.tobytes() == full.advantages.tobytes()
        assert compute(backend, rewards, ids, rule, groups=24, method="skew_r", outcomes=outcomes).stats.c.sum() == whole.sum()
    assert np.array_equal(rewards, before, equal_nan=True) and (outcomes == np.repeat(whole > 0, 3)).all()


def test_a_sum_is_the_sum_of_what_is_there(backend):
    rewards = np.array([[0.1, np.nan, 0.2], [0.3, 0.5, np.nan], [np.nan, np.nan, -0.7]], np.float32)
    found = compute(backend, rewards.ravel(), np.repeat([0, 1, 2], 3), "sum", method="reinforce")
    with_zeros = np.nan_to_num(rewards).ravel()
    expected = backend.compute(with_zeros, groups=9, trajectory_ids=np.repeat([0, 1, 2], 3), trajectory_reward="sum",
                               method="reinforce")
    assert found.advantages.tobytes() == expected.advantages.tobytes()


def test_without_mask_a_missing_reward_is_an_error(backend):
    with pytest.raises(InvalidArgument, match=r"^rewards\[0\]: nan is not finite"):
        compute(backend, [NONE, 1, 0], [1, 1, 2], "last", missing="error")
    with pytest.raises(InvalidArgument, match="^missing: 'MASK'; it must be 'error' or 'mask'; did you mean 'mask'"):
        compute(backend, [1, 1, 0], [1, 1, 2], "last", missing="MASK")


def test_all_rows_masked_and_tokens(backend):
    assert compute(backend, [NONE] * 4, [1, 1, 2, 2], "last").advantages == [0] * 4
    tokens = np.array([[0, np.nan], [0, 1], [0, np.nan], [0, 0]])
    found = backend.compute_tokens(tokens, np.ones((4, 2)), groups=4, method="dr_grpo", trajectory_ids=[1, 1, 2, 2],
                                   trajectory_reward="last", missing="mask")
    assert found.advantages.tolist() == [[0.5, 0.5]] * 2 + [[-0.5, -0.5]] * 2


def test_asyncio_gives_the_same(server):
    async def run():
        async with advantaged.AsyncClient(server.grpc[0]) as opened:
            return await opened.compute([NONE, 1, NONE, 0, 1], groups=5, method="dr_grpo", missing="mask",
                                        trajectory_ids=[1, 1, 1, 2, 3], trajectory_reward="last")

    result = asyncio.run(run())
    assert result.advantages == [0, 0, 0, -0.5, 0.5]
    assert [warning.code for warning in result.warnings] == ["missing_last_reward"]
