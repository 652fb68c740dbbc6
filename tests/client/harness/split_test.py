"""Batches over what the server takes in one message: the client cuts them, and nobody can tell."""

import random

import numpy as np
import pytest
from forms import FLOATS, encode
from google.protobuf import json_format
from request import bitmap
from running_server import PATIENCE
from streams_of_batches import RUNS
from vector_files import EXACT

LIMIT = "--max-request-bytes=8KiB"
GROUPS = 400
TOKENS = "WEIGHTING_TOKENS"
WHITEN = [{"center": {}}, {"scale": {"ddof": 1, "epsilon": 1e-8}}, {"clip": {"low": -1.5, "high": 1.5}}]
# Moments of the method's values, of rewards, by tokens, and of what each clip leaves: a round for each.
CHAIN = [{"center": {}}, {"scale": {"weighting": TOKENS, "spread": "SPREAD_REWARDS"}}, {"clip": {"high": 0.75}},
         {"center": {"weighting": TOKENS}}, {"clip": {"low": -0.5}}, {"scale": {}}]


def ragged(source):
    return [source.choice([2, 3, 8, 11]) for _ in range(GROUPS)]


def real(source, count):
    """Few different numbers, of few digits: sums are exact however the batch is cut."""
    return [source.randint(-8, 8) / 8 for _ in range(count)]


def plain(source):
    sizes = ragged(source)
    return {"method": {"grpo": {}}, "rewards": real(source, sum(sizes)), "group_sizes": sizes}


def one_size(source):
    return {"method": {"max_at_k": {"k": 3}}, "rewards": real(source, 8 * GROUPS), "group_size": 8,
            "expected_group_size": 8}


def by_id(source):
    """Groups' rows stand anywhere."""
    ids = [group for group, size in enumerate(ragged(source)) for _ in range(size)]
    source.shuffle(ids)
    rewards = [float(source.random() < 0.4) for _ in ids]
    return {"method": {"pass_at_k_grpo": {"k": 2}}, "rewards": rewards, "group_ids": [7919 * one for one in ids],
            "pass_at": [1, 2, 9]}


def masked(source):
    request = plain(source)
    valid = [source.random() < 0.8 for _ in request["rewards"]]
    rewards = [reward if one else "NaN" for reward, one in zip(request["rewards"], valid)]
    return {**request, "rewards": rewards, "valid": bitmap(valid)}


def with_outcomes(source):
    request = by_id(source)
    outcomes = [reward > 0 for reward in request["rewards"]]
    return {**request, "rewards": real(source, len(outcomes)), "outcomes": bitmap(outcomes), "method": {"skew_r": {}},
            "shape_rewards": True}


def of_trajectories(source):
    request = by_id(source)
    trajectories = [2 * group + source.randint(0, 1) for group in request["group_ids"]]
    # A response is of one group, and no group has but one.
    for group in set(request["group_ids"]):
        first, second = [row for row, one in enumerate(request["group_ids"]) if one == group][:2]
        trajectories[first], trajectories[second] = 2 * group, 2 * group + 1
    return {**request, "rewards": real(source, len(trajectories)), "trajectory_ids": trajectories,
            "method": {"rloo": {}}, "trajectory_reward": "TRAJECTORY_REWARD_SUM"}


def staged(source, stages, make=plain):
    """Over reinforce: advantages that centre to what is nearly 0 would differ by how the mean was rounded."""
    request = make(source)
    lengths = [source.randint(0, 900) for _ in request["rewards"]]
    return {**request, "method": {"reinforce": {}}, "lengths": lengths, "stages": stages}


BATCHES = {
    "sizes": plain, "one_size": one_size, "ids": by_id, "mask": masked, "outcomes": with_outcomes,
    "trajectories": of_trajectories, "whitened": lambda source: staged(source, WHITEN),
    "chain": lambda source: staged(source, CHAIN), "chain_by_id": lambda source: staged(source, CHAIN, by_id),
    "chain_masked": lambda source: staged(source, CHAIN, masked),
    "chain_of_trajectories": lambda source: staged(source, CHAIN, of_trajectories),
}


@pytest.fixture(scope="module")
def whole(server):
    """What a server says that takes the batch in one message."""
    with server.stub() as stub:
        yield lambda request: stub.ComputeAdvantages(encode(request, FLOATS), timeout=PATIENCE)


def assert_equal_summaries(expected, got):
    for field in EXACT:
        assert got.get(field, 0) == expected[field], field
    for field in ("no_signal_share", "mean_absolute_advantage", "sd_absolute_advantage", "positive_weight",
                  "negative_weight", "mean_success_rate"):
        if field in expected and field in got:
            assert got[field] == pytest.approx(expected[field], rel=1e-12), field
    assert ("mean_success_rate" in expected) == ("mean_success_rate" in got)


@pytest.mark.parametrize("kind", BATCHES)
def test_a_batch_over_the_limit(start, drive, whole, kind):
    request = {**BATCHES[kind](random.Random(kind)), "group_statistics": True, "run": "split"}
    assert encode(request, "rewards_float32_le", siblings=True).ByteSize() > 9000
    expected = whole(request)
    server = start(LIMIT, RUNS)
    driver = drive(server.grpc[0])
    answer = driver.ask(request)
    assert "error" not in answer, answer
    differ = np.flatnonzero(answer["advantages"] != np.array(expected.advantages, np.float32))
    assert differ.size == 0, f"{differ.size} of {len(expected.advantages)} differ, first at {differ[:1]}"
    fields = json_format.MessageToDict(expected, preserving_proto_field_name=True, including_default_value_fields=True)
    assert_equal_summaries(fields["summary"], answer["summary"])
    for column in ("n", "c", "outcome"):
        assert answer["group_statistics"][column] == fields["group_statistics"][column], column
    # Whatever was asked beside the parts, each response counts once.
    assert server.metrics().sum("advantaged_responses_total", run="split") == expected.summary.responses
    driver.finish()


def small():
    return {"method": {"rloo": {}}, "rewards": [1, 0, 0, 1], "group_size": 2}


def test_a_group_over_the_limit(start, drive):
    """It cannot be cut, and the error says so."""
    driver = drive(start(LIMIT).grpc[0])
    rewards = real(random.Random(5), 4000)
    answer = driver.ask({"method": {"grpo": {}}, "rewards": rewards, "group_sizes": [10, 3990]})
    assert answer.get("error") in ("RESOURCE_EXHAUSTED", "INVALID_ARGUMENT"), answer
    assert "group 1" in answer["message"], answer
    assert driver.ask(small())["advantages"].tolist() == [1, -1, -1, 1]
    driver.finish()


def test_what_is_wrong_in_a_part_is_told_of_the_whole(start, drive):
    driver = drive(start(LIMIT).grpc[0])
    request = by_id(random.Random(6))
    last = len(request["rewards"]) - 1
    request["rewards"][last] = "NaN"
    answer = driver.ask(request)
    assert (answer["error"], answer["fields"]) == ("INVALID_ARGUMENT", [f"rewards[{last}]"]), answer
    assert driver.ask(small())["advantages"].tolist() == [1, -1, -1, 1]
    driver.finish()


def test_large_and_small_batches_by_turns(start, drive, whole):
    request = by_id(random.Random(7))
    expected = np.array(whole(request).advantages, np.float32)
    driver = drive(start(LIMIT).grpc[0])
    for _ in range(5):
        assert np.array_equal(driver.ask(request)["advantages"], expected)
        assert driver.ask(small())["advantages"].tolist() == [1, -1, -1, 1]
    driver.finish()
