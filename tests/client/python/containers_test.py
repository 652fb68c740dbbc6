"""Rewards in every container: the same bits, given back as they came."""

import collections
import decimal
import fractions

import numpy as np
import pytest
from advantaged import InvalidArgument

REWARDS = [1.0, 0.0, -2.0, 0.5, 3.0, 3.0]
REAL = ["float16", "float32", "float64", "longdouble", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32",
        "uint64", "bool", ">f2", ">f4", ">f8", ">i8", "<i2"]


def compute(backend, rewards, **arguments):
    """Advantages of Dr. GRPO: r - mean, which anyone can check."""
    return backend.compute(rewards, method="dr_grpo", **arguments).advantages


def expected(rewards, size):
    """The same in double, rounded once; sums of a few small numbers are exact there."""
    rows = np.asarray(rewards, np.float32).astype(np.float64).reshape(-1, size)
    return (rows - rows.mean(1, keepdims=True)).astype(np.float32).ravel()


@pytest.mark.parametrize("dtype", REAL)
def test_numpy_of_every_real_dtype(backend, dtype):
    values = [1, 0, 1, 0, 0, 1] if dtype == "bool" or "u" in dtype else [1, 0, -2, 4, 3, 3]
    rewards = np.array(values, dtype)
    advantages = compute(backend, rewards, groups=3)
    assert type(advantages) is np.ndarray
    assert advantages.dtype == np.float32 and advantages.dtype.isnative and advantages.shape == (6,)
    assert advantages.tobytes() == expected(values, 3).tobytes()


def test_results_are_writable_and_nobody_else_s(backend):
    rewards = np.array(REWARDS, np.float32)
    first, second = compute(backend, rewards, groups=3), compute(backend, rewards, groups=3)
    assert first.flags.writeable and first.flags.c_contiguous and first.flags.aligned
    assert not np.shares_memory(first, second) and not np.shares_memory(first, rewards)
    first += 1
    assert rewards.tolist() == REWARDS


def test_large_binary_batches_are_writable_too(backend):
    rewards = np.arange(4096) % 3 == 0  # as bits, answered by two numbers a group
    advantages = compute(backend, rewards, groups=16)
    assert advantages.dtype == np.float32 and advantages.flags.writeable
    assert advantages.tobytes() == expected(rewards, 16).tobytes()


def test_two_dimensions_are_prompt_and_response(backend):
    rewards = np.array(REWARDS).reshape(2, 3)
    advantages = compute(backend, rewards)
    assert advantages.shape == (2, 3) and advantages.dtype == np.float32
    assert advantages.tobytes() == expected(REWARDS, 3).tobytes()


def test_large_two_dimensional_binary_batches(backend):
    rewards = (np.arange(4096) % 5 == 0).reshape(256, 16)
    advantages = compute(backend, rewards)
    assert advantages.shape == (256, 16) and advantages.tobytes() == expected(rewards.ravel(), 16).tobytes()


LAYOUTS = {
    "fortran order": lambda rewards: np.asfortranarray(rewards),
    "transposed": lambda rewards: np.ascontiguousarray(rewards.T).T,
    "every second": lambda rewards: np.repeat(rewards, 2, axis=1)[:, ::2],
    "backwards": lambda rewards: rewards[::-1, ::-1].copy()[::-1, ::-1],
    "broadcast rows": lambda rewards: np.broadcast_to(rewards, rewards.shape),
    "matrix": np.asmatrix,
}


@pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning")
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_memory_in_any_order(backend, layout, dtype):
    rewards = LAYOUTS[layout](np.array(REWARDS, dtype).reshape(2, 3))
    advantages = compute(backend, rewards)
    assert type(advantages) is np.ndarray and advantages.shape == (2, 3)
    assert advantages.tobytes() == expected(REWARDS, 3).tobytes()


def test_flat_memory_in_any_order(backend):
    rewards = np.array(REWARDS, np.float32)
    column = np.zeros((6, 3), np.float32)
    column[:, 1] = rewards
    unaligned = np.frombuffer(b"x" + rewards.tobytes(), np.float32, offset=1)
    for view in (column[:, 1], rewards[::-1].copy()[::-1], unaligned):
        assert not (view.flags.c_contiguous and view.flags.aligned)
        assert compute(backend, view, groups=3).tobytes() == expected(REWARDS, 3).tobytes()


def test_read_only_arrays(backend):
    rewards, valid = np.array(REWARDS, np.float32), np.ones(6, bool)
    rewards.flags.writeable = valid.flags.writeable = False
    assert compute(backend, rewards, groups=3).tobytes() == expected(REWARDS, 3).tobytes()
    assert compute(backend, rewards, groups=3, valid=valid).tobytes() == expected(REWARDS, 3).tobytes()


def test_subclasses_of_arrays(backend):
    class Mine(np.ndarray):
        pass

    advantages = compute(backend, np.array(REWARDS, np.float32).view(Mine), groups=3)
    assert type(advantages) is np.ndarray and advantages.tobytes() == expected(REWARDS, 3).tobytes()


LISTS = {
    "floats": REWARDS,
    "tuple": tuple(REWARDS),
    "NumPy's numbers": [np.float32(reward) for reward in REWARDS],
    "arrays of one number": [np.array(reward) for reward in REWARDS],
    "fractions": [fractions.Fraction(reward) for reward in REWARDS],
    "decimals": [decimal.Decimal(reward) for reward in REWARDS],
    "mixed": [1, False, -2, 0.5, np.int8(3), np.float64(3)],
}


@pytest.mark.parametrize("kind", LISTS)
def test_lists_of_numbers(backend, kind):
    advantages = compute(backend, LISTS[kind], groups=3)
    assert type(advantages) is list and all(type(value) is float for value in advantages)
    assert np.array(advantages, np.float32).tobytes() == expected(REWARDS, 3).tobytes()
    assert advantages == np.array(advantages, np.float32).tolist()  # float32's values, no others


def test_lists_of_whole_numbers_and_of_booleans(backend):
    for rewards in ([1, 0, 0, 1], [True, False, False, True]):
        assert compute(backend, rewards, groups=2) == [0.5, -0.5, -0.5, 0.5]


NESTED = {
    "lists": [[1, 0, -2], [0.5, 3, 3]],
    "tuples": ((1, 0, -2), (0.5, 3, 3)),
    "arrays": [np.array([1, 0, -2]), np.array([0.5, 3, 3])],
    "list of tuples": [(1, 0, -2), (0.5, 3, 3)],
}


@pytest.mark.parametrize("kind", NESTED)
def test_lists_of_lists(backend, kind):
    advantages = compute(backend, NESTED[kind])
    assert type(advantages) is list and [len(row) for row in advantages] == [3, 3]
    assert all(type(value) is float for row in advantages for value in row)
    assert np.array(advantages, np.float32).tobytes() == expected(REWARDS, 3).tobytes()


def test_ragged_lists(backend):
    advantages = compute(backend, [[1, 0], [1, 0, 0, 0], [2, 4, 6]])
    assert advantages == [[0.5, -0.5], [0.75, -0.25, -0.25, -0.25], [-2, 0, 2]]


def test_large_ragged_binary_lists(backend):
    rewards = [[i % 2, 1, 0] + [0] * (i % 3) for i in range(800)]
    advantages = compute(backend, rewards)
    assert [len(row) for row in advantages] == [len(row) for row in rewards]
    for row, found in zip(rewards, advantages):
        assert found == [np.float32(reward - np.mean(row)) for reward in row]


MISSING = {
    "list": ([1, None, 0, 1], [0.5, 0, -0.5, 0]),
    "list with NaN": ([1, float("nan"), 0, 1], [0.5, 0, -0.5, 0]),
    "array": (np.array([1, np.nan, 0, 1]), [0.5, 0, -0.5, 0]),
    "float32 array": (np.array([1, np.nan, 0, 1], np.float32), [0.5, 0, -0.5, 0]),
    "array of objects": (np.array([1, None, 0, 1], object), [0.5, 0, -0.5, 0]),
}


@pytest.mark.parametrize("kind", MISSING)
def test_missing_rewards_are_masked_if_asked(backend, kind):
    rewards, advantages = MISSING[kind]
    result = backend.compute(rewards, groups=4, method="dr_grpo", missing="mask", valid=[True, True, True, False])
    assert list(result.advantages) == advantages
    assert result.summary["masked_responses"] == 2 and result.stats.n.tolist() == [2]


@pytest.mark.parametrize("kind", MISSING)
def test_missing_rewards_are_errors_otherwise(backend, kind):
    with pytest.raises(InvalidArgument) as caught:
        compute(backend, MISSING[kind][0], groups=4)
    assert caught.value.violations[0].field == "rewards[1]" and "nan" in str(caught.value)


def test_missing_in_nested_lists_and_two_dimensions(backend):
    rewards = [[1, None, 0], [None, None, 3]]
    assert backend.compute(rewards, method="dr_grpo", missing="mask").advantages == [[0.5, 0, -0.5], [0, 0, 0]]
    array = np.array(rewards, float)
    assert backend.compute(array, method="dr_grpo", missing="mask").advantages.tolist() == [[0.5, 0, -0.5], [0, 0, 0]]


def test_missing_nothing_masks_nothing(backend):
    result = backend.compute([1, 0], groups=2, method="dr_grpo", missing="mask")
    assert result.summary["masked_responses"] == 0 and result.advantages == [0.5, -0.5]


def test_float64_beyond_float32_is_named(backend):
    with pytest.raises(InvalidArgument, match=r"^rewards\[2\]: 1e\+39 is beyond float32$"):
        compute(backend, np.array([1, 0, 1e39, 0]), groups=2)
    with pytest.raises(InvalidArgument, match=r"^rewards\[1\]: -1e\+300 is beyond float32$"):
        compute(backend, [1, -1e300], groups=2)


@pytest.mark.filterwarnings("error")
def test_masked_rewards_may_be_anything(backend):
    rewards = np.array([1, 0, 1e39, np.inf, np.nan, 0])
    advantages = compute(backend, rewards, groups=6, valid=[1, 1, 0, 0, 0, 1])
    assert advantages.tolist() == [np.float32(2 / 3), np.float32(-1 / 3), 0, 0, 0, np.float32(-1 / 3)]


def test_infinite_rewards_are_refused_by_index(backend):
    with pytest.raises(InvalidArgument, match=r"rewards\[3\]: -inf is not finite"):
        compute(backend, np.array([1, 0, 1, -np.inf]), groups=2)


@pytest.mark.parametrize("out_dtype", [np.float16, "float32", np.float64, np.dtype(">f8")])
def test_out_dtype(backend, out_dtype):
    rewards = np.array(REWARDS).reshape(2, 3)
    result = compute(backend, rewards, out_dtype=out_dtype)
    assert result.dtype == np.dtype(out_dtype) and result.shape == (2, 3)
    np.testing.assert_array_equal(result, compute(backend, rewards).astype(out_dtype))


@pytest.mark.parametrize("rewards, out_dtype", [
    (np.ones(4), np.int32), (np.ones(4), "nonsense"), (np.ones(4), 5), ([1, 0, 0, 1], np.float64)],
    ids=["int32", "nonsense", "no dtype", "a list"])
def test_out_dtype_that_cannot_be(backend, rewards, out_dtype):
    with pytest.raises(InvalidArgument, match="^out_dtype: "):
        compute(backend, rewards, groups=2, out_dtype=out_dtype)


class Tensor:
    """What pandas, jax and others have in common."""

    def __array__(self, dtype=None, copy=None):
        return np.array(REWARDS, dtype)


@pytest.mark.parametrize("rewards", [Tensor(), range(6), collections.deque(REWARDS)], ids=["array-like", "range", "deque"])
def test_other_containers_give_numpy(backend, rewards):
    advantages = compute(backend, rewards, groups=3)
    assert type(advantages) is np.ndarray and advantages.shape == (6,)


BAD = {
    "a number": (1.0, "rewards: 0 dimensions"),
    "nothing": (None, "rewards: 0 dimensions"),
    "a text": ("abcd", "rewards: dtype <U4; it must be real numbers"),
    "texts": (["1", "0"], r"rewards\[0\]: '1' is not a number"),
    "bytes": ([1, b"0"], r"rewards\[1\]: b'0' is not a number"),
    "array of texts": (np.array(["a", "b"]), "rewards: dtype <U1; it must be real numbers"),
    "array of objects": (np.array([1, {}], object), r"rewards\[1\]: {} is not a number"),
    "complex": (np.zeros(2, complex), "rewards: dtype complex128; it must be real numbers"),
    "complex numbers": ([0, 1j], r"rewards\[1\]: 1j is not a number"),
    "dates": (np.zeros(2, "M8[s]"), r"rewards: dtype datetime64\[s\]; it must be real numbers"),
    "structures": (np.zeros(2, "f4,f4"), "rewards: dtype .*; it must be real numbers"),
    "three dimensions": (np.zeros((2, 2, 2)), "rewards: 3 dimensions; it must have 1, or 2"),
    "a row and a number": ([[1, 0], 3], r"rewards\[1\]: 3; it must be the responses of one prompt"),
    "a number and a row": ([3, [1, 0]], r"rewards\[1\]: \[1, 0\] is not a number"),
    "masked array": (np.ma.masked_array([1.0, 2.0], [0, 1]), "rewards: a masked array; give its data, and valid=~mask"),
    "empty list": ([], "rewards: the batch is empty"),
    "empty array": (np.zeros(0, np.float32), "rewards: the batch is empty"),
}


@pytest.mark.parametrize("kind", BAD)
def test_what_is_no_array_of_rewards(backend, kind):
    rewards, text = BAD[kind]
    with pytest.raises(InvalidArgument, match=f"^{text}"):
        compute(backend, rewards, groups=2)


@pytest.mark.parametrize("rewards", [[], np.zeros((0, 4)), [[], []]], ids=["list", "array", "rows"])
def test_empty_batches_of_two_dimensions(backend, rewards):
    with pytest.raises(InvalidArgument, match="rewards: the batch is empty|groups: not set"):
        compute(backend, rewards)


def test_an_empty_row_is_named(backend):
    with pytest.raises(InvalidArgument, match=r"group_sizes\[1\]: 0; a group has at least 1 response"):
        compute(backend, [[1, 0], []])


def test_remote_and_local_give_the_same_bits(client, local):
    draw = np.random.default_rng(7)
    for dtype in (np.float16, np.float32, np.float64, np.int32, bool):
        rewards = (draw.normal(size=(97, 16)) * 3).astype(dtype)
        for method in ("grpo", "rloo", "max_rl"):
            remote, inside = (backend.compute(rewards, method=method) for backend in (client, local))
            assert remote.advantages.tobytes() == inside.advantages.tobytes()
            assert (remote.backend, inside.backend) == ("remote", "local")
