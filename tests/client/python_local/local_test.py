"""advantaged_local beside the server, and what it takes, refuses and costs."""

import gc
import resource
import sys
import threading

import numpy as np
import pytest

import random_batches
import raw_server
from advantaged_local import compute

BATCHES = 22 * 60


def rewards_of(*values):
    return np.array(values, np.float32)


def value(message, field):
    """A field of a reply as compute() returns it: None where it is left out."""
    return None if field.has_presence and not message.HasField(field.name) else getattr(message, field.name)


def check_summary(summary, message):
    assert [(one["k"], one["mean"], one["groups"]) for one in summary.pop("pass_at_k")] == [
        (one.k, one.mean if one.HasField("mean") else None, one.groups) for one in message.pass_at_k]
    fields = {field.name: field for field in message.DESCRIPTOR.fields if field.name != "pass_at_k"}
    assert summary == {name: value(message, field) for name, field in fields.items()}


def check_statistics(statistics, message):
    columns = statistics.pop("pass_at_k")
    assert list(columns) == [one.k for one in message.pass_at_k]
    for one in message.pass_at_k:
        np.testing.assert_array_equal(columns[one.k], list(one.value))
    if message.group_ids:
        np.testing.assert_array_equal(statistics.pop("group_ids"), list(message.group_ids))
    assert sorted(statistics) == ["c", "mean", "n", "outcome", "priority", "sd", "success_rate"]
    for name, column in statistics.items():
        np.testing.assert_array_equal(column, list(getattr(message, name)), err_msg=name)


def check_method(result, message):
    name, parameters = result.method
    assert name == message.WhichOneof("method")
    sent = type(message)()
    random_batches.set_one(sent, name, parameters)
    assert sent == message


def check_refusal(result, refusal):
    assert result.advantages is result.summary is result.statistics is None
    assert result.violation_count == refusal.count
    assert len(result.violations) >= len(refusal.violations) > 0
    for (field, text, mentions), (their_field, their_text, their_mentions) in zip(result.violations, refusal.violations):
        assert field == their_field
        # The server cuts long descriptions where there are many.
        assert text == their_text or text.startswith(their_text.removesuffix("…"))
        if text == their_text:
            assert repr(mentions) == repr(their_mentions)  # NaN is a value, too


def test_the_server_s_bits(server):
    """Advantages, summaries, statistics, moments, warnings, methods and violations, of every method."""
    answered, refused, warned = set(), 0, 0
    for seed in range(BATCHES):
        arguments = random_batches.draw_batch(seed)
        result = compute(**arguments)
        try:
            reply = server.call("ComputeAdvantages", random_batches.to_message(arguments))
        except raw_server.Refusal as refusal:
            check_refusal(result, refusal)
            refused += 1
            continue
        assert result.violations == [], seed
        answered.add(arguments["method"])
        assert result.batch_moments == [(m.weight, m.mean, m.centred_squares) for m in reply.batch_moments], seed
        check_method(result, reply.method)
        codes = raw_server.MESSAGES["advantaged.v1.Warning"].Code
        assert result.warnings == [(codes.Name(one.code), one.message, one.groups, one.limit) for one in reply.warnings]
        warned += len(result.warnings) > 0
        if arguments.get("moments_only"):
            assert result.advantages is result.summary is result.statistics is None
            continue
        assert result.advantages.tobytes() == reply.advantages_float32_le, seed
        check_summary(result.summary, reply.summary)
        if arguments.get("statistics"):
            check_statistics(result.statistics, reply.group_statistics)
        else:
            assert result.statistics is None
    assert answered == set(random_batches.METHODS)
    assert refused > BATCHES / 20 and warned > 0


def test_advantages_are_a_new_array_or_the_one_brought():
    rewards = rewards_of(1, 0, 0, 1)
    first = compute(method="rloo", rewards=rewards, group_size=4).advantages
    second = compute(method="rloo", rewards=rewards, group_size=4).advantages
    assert first.dtype == np.float32 and first.flags.owndata and first.flags.writeable
    assert not np.shares_memory(first, second)
    out = np.full(6, 7, np.float32)
    result = compute(method="rloo", rewards=rewards, group_size=4, out=out[1:5])
    assert result.advantages.base is out
    assert out[0] == out[5] == 7 and out[1:5].tobytes() == first.tobytes()


def test_read_only_arrays_are_read():
    rewards, valid = rewards_of(1, 0, 0, 1), np.array([1, 1, 1, 0], np.uint8)
    rewards.flags.writeable = valid.flags.writeable = False
    assert compute(method="rloo", rewards=rewards, group_size=4, valid=valid).advantages.tolist() == [1, -.5, -.5, 0]


@pytest.mark.parametrize("rewards", [None, rewards_of()])
def test_an_empty_batch_is_a_violation(rewards):
    result = compute(method="rloo", rewards=rewards, group_size=4)
    assert [field for field, _, _ in result.violations] == ["rewards"]
    assert "the batch is empty" in result.violations[0][1]
    assert result.violation_count == 1 and result.advantages is None


def test_masks_of_every_length():
    """Bits are packed eight at a time; the last may be fewer."""
    for rows in range(2, 40):
        valid = np.arange(rows) % 3 != 1
        rewards = np.arange(rows, dtype=np.float32)
        advantages = compute(method="dr_grpo", rewards=rewards, group_size=rows, valid=valid).advantages
        expected = np.where(valid, rewards - rewards[valid].mean(dtype=np.float64), 0).astype(np.float32)
        np.testing.assert_allclose(advantages, expected, rtol=1e-6)


ROWS = rewards_of(*[1, 0] * 8)
BAD = [
    (TypeError, "rewards: an array of float64; must be a numpy array of float32", {"rewards": np.zeros(16)}),
    (TypeError, "rewards: an array of float16", {"rewards": np.zeros(16, np.float16)}),
    (TypeError, "rewards: an array of >f4", {"rewards": np.zeros(16, ">f4")}),
    (TypeError, "rewards: .* .list.; must be a numpy array of float32", {"rewards": [0.0] * 16}),
    (ValueError, "rewards: an array of 2 dimensions; must have one", {"rewards": ROWS.reshape(4, 4)}),
    (ValueError, "rewards: an array of 0 dimensions", {"rewards": np.array(1, np.float32)}),
    (ValueError, "rewards: an array of 8 numbers, one every 8 bytes; must be contiguous", {"rewards": ROWS[::2]}),
    (ValueError, "rewards: an array of 16 numbers, one every -4 bytes", {"rewards": ROWS[::-1]}),
    (TypeError, "group_ids: an array of int64; must be a numpy array of uint32", {"group_ids": np.zeros(16, int)}),
    (TypeError, "lengths: an array of float32", {"lengths": ROWS}),
    (TypeError, "trajectory_ids: an array of bool", {"trajectory_ids": np.zeros(16, bool)}),
    (TypeError, "valid: an array of float32; must be a numpy array of bool, or of uint8", {"valid": ROWS}),
    (ValueError, "valid: 15 values for 16 rewards", {"valid": np.ones(15, bool)}),
    (ValueError, "outcomes: 17 values for 16 rewards", {"outcomes": np.ones(17, bool)}),
    (ValueError, r"outcomes\[9\]: 2 is neither 0 nor 1", {"outcomes": np.repeat([1, 2], [9, 7]).astype(np.uint8)}),
    (ValueError, "group_size: -1 is not in 0 … 4294967295", {"group_size": -1}),
    (ValueError, "group_size: 4294967296 is not in", {"group_size": 2**32}),
    (TypeError, "group_size: True .bool.; must be a whole number", {"group_size": True}),
    (TypeError, "group_size: 4.0 .float.; must be a whole number", {"group_size": 4.0}),
    (ValueError, "expected_group_size: 1000+… is not in", {"expected_group_size": 10**100}),
    (TypeError, "method: None .NoneType.; must be a str", {"method": None}),
    (ValueError, r"method: '\\ud800' cannot be written as UTF-8", {"method": "\ud800"}),
    (TypeError, "parameters: 'k' .str.; must be a dict", {"parameters": "k"}),
    (TypeError, "parameters: 4 .int.; must be a str", {"parameters": {4: 4}}),
    (ValueError, r"method\.rloo\.k: 99+… is not in -2\^63", {"parameters": {"k": 10**99 - 1}}),
    (TypeError, r"method\.rloo\.k: None .NoneType.; must be a bool, a number", {"parameters": {"k": None}}),
    (TypeError, r"method\.rloo\.tables\[0\]: 3 .int.; must be a dict with n", {"parameters": {"tables": [3]}}),
    (ValueError, r"method\.rloo\.tables\[0\]: 'm' is not one of n, advantage_correct, advantage_wrong",
     {"parameters": {"tables": [{"m": 3}]}}),
    (TypeError, r"method\.rloo\.tables\[0\]\.advantage_wrong\[1\]: 'x' .str.; must be a number",
     {"parameters": {"tables": [{"advantage_wrong": [1, "x"]}]}}),
    (TypeError, r"""method\.rloo\.constants\["a"\]: '1' .str.; must be a number""",
     {"parameters": {"constants": {"a": "1"}}}),
    (ValueError, "success_threshold: 1000+… is beyond float64", {"success_threshold": 10**400}),
    (TypeError, "success_threshold: 'x' .str.; must be a number", {"success_threshold": "x"}),
    (TypeError, "shape_rewards: 1 .int.; must be True or False", {"shape_rewards": 1}),
    (ValueError, "small_group: 'drop' is not one of zero, error, raw, clamp_k", {"small_group": "drop"}),
    (ValueError, "declared_small_group: 'drop' is not one of zero, error", {"declared_small_group": "drop"}),
    (ValueError, "trajectory_reward: 'max' is not one of equal_or_error, last, sum", {"trajectory_reward": "max"}),
    (TypeError, "pass_at: 4 .int.; must be a sequence of whole numbers", {"pass_at": 4}),
    (ValueError, r"pass_at\[1\]: -4 is not in 0 … 4294967295", {"pass_at": [1, -4]}),
    (TypeError, "stages: 'center' .str.; must be a list", {"stages": "center"}),
    (ValueError, r"stages\[0\]: \('center',\) is not a pair", {"stages": [("center",)]}),
    (ValueError, r"stages\[0\]: 'whiten' is not one of center, scale, clip", {"stages": [("whiten", {})]}),
    (ValueError, r"stages\[1\]\.center: 'ddof' is not weighting", {"stages": [("scale", {}), ("center", {"ddof": 1})]}),
    (ValueError, r"stages\[0\]\.scale\.spread: 'x' is not one of advantages, rewards",
     {"stages": [("scale", {"spread": "x"})]}),
    (ValueError, r"stages\[0\]\.scale\.ddof: -1 is not in 0", {"stages": [("scale", {"ddof": -1})]}),
    (ValueError, r"stages\[0\]\.clip: neither low nor high is set", {"stages": [("clip", {})]}),
    (TypeError, r"batch_moments\[0\]\.mean: None .NoneType.; must be a number", {"batch_moments": [(1, None, 0)]}),
    (ValueError, r"batch_moments\[0\]: \(1, 2\) is not a triple", {"batch_moments": [(1, 2)]}),
    (TypeError, "out: an array of float64; must be a numpy array of float32", {"out": np.zeros(16)}),
    (ValueError, "out: .* cannot be written to: it is read-only", {"out": np.frombuffer(bytes(64), np.float32)}),
    (ValueError, "out: shares memory with rewards", {"out": ROWS}),
    (TypeError, "compute", {"reward": ROWS}),
]


@pytest.mark.parametrize("error, text, changes", BAD, ids=[text[:40] for _, text, _ in BAD])
def test_what_the_core_cannot_be_told_raises(error, text, changes):
    with pytest.raises(error, match=text):
        compute(**{"method": "rloo", "rewards": ROWS, "group_size": 4} | changes)


def test_room_of_another_size_is_a_violation():
    result = compute(method="rloo", rewards=ROWS, group_size=4, out=np.zeros(15, np.float32))
    assert result.violations == [("out", "room for 15 advantages; there will be 16", [])]


def test_numpy_s_numbers_are_numbers():
    result = compute(method="grpo", parameters={"epsilon": np.float32(0.5), "ddof": np.int64(1)}, rewards=ROWS,
                     group_size=np.uint32(4), success_threshold=np.float64(0.5), pass_at=np.array([1, 2]))
    assert result.method == ("grpo", {"ddof": 1, "epsilon": 0.5})
    assert [one["k"] for one in result.summary["pass_at_k"]] == [1, 2]


def test_other_threads_run_while_it_computes():
    ran = []
    go = threading.Event()
    other = threading.Thread(target=lambda: (go.wait(), ran.append(True)))
    rewards = np.random.default_rng(1).normal(size=1 << 24).astype(np.float32)
    other.start()
    interval = sys_switch_interval(1000)  # so that only compute() can let the other thread in
    try:
        go.set()
        compute(method="grpo", rewards=rewards, group_size=16)
        ran_meanwhile = bool(ran)
    finally:
        sys_switch_interval(interval)
        other.join()
    assert ran_meanwhile


def sys_switch_interval(seconds):
    before = sys.getswitchinterval()
    sys.setswitchinterval(seconds)
    return before


def test_threads_share_nothing():
    batches = [random_batches.draw_batch(seed) for seed in range(220)]
    expected = [answer(compute(**arguments)) for arguments in batches]
    wrong = []

    def work(start):
        for i in range(len(batches)):
            at = (start * 31 + i) % len(batches)
            if answer(compute(**batches[at])) != expected[at]:
                wrong.append(at)

    threads = [threading.Thread(target=work, args=(start,)) for start in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def answer(result):
    return (None if result.advantages is None else result.advantages.tobytes(), result.violations, result.summary,
            result.batch_moments, result.warnings)


def resident_bytes():
    with open("/proc/self/statm", encoding="ascii") as statm:
        return int(statm.read().split()[1]) * resource.getpagesize()


def test_nothing_is_left_behind():
    """Good calls and refused ones, of every kind of argument: a leak of 100 bytes a call would show."""
    batches = [random_batches.draw_batch(seed) for seed in range(100)]

    def call(times):
        for i in range(times):
            result = compute(**batches[i % len(batches)])
            assert result.statistics is None or result.method and result.warnings is not None
            with pytest.raises((TypeError, ValueError)):
                compute(**{"method": "rloo", "rewards": ROWS, "group_size": 4} | BAD[i % len(BAD)][2])
        gc.collect()

    call(2_000)
    before = resident_bytes()
    call(10_000)
    assert resident_bytes() - before < 1_000_000
