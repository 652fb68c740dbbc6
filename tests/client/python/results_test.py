"""What a result holds beside the advantages: the same remote and local, plain data, and in the caller's words."""

import dataclasses
import pickle

import advantaged
import numpy as np
import pytest
from advantaged import InvalidArgument, errors, methods, stages
from advantaged.v1 import compute_pb2

REWARDS = np.array([1, 0, 0, 0, 1, 1, 1, 1, 0.5, 0.25, 2, 0], np.float32)
SUMMARY = compute_pb2.Summary.DESCRIPTOR
COLUMNS = ("n", "c", "outcome", "success_rate", "mean", "sd", "priority")


def compute(backend, rewards=REWARDS, **arguments):
    return backend.compute(rewards, **{"groups": 4, "method": "grpo", **arguments})


def test_statistics_are_arrays_with_an_entry_per_group(backend):
    stats = compute(backend, pass_at=[1, 2]).stats
    assert stats.group_ids.tolist() == [0, 1, 2]
    assert stats.n.tolist() == [4, 4, 4] and stats.c.tolist() == [1, 4, 0]
    assert stats.outcome_names == ["mixed", "all_pass", "varied"]
    np.testing.assert_array_equal(stats.success_rate, [0.25, 1, np.nan])
    np.testing.assert_array_equal(stats.priority, [0.75, 0, np.nan])
    assert stats.mean.tolist() == [0.25, 1, 0.6875]
    np.testing.assert_allclose(stats.sd, [np.sqrt(3) / 4, 0, np.std([0.5, 0.25, 2, 0])])
    assert list(stats.pass_at) == [1, 2]
    np.testing.assert_array_equal(stats.pass_at[1], [0.25, 1, np.nan])
    np.testing.assert_array_equal(stats.pass_at[2], [0.5, 1, np.nan])


def test_statistics_have_the_dtypes_that_they_say(backend):
    stats = compute(backend, pass_at=[2]).stats
    kinds = {"group_ids": np.uint32, "n": np.uint32, "c": np.uint32, "outcome": np.uint8}
    for field in dataclasses.fields(stats):
        column = getattr(stats, field.name)
        if field.name == "pass_at":
            column = column[2]
        assert column.dtype == kinds.get(field.name, np.float64) and column.shape == (3,)
        assert column.flags.writeable and column.flags.aligned, field.name


def test_outcome_names_are_the_contract_s(backend):
    rewards = [[0, 0], [1, 0], [1, 1], [0.5, 0.5], [0.5, 0.25], [1, 0]]
    valid = [[1, 1]] * 5 + [[0, 0]]
    stats = backend.compute(rewards, method="rloo", valid=valid).stats
    names = [value.name.removeprefix("GROUP_OUTCOME_").lower() for value in
             compute_pb2.GroupOutcome.DESCRIPTOR.values if value.number]
    assert stats.outcome_names == ["all_fail", "mixed", "all_pass", "constant", "varied", "empty"]
    assert sorted(stats.outcome_names) == sorted(names)
    assert np.isnan(stats.mean[5]) and stats.n[5] == 0


@pytest.mark.parametrize("ids, labels", [
    (np.array([9, 7, 7, 9]), [9, 7]), (["b", "a", "a", "b"], ["b", "a"]), ([(1, 2), (0, 0), (0, 0), (1, 2)],
                                                                          [(1, 2), (0, 0)])])
def test_statistics_have_the_caller_s_labels(backend, ids, labels):
    stats = backend.compute([1, 0, 1, 1], group_ids=ids, method="rloo").stats
    assert list(stats.group_ids) == labels and stats.group_ids.shape == (2,)
    assert dict(zip(stats.group_ids, stats.c.tolist())) == {labels[0]: 2, labels[1]: 1}


def test_the_summary_is_flat_and_complete(backend):
    summary = compute(backend, valid=[1] * 11 + [0], pass_at=[1, 4]).summary
    expected = [field.name for field in SUMMARY.fields if field.name != "pass_at_k"] + ["pass_at_1", "pass_at_4"]
    assert sorted(summary) == sorted(expected)
    assert all(type(value) in (int, float) for value in summary.values())
    assert summary["groups"] == 3 and summary["responses"] == 11 and summary["masked_responses"] == 1
    assert summary["mean_success_rate"] == 0.625 and summary["pass_at_1"] == 0.625 and summary["pass_at_4"] == 1
    assert summary["varied_groups"] == summary["mixed_groups"] == summary["all_pass_groups"] == 1


def test_the_summary_leaves_out_what_there_is_not(backend):
    summary = compute(backend, np.array([0.5, 0.25, 0.125, 2]), pass_at=[2]).summary
    assert "mean_success_rate" not in summary and "pass_at_2" not in summary


def test_remote_and_local_say_the_same(client, local):
    arguments = dict(valid=[1] * 11 + [0], pass_at=[1, 3], outcomes=[1, 0] * 6, zero_unless_mixed=True,
                     stages=[stages.Center(), stages.Scale(epsilon=1e-6)], constant_tolerance=0.5)
    remote, inside = (compute(backend, **arguments) for backend in (client, local))
    assert list(remote.summary.items()) == list(inside.summary.items())
    assert remote.method == inside.method and remote.warnings == inside.warnings
    assert remote.numerics_version == inside.numerics_version >= 1
    assert remote.batch_moments == inside.batch_moments
    for name in ("group_ids", *COLUMNS):
        np.testing.assert_array_equal(getattr(remote.stats, name), getattr(inside.stats, name), strict=True)
    assert remote.stats.pass_at.keys() == inside.stats.pass_at.keys()
    for k, column in remote.stats.pass_at.items():
        np.testing.assert_array_equal(column, inside.stats.pass_at[k])


def test_statistics_can_be_spared(backend):
    result = compute(backend, statistics=False)
    assert result.summary["groups"] == 3
    with pytest.raises(AttributeError, match="statistics=False"):
        result.stats
    assert result.advantages.tobytes() == compute(backend).advantages.tobytes()


@pytest.mark.parametrize("statistics", [True, False])
def test_a_k_beyond_every_group_is_nan_and_no_silence(backend, statistics):
    result = backend.compute([[1, 0, 0, 1]] * 2, method="rloo", pass_at=[2, 8], statistics=statistics)
    assert list(result.summary)[-2:] == ["pass_at_2", "pass_at_8"] and np.isnan(result.summary["pass_at_8"])
    assert result.summary["pass_at_2"] == pytest.approx(5 / 6)
    # Of the core, from numerics version 2 on.
    assert [code for code, _ in result.warnings] == ["pass_at_too_large"] * (result.numerics_version >= 2)
    if statistics:
        assert np.isnan(result.stats.pass_at[8]).all()
    assert backend.compute([[1, 0], [1, 0, 0, 1]], method="rloo", pass_at=[4]).summary["pass_at_4"] == 1


def test_warnings_have_a_code_and_a_text(backend):
    result = compute(backend, valid=[1, 0, 0, 0] + [1] * 8)
    (code, message), = result.warnings
    assert code == result.warnings[0].code == "small_groups" and "group" in message
    easy = backend.compute([1] * 7 + [0], groups=8, method="entropy_regularized", entropy_coefficient=3.0)
    assert "negative_advantage_of_correct" in [warning.code for warning in easy.warnings]
    spread = backend.compute([1000.0, 1000.001, 1000.0], groups=3, method="grpo")
    assert [warning.code for warning in spread.warnings] == ["suspicious_spread"]
    assert compute(backend).warnings == ()


def test_timings_are_the_server_s(client, local):
    timings = compute(client).timings
    assert timings.keys() <= {"decode_us", "compute_us", "encode_us", "queue_us"} and timings["compute_us"] > 0
    assert compute(local).timings == {}


def test_masks_in_every_container(backend):
    expected = compute(backend, valid=[True, False, True, True] * 3).advantages
    assert expected[1] == expected[5] == 0
    bits = [1, 0, 1, 1] * 3
    for valid in (bits, tuple(bits), np.array(bits), np.array(bits, bool), np.array(bits, np.uint8),
                  np.array(bits, float), np.array(bits).reshape(3, 4), [[1, 0, 1, 1]] * 3,
                  np.repeat(np.array(bits, bool), 2)[::2]):
        assert compute(backend, valid=valid).advantages.tobytes() == expected.tobytes()


def test_outcomes_in_every_container(backend):
    bits = [1, 0, 0, 0, 1, 1, 0, 0, 1, 1, 1, 0]
    expected = compute(backend, method="skew_r", outcomes=bits)
    assert expected.stats.c.tolist() == [1, 2, 3]
    for outcomes in (np.array(bits, bool), np.array(bits).reshape(3, 4), np.array(bits, np.float32), tuple(bits)):
        again = compute(backend, method="skew_r", outcomes=outcomes)
        assert again.advantages.tobytes() == expected.advantages.tobytes()


def test_lengths_in_every_container(backend):
    lengths = [5, 3, 0, 1] * 3
    expected = compute(backend, method="opo", lengths=lengths).advantages
    assert expected.tobytes() != compute(backend, method="opo", lengths=[1] * 12).advantages.tobytes()
    for again in (np.array(lengths), np.array(lengths, np.uint32), np.array(lengths, np.int8), tuple(lengths),
                  np.array(lengths, float), np.array(lengths).reshape(3, 4), np.repeat(lengths, 2)[::2]):
        assert compute(backend, method="opo", lengths=again).advantages.tobytes() == expected.tobytes()


def test_lengths_that_nothing_reads_change_nothing(backend):
    lengths = np.full(12, 2**32 - 1)
    ids = np.arange(12) // 2  # their sum would be too large for a trajectory
    arguments = dict(rewards=np.repeat(REWARDS[::2], 2), trajectory_ids=ids)
    expected = compute(backend, **arguments).advantages
    assert compute(backend, lengths=lengths, **arguments).advantages.tobytes() == expected.tobytes()


BAD = {
    "valid": {"count": [True], "value": [1, 2] * 6, "kind": ["a"] * 12},
    "outcomes": {"count": [True], "value": [1, 0.5] * 6, "kind": ["a"] * 12},
    "lengths": {"count": [1], "value": [1, -2] * 6, "kind": [1, "x"] * 6},
}


@pytest.mark.parametrize("name", BAD)
def test_wrong_arrays_are_named(backend, name):
    wrong = BAD[name]
    with pytest.raises(InvalidArgument, match=f"^{name}: 1 entries for 12 rewards$"):
        compute(backend, method="opo", **{"lengths": [1] * 12, name: wrong["count"]})
    with pytest.raises(InvalidArgument, match=rf"^{name}\[1\]: (2|0.5|-2); it must be"):
        compute(backend, method="opo", **{"lengths": [1] * 12, name: wrong["value"]})
    with pytest.raises(InvalidArgument, match=rf"^{name}\[[01]\]: '[ax]' is not a number"):
        compute(backend, method="opo", **{"lengths": [1] * 12, name: wrong["kind"]})


def test_fractions_of_tokens_are_named(backend):
    with pytest.raises(InvalidArgument, match=r"^lengths\[1\]: 2.5; it must be a whole number"):
        compute(backend, lengths=[1, 2.5] * 6)
    with pytest.raises(InvalidArgument, match=r"^lengths\[0\]: 4294967296; it must be from 0 to 4294967295"):
        compute(backend, lengths=[2**32] * 12)


CHAIN = [stages.Center(), stages.Scale(spread="rewards", ddof=1), stages.Clip(-1, 1), stages.Center()]


def test_moments_of_parts_merge_to_those_of_the_whole(backend):
    """What a sharded trainer does by hand: rounds of moments_only, then the parts with all of them."""
    whole = compute(backend, stages=CHAIN)
    parts = [REWARDS[:4], REWARDS[4:]]
    known = []
    while len(known) < len(whole.batch_moments):
        found = [compute(backend, part, stages=CHAIN, moments_only=True, batch_moments=known) for part in parts]
        assert all(result.advantages is None and result.summary == {} for result in found)
        known += [a.merge(b) for a, b in zip(*(result.batch_moments for result in found))][len(known):]
    np.testing.assert_allclose(known, whole.batch_moments, rtol=1e-12, atol=1e-15)
    together = [compute(backend, part, stages=CHAIN, batch_moments=known).advantages for part in parts]
    np.testing.assert_allclose(np.concatenate(together), whole.advantages, rtol=1e-6)


def test_moments_only_has_no_statistics(backend):
    known = compute(backend, stages=CHAIN).batch_moments
    assert len(known) == 3
    result = compute(backend, stages=CHAIN, moments_only=True, batch_moments=known[:1])
    assert result.advantages is None and len(result.batch_moments) == 2  # the third needs the first two
    assert all(type(moments) is stages.Moments for moments in result.batch_moments)
    with pytest.raises(AttributeError, match="moments_only=True"):
        result.stats


def test_merging_nothing_changes_nothing():
    some, nothing = stages.Moments(3.0, 1.0, 2.0), stages.Moments(0.0, 0.0, 0.0)
    assert some.merge(nothing) == nothing.merge(some) == some
    assert some.merge(some) == (6.0, 1.0, 4.0)


@pytest.mark.parametrize("statistics", [True, False])
def test_results_can_be_pickled(backend, statistics):
    result = compute(backend, groups=None, group_ids=list("abcdabcdabcd"), method=methods.PassAtKGrpo(k=3), pass_at=[2],
                     success_threshold=0.5, valid=[0] * 2 + [1] * 10, statistics=statistics)
    again = pickle.loads(pickle.dumps(result))
    assert again.advantages.tobytes() == result.advantages.tobytes() and again.backend == result.backend
    assert again.method == result.method and again.warnings == result.warnings != ()
    assert again.summary == result.summary and again.numerics_version == result.numerics_version
    assert type(again) is advantaged.Result and repr(again) == repr(result)
    if statistics:
        np.testing.assert_array_equal(again.stats.pass_at[2], result.stats.pass_at[2])
        assert again.stats.group_ids.tolist() == list("abcd")
    else:
        with pytest.raises(AttributeError):
            again.stats


@pytest.mark.parametrize("error", [
    errors.InvalidArgument([errors.Violation("rewards[1]", "nan is not finite")], "all of it"),
    errors.InvalidArgument([], "only a message"), errors.FailedPrecondition("version"), errors.Refused("full", 0.5),
    errors.Refused("full"), errors.TooLarge("large"), errors.DeadlineExceeded("late"), errors.Unavailable("gone"),
    errors.UnexpectedStatus("INTERNAL", "what"),
    errors.UnknownFields("newer", [errors.UnknownField("advantaged.v1.Grpo", 7)], "0.1.0")], ids=lambda error: f"{type(error).__name__} {error}")
def test_errors_can_be_pickled(error):
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error) and str(again) == str(error) and again.code == error.code
    assert vars(again) == vars(error) and isinstance(again, advantaged.AdvantagedError)


def test_repr_says_what_it_is(backend):
    text = repr(backend.compute([1, 0], groups=2, method="dr_grpo"))
    assert text.startswith("Result(advantages=[0.5, -0.5], summary={'groups': 1,")
