"""compute_tokens: token-level rewards [response, token] are summed, advantages go to the tokens in the loss."""

import asyncio

import advantaged
import numpy as np
import pytest
from advantaged import InvalidArgument, stages

MASK = np.array([[1, 1, 1, 0], [1, 1, 0, 0], [1, 1, 1, 1], [1, 0, 0, 0]])
TOKENS = np.array([[0, 0, 1, 0], [0, 0.5, 0, 0], [0, 0, 0, 0], [0.25, 0, 0, 0]])
REWARDS = [1, 0.5, 0, 0.25]


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.int64])
@pytest.mark.parametrize("mask_dtype", [bool, np.int64, np.float32, np.uint8])
def test_rewards_are_summed_and_advantages_broadcast(backend, dtype, mask_dtype):
    tokens = (TOKENS * 4).astype(dtype)
    result = backend.compute_tokens(tokens, MASK.astype(mask_dtype), groups=2, method="grpo")
    plain = backend.compute(np.array(REWARDS, np.float32) * 4, groups=2, method="grpo")
    assert type(result.advantages) is np.ndarray
    assert result.advantages.dtype == np.float32 and result.advantages.shape == (4, 4)
    np.testing.assert_array_equal(result.advantages, plain.advantages[:, None] * MASK)
    assert result.summary == plain.summary and result.advantages.flags.writeable


def test_a_reward_on_a_token_outside_of_the_loss_counts(backend):
    """As trainers sum them: the reward on a tool's token, or on the last one of a truncated response."""
    tokens = TOKENS.copy()
    tokens[3, 3] = 0.75
    found = backend.compute_tokens(tokens, MASK, groups=4, method="dr_grpo").advantages
    assert found.tolist() == [[0.375] * 3 + [0], [-0.125] * 2 + [0] * 2, [-0.625] * 4, [0.375, 0, 0, 0]]
    tokens[3, 2] = np.nan
    with pytest.raises(InvalidArgument, match=r"^rewards\[3\]: nan is not finite"):
        backend.compute_tokens(tokens, MASK, groups=4, method="dr_grpo")


@pytest.mark.parametrize("dtype", [bool, np.int64, np.float32])
def test_a_reward_mask_says_which_tokens_have_rewards(backend, dtype):
    """What is outside of it may be anything."""
    tokens = np.where(MASK, TOKENS, np.nan)
    tokens[0, 3] = np.inf
    result = backend.compute_tokens(tokens, MASK, groups=4, method="dr_grpo", reward_mask=MASK.astype(dtype))
    assert result.advantages[0].tolist() == [0.5625, 0.5625, 0.5625, 0]
    first = np.zeros_like(MASK)
    first[:, 0] = 1
    found = backend.compute_tokens(TOKENS, MASK, groups=4, method="dr_grpo", reward_mask=first).advantages
    assert found[:, 0].tolist() == [-0.0625, -0.0625, -0.0625, 0.1875] and found[2].tolist() == [-0.0625] * 4


def test_memory_in_any_order(backend):
    expected = backend.compute_tokens(TOKENS, MASK, groups=2, method="grpo").advantages
    for tokens, mask in ((np.asfortranarray(TOKENS), MASK), (np.repeat(TOKENS, 2, 1)[:, ::2], MASK.T.copy().T)):
        assert (backend.compute_tokens(tokens, mask, groups=2, method="grpo").advantages == expected).all()


def test_sums_are_as_exact_as_rewards_are(backend):
    """float32 sums of many tokens would depend on their number."""
    tokens = np.full((2, 10_000), 0.1, np.float32)
    tokens[1] = 0
    result = backend.compute_tokens(tokens, np.ones(tokens.shape), groups=2, method="reinforce")
    assert result.advantages[0, 0] == np.float32(np.float64(np.float32(0.1)) * 10_000)


def test_lengths_are_those_of_the_mask(backend):
    result = backend.compute_tokens(TOKENS, MASK, groups=4, method="opo")
    lengths = MASK.sum(1)
    plain = backend.compute(REWARDS, groups=4, method="opo", lengths=lengths)
    np.testing.assert_array_equal(result.advantages[:, 0], np.array(plain.advantages, np.float32))
    other = backend.compute_tokens(TOKENS, MASK, groups=4, method="opo", lengths=[1, 1, 1, 1])
    np.testing.assert_array_equal(other.advantages[:, 0], np.array([0.5625, 0.0625, -0.4375, -0.1875], np.float32))
    chain = [stages.Center(weighting="tokens")]
    centred = backend.compute_tokens(TOKENS, MASK, groups=4, method="rloo", stages=chain).advantages
    assert abs(centred.sum(dtype=float)) < 1e-6


def test_groups_and_masks_of_responses(backend):
    result = backend.compute_tokens(TOKENS, MASK, groups=list("abab"), method="dr_grpo", valid=[1, 1, 1, 0],
                                    expected_group_size=2)
    assert list(result.stats.group_ids) == ["a", "b"] and result.stats.n.tolist() == [2, 1]
    assert result.advantages[:, 0].tolist() == [0.5, 0, -0.5, 0]


def test_missing_responses(backend):
    tokens = TOKENS.copy()
    tokens[0, 0] = np.nan
    with pytest.raises(InvalidArgument, match=r"^rewards\[0\]: nan is not finite"):
        backend.compute_tokens(tokens, MASK, groups=4, method="dr_grpo")
    result = backend.compute_tokens(tokens, MASK, groups=4, method="dr_grpo", missing="mask")
    assert result.advantages[0].tolist() == [0] * 4 and result.summary["masked_responses"] == 1


@pytest.mark.parametrize("out_dtype", [np.float16, np.float64])
def test_out_dtype(backend, out_dtype):
    result = backend.compute_tokens(TOKENS, MASK, groups=4, method="grpo", out_dtype=out_dtype).advantages
    assert result.dtype == out_dtype and result.shape == (4, 4)


def test_moments_only(backend):
    result = backend.compute_tokens(TOKENS, MASK, groups=4, method="grpo", stages=[stages.Center()], moments_only=True)
    assert result.advantages is None and len(result.batch_moments) == 1


@pytest.mark.filterwarnings("error")
def test_sums_beyond_float32_are_named(backend):
    tokens = np.array([[3e38, 3e38], [0, 0]], np.float32)
    with pytest.raises(InvalidArgument, match=r"^rewards\[0\]: 6.0*1.*e\+38 is beyond float32"):
        backend.compute_tokens(tokens, np.ones((2, 2)), groups=2, method="grpo")


BAD = {
    "a list": (TOKENS.tolist(), MASK, r"token_level_rewards: a list; it must be an array or a tensor of \[response, token\]"),
    "one dimension": (TOKENS[0], MASK[0], r"token_level_rewards: shape \(4,\); it must be .* of \[response, token\]"),
    "three dimensions": (TOKENS[None], MASK[None], r"token_level_rewards: shape \(1, 4, 4\)"),
    "another shape": (TOKENS, MASK[:, :3], r"response_mask: shape \(4, 3\); token_level_rewards has \(4, 4\)"),
    "a list as mask": (TOKENS, MASK.tolist(), r"response_mask: a list; it must be an array or a tensor of \[response, token\]"),
    "texts": (TOKENS.astype(str), MASK, "token_level_rewards: dtype <U32; it must be real numbers"),
    "complex": (TOKENS.astype(complex), MASK, "token_level_rewards: dtype complex128; it must be real numbers"),
    "a reward mask of another shape": (TOKENS, MASK, r"reward_mask: shape \(4, 3\); token_level_rewards has \(4, 4\)",
                                       MASK[:, :3]),
    "a list as reward mask": (TOKENS, MASK, "reward_mask: a list; it must be an array or a tensor", MASK.tolist()),
    "text as mask": (TOKENS, MASK.astype(str), "response_mask: dtype <U21; it must be real numbers"),
}


@pytest.mark.parametrize("kind", BAD)
def test_what_are_no_tokens(backend, kind):
    tokens, mask, text, *reward_mask = BAD[kind]
    with pytest.raises(InvalidArgument, match=f"^{text}"):
        backend.compute_tokens(tokens, mask, groups=2, method="grpo", reward_mask=reward_mask[0] if reward_mask else None)


@pytest.mark.filterwarnings("error")
def test_array_likes(backend):
    class Frame:
        def __array__(self, dtype=None, copy=None):
            return np.array(TOKENS, dtype)

    expected = backend.compute_tokens(TOKENS, MASK, groups=2, method="grpo").advantages
    assert (backend.compute_tokens(Frame(), MASK, groups=2, method="grpo").advantages == expected).all()


def test_groups_are_needed(backend):
    with pytest.raises(InvalidArgument, match="^groups: not set"):
        backend.compute_tokens(TOKENS, MASK, method="grpo")


def test_asyncio_gives_the_same(server, client):
    async def compute():
        async with advantaged.AsyncClient(server.grpc[0]) as opened:
            return await opened.compute_tokens(TOKENS, MASK, groups=2, method="grpo", reward_mask=MASK)

    expected = client.compute_tokens(TOKENS, MASK, groups=2, method="grpo", reward_mask=MASK)
    assert asyncio.run(compute()).advantages.tobytes() == expected.advantages.tobytes()
