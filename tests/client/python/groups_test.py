"""Groups in every form, and their ids given back in the caller's words."""

import itertools
import uuid

import numpy as np
import pytest
from advantaged import InvalidArgument

REWARDS = np.array([1, 0, 0, 1, 1, 0], np.float32)
ROWS = [[0, 2, 4], [1, 3, 5]]  # interleaved
ADVANTAGES = [np.float32(1 / 3), np.float32(-1 / 3), np.float32(-2 / 3), np.float32(2 / 3), np.float32(1 / 3),
              np.float32(-1 / 3)]


def interleaved(first, second):
    """Ids of six responses of two prompts, in turn."""
    return [first, second] * 3


def compute(backend, rewards=REWARDS, **arguments):
    return backend.compute(rewards, method="dr_grpo", **arguments)


def check_interleaved(result, labels):
    assert result.advantages.tolist() == ADVANTAGES
    assert list(result.stats.group_ids) == labels
    assert result.stats.n.tolist() == [3, 3] and result.stats.c.tolist() == [2, 1]


SIZES = [3, np.int64(3), np.uint8(3), np.array(3), [3, 3], (3, 3), np.array([3, 3]), np.array([3, 3], np.uint32),
         np.array([3, 3], np.int8), np.array([3.0, 3.0])]


@pytest.mark.parametrize("groups", SIZES, ids=[f"{type(groups).__name__} {groups}" for groups in SIZES])
def test_a_size_and_sizes(backend, groups):
    result = compute(backend, groups=groups)
    assert result.advantages.tolist() == [np.float32(reward - 1 / 3) for reward in [1, 0, 0]] + [
        np.float32(reward - 2 / 3) for reward in [1, 1, 0]]
    assert result.stats.group_ids.tolist() == [0, 1] and result.stats.c.tolist() == [1, 2]


def test_sizes_that_differ(backend):
    assert compute(backend, groups=[2, 4]).stats.n.tolist() == [2, 4]
    assert compute(backend, group_sizes=(4, 2)).stats.n.tolist() == [4, 2]


DTYPES = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", ">i4", ">u8", "<i2"]


@pytest.mark.parametrize("dtype", DTYPES)
def test_ids_of_every_whole_dtype(backend, dtype):
    check_interleaved(compute(backend, groups=np.array(interleaved(7, 3), dtype)), [7, 3])


@pytest.mark.parametrize("dtype", DTYPES)
def test_ids_at_the_ends_of_every_whole_dtype(backend, dtype):
    ends = np.iinfo(dtype)
    check_interleaved(compute(backend, groups=np.array(interleaved(ends.max, ends.min), dtype)), [ends.max, ends.min])


@pytest.mark.parametrize("first, second", [
    (-1, 0), (0, -1), (-1, 2**32 - 1), (2**32, 0), (2**32 + 5, 5), (2**40, 2**40 + 2**32), (-(2**63), 2**63 - 1)])
def test_ids_that_32_bits_would_confuse(backend, first, second):
    check_interleaved(compute(backend, groups=np.array(interleaved(first, second))), [first, second])
    check_interleaved(compute(backend, groups=interleaved(first, second)), [first, second])


def test_python_s_own_whole_numbers_have_no_end(backend):
    check_interleaved(compute(backend, groups=interleaved(10**30, -(10**30))), [10**30, -(10**30)])


ONE, TWO = uuid.UUID(int=1), uuid.UUID(int=2)
IDS = {
    "strings": interleaved("prompt-b", "prompt-a"),
    "array of strings": np.array(interleaved("b", "a")),
    "array of bytes": np.array(interleaved(b"b", b"a")),
    "verl's uid array": np.array(interleaved(str(ONE), str(TWO)), dtype=object),
    "uuids": interleaved(ONE, TWO),
    "tuples": interleaved((0, "x"), (0, "y")),
    "tuples of one length": interleaved((1, 2), (3, 4)),
    "tuple of ids": tuple(interleaved("b", "a")),
    "None is an id": interleaved(None, "a"),
    "booleans": np.array(interleaved(True, False)),
    "floats": np.array(interleaved(0.5, -0.5)),
    "dates": np.array(interleaved("2026-01-02", "2026-01-01"), "M8[D]"),
    "frozen sets": interleaved(frozenset("ab"), frozenset("b")),
    "mixed": [1, "1", 1.0, "1", True, "1"],
}


@pytest.mark.parametrize("kind", IDS)
def test_ids_of_any_hashable_kind_in_any_order(backend, kind):
    ids = IDS[kind]
    labels = list(dict.fromkeys(ids.tolist() if isinstance(ids, np.ndarray) else ids))
    assert len(labels) == 2
    check_interleaved(compute(backend, groups=ids), labels)
    check_interleaved(compute(backend, group_ids=ids), labels)


def test_range_and_array_like_ids(backend):
    class Series:
        """What pandas has: [] looks up a label, not a place."""

        def __array__(self, dtype=None, copy=None):
            return np.array(interleaved("b", "a"), dtype)

        def __len__(self):
            return 6

        def __getitem__(self, label):
            raise KeyError(label)

    check_interleaved(compute(backend, groups=Series()), ["b", "a"])
    result = backend.compute(REWARDS, groups=range(6), method="reinforce")
    assert result.stats.group_ids.tolist() == [0, 1, 2, 3, 4, 5]


def test_ids_that_are_not_contiguous_in_memory(backend):
    ids = np.zeros((6, 2), np.uint32)
    ids[:, 0] = interleaved(9, 4)
    check_interleaved(compute(backend, groups=ids[:, 0]), [9, 4])
    check_interleaved(compute(backend, groups=np.array(interleaved(4, 9))[::-1]), [9, 4])


def test_the_order_of_ids_does_not_change_the_bits(backend):
    draw = np.random.default_rng(3)
    rewards = draw.normal(size=(50, 8)).astype(np.float32)
    flat = backend.compute(rewards, method="grpo").advantages.ravel()
    order = draw.permutation(400)
    names = np.array([f"p{row // 8}" for row in range(400)], object)
    shuffled = backend.compute(rewards.ravel()[order], groups=names[order], method="grpo").advantages
    np.testing.assert_allclose(shuffled, flat[order], rtol=1e-6)  # sums have another order, not other terms
    numbers = np.array([row // 8 + 5 for row in range(400)])[order]
    assert compute(backend, rewards.ravel()[order], groups=names[order]).advantages.tobytes() == compute(
        backend, rewards.ravel()[order], groups=numbers).advantages.tobytes()


@pytest.mark.parametrize("ids", ["contiguous", "backwards", "interleaved", "gaps", "strings"])
def test_large_binary_batches_by_ids(backend, ids):
    """Some ids let the reply be two numbers a group; all give the bits of sizes."""
    rewards = np.random.default_rng(1).random(2048) < 0.4
    groups = np.repeat(np.arange(128), 16)
    groups = {"contiguous": groups, "backwards": groups[::-1], "interleaved": np.tile(np.arange(128), 16),
              "gaps": groups * 3 + 1, "strings": [f"p{group}" for group in groups]}[ids]
    result = compute(backend, rewards, groups=groups)
    order = np.argsort(np.unique(groups, return_inverse=True)[1], kind="stable")
    assert result.advantages[order].tobytes() == compute(backend, rewards[order], groups=16).advantages.tobytes()
    assert list(result.stats.group_ids) == list(dict.fromkeys(list(groups)))


def test_all_ones_could_be_either(backend):
    for ones in ([1, 1], (1, 1), np.ones(2, int), np.ones(2, np.uint32)):
        with pytest.raises(InvalidArgument, match=r"^groups: 2 ones are sizes of 2 groups as well as ids of one"):
            compute(backend, [1, 0], groups=ones)
    assert compute(backend, [1, 0], group_ids=[1, 1]).advantages == [0.5, -0.5]
    assert backend.compute([1, 0], group_sizes=[1, 1], method="reinforce").advantages == [1, 0]
    assert compute(backend, [1, 0], groups=[2, 2]).advantages == [0.5, -0.5]  # sizes would be too many
    assert compute(backend, [1, 0], groups=["1", "1"]).advantages == [0.5, -0.5]
    assert backend.compute([1.0], groups=[1], method="reinforce").advantages == [1]  # the same either way


def test_expected_group_size_finds_the_torn_group(backend):
    ids = ["a", "b", "a", "a", "b"]
    with pytest.raises(InvalidArgument) as caught:
        compute(backend, [1, 0, 0, 1, 1], groups=ids, expected_group_size=3)
    assert caught.value.violations == (
        ("group_ids[1]", "group 1 (id 'b') has 2 responses; expected_group_size is 3; "
         "declared_small_group can let smaller groups in"),)
    for groups in (3, [3, 3], interleaved(1, 2)):
        compute(backend, groups=groups, expected_group_size=3)
        with pytest.raises(InvalidArgument, match="expected_group_size is 2"):
            compute(backend, groups=groups, expected_group_size=2)


@pytest.mark.parametrize("first, second, label", [
    ("a", "b", "'b'"), ((1, 2), (3, 4), r"\(3, 4\)"), (ONE, TWO, r"UUID.*2'\)"), (-3, -7, "-7"), (2**40, 2**41, str(2**41)),
    (12, 40, "40")])
def test_violations_name_groups_as_the_caller_does(backend, first, second, label):
    with pytest.raises(InvalidArgument, match=rf"\(id {label}\) has 1 response") as caught:
        compute(backend, [1, 0, 1], groups=[first, first, second])
    assert caught.value.violations[0].field == "group_ids[2]"


def test_masked_groups_are_named_too(backend):
    with pytest.raises(InvalidArgument, match=r"small_group: group 0 \(id 'x'\) has 1 valid response"):
        compute(backend, [1, 0, 1, 0], groups=list("xxyy"), valid=[1, 0, 1, 1], small_group="error")


BAD = {
    "none": ({}, "groups: not set; give a size, sizes, an id per response"),
    "two": ({"groups": 3, "group_ids": [1] * 6}, "groups: set together: groups, group_ids"),
    "zero": ({"groups": 0}, "group_size: 0; a group has at least 1 response"),
    "negative": ({"groups": -3}, "groups: -3; it must be from 0"),
    "too large": ({"groups": 2**32}, "groups: 4294967296; it must be from 0"),
    "does not divide": ({"groups": 4}, "group_size: 4 does not divide the 6 responses"),
    "boolean": ({"groups": True}, "groups: True is not a whole number"),
    "fraction": ({"groups": 3.0}, "groups: 3.0 is neither a size, nor sizes, nor an id per response"),
    "one fraction": ({"groups": np.array(3.0)}, r"groups: array\(3.\) is not a whole number"),
    "text": ({"groups": "abcdef"}, "groups: 'abcdef' is neither a size"),
    "a set": ({"groups": {3}}, r"groups: \{3\} is neither a size"),
    "sum": ({"groups": [3, 4]}, "group_sizes: sum to 7; the batch has 6 responses"),
    "empty group": ({"groups": [3, 0, 3]}, r"group_sizes\[1\]: 0; a group has at least 1 response"),
    "negative size": ({"group_sizes": [7, -1]}, r"group_sizes\[1\]: -1; it must be from 0"),
    "half a size": ({"group_sizes": [2.5, 3.5]}, r"group_sizes\[0\]: 2.5; it must be a whole number"),
    "sizes as texts": ({"group_sizes": ["3", "3"]}, r"group_sizes\[0\]: '3' is not a number"),
    "boolean sizes": ({"group_sizes": [True] * 6}, "group_sizes: booleans; it must be whole numbers"),
    "too few texts": ({"groups": ["a", "b"]}, "groups: 2 ids for 6 rewards"),
    "too few ids": ({"group_ids": [1, 2]}, "group_ids: 2 entries for 6 rewards"),
    "ids of 2-D": ({"group_ids": np.ones((6, 2), int)}, "group_ids: 12 entries for 6 rewards"),
    "one id": ({"group_ids": 5}, "group_ids: 5; it must be an id per response"),
    "unhashable": ({"groups": [[1]] * 6}, r"group_ids\[0\]: \[1\] is no id"),
    "unhashable within": ({"groups": [1, 2, (3, [4])] * 2}, r"group_ids\[2\]: \(3, \[4\]\) is no id"),
    "NaN": ({"groups": [1.0, float("nan")] * 3}, r"group_ids\[1\]: nan is no id"),
}


@pytest.mark.parametrize("kind", BAD)
def test_what_is_no_groups(backend, kind):
    arguments, text = BAD[kind]
    with pytest.raises(InvalidArgument, match=f"^{text}"):
        compute(backend, **arguments)


def test_rows_are_the_groups_where_there_are_rows(backend):
    for rewards, name in itertools.product((REWARDS.reshape(2, 3), [[1, 0], [1, 0]]), ("groups", "group_sizes",
                                                                                     "group_ids")):
        with pytest.raises(InvalidArgument, match=f"^{name}: set beside rewards that are"):
            compute(backend, rewards, **{name: [2]})


@pytest.mark.parametrize("size", [3, np.int64(3), np.array(3)])
def test_a_size_beside_rows_may_say_the_same(backend, size):
    rows = REWARDS.reshape(2, 3)
    expected = compute(backend, rows)
    for rewards in rows, rows.tolist():
        assert np.array_equal(compute(backend, rewards, groups=size).advantages, expected.advantages)


@pytest.mark.parametrize("rewards, text", [
    (np.zeros((64, 4)), r"groups: 8, but the rewards are \[64, 4\], whose rows are groups of 4"),
    ([[0] * 8, [0] * 7], "groups: 8, but row 1 of the rewards, which is a group, has 7")])
def test_a_size_that_is_not_that_of_the_rows_is_refused_with_both(backend, rewards, text):
    with pytest.raises(InvalidArgument, match=f"^{text}$"):
        compute(backend, rewards, groups=8)


TRAJECTORIES = {
    "strings": ["t9", "t1", "t9", "t1", "t5", "t7"],
    "numbers": [9, 1, 9, 1, 5, 7],
    "negative": np.array([-9, -1, -9, -1, -5, -7]),
    "tuples": [("t", i) for i in (9, 1, 9, 1, 5, 7)],
}


@pytest.mark.parametrize("kind", TRAJECTORIES)
def test_rows_of_a_trajectory_are_one_response(backend, kind):
    result = compute(backend, [1, 0, 1, 0, 1, 1], groups=list("aaaabb"), trajectory_ids=TRAJECTORIES[kind])
    assert result.stats.n.tolist() == [2, 2] and result.advantages == [0.5, -0.5, 0.5, -0.5, 0, 0]


def test_violations_name_trajectories_as_the_caller_does(backend):
    with pytest.raises(InvalidArgument) as caught:
        compute(backend, [1, 1, 1, 0, 1], groups=list("aabba"), trajectory_ids=["x", "y", "y", "z", "x"])
    assert caught.value.violations[0] == (
        "trajectory_ids[2]", "trajectory 'y' is in group 1 (id 'b'), but row 1 of trajectory 'y' is in group 0 (id 'a')")
    with pytest.raises(InvalidArgument, match=r"rewards\[1\]: 0, but row 0 of trajectory 'x' has 1"):
        compute(backend, [1, 0, 1], groups=[3], trajectory_ids=["x", "x", "y"])
    with pytest.raises(InvalidArgument, match=r"trajectory_ids: 2 entries for 3 rewards"):
        compute(backend, [1, 0, 1], groups=3, trajectory_ids=["x", "x"])
    with pytest.raises(InvalidArgument, match=r"trajectory_ids\[0\]: \['x'\] is no id"):
        compute(backend, [1, 0, 1], groups=3, trajectory_ids=[["x"]] * 3)


def test_rewards_of_trajectories(backend):
    rewards, ids = [1, 2, 5, 0.5], ["x", "x", "y", "y"]
    last = compute(backend, rewards, groups=4, trajectory_ids=ids, trajectory_reward="last")
    assert last.advantages == [0.75, 0.75, -0.75, -0.75]
    total = compute(backend, rewards, groups=4, trajectory_ids=ids, trajectory_reward="sum")
    assert total.advantages == [-1.25, -1.25, 1.25, 1.25]
