"""A batch on several ranks: moments from each, merged as the contract says, then advantages from each."""

import random
import struct

import pytest
from advantaged.v1 import compute_pb2, stages_pb2

GROUP = 8
TOKENS = stages_pb2.WEIGHTING_TOKENS
RECIPES = {
    "whiten": [{"center": {}}, {"scale": {"ddof": 1, "epsilon": 1e-8}}],
    "tokens": [{"center": {"weighting": TOKENS}}, {"scale": {"weighting": TOKENS}}, {"clip": {"low": -1, "high": 1}}],
    "rewards": [{"scale": {"spread": stages_pb2.SPREAD_REWARDS}}, {"center": {}}],
    "clip_between": [{"center": {}}, {"scale": {}}, {"clip": {"high": 0.5}}, {"center": {}}],
}


def merge(a, b):
    """The formula at BatchMoments, in its order."""
    if a.weight == 0 or b.weight == 0:
        return b if a.weight == 0 else a
    weight, d = a.weight + b.weight, b.mean - a.mean
    return stages_pb2.BatchMoments(
        weight=weight, mean=a.mean + d * (b.weight / weight),
        centred_squares=a.centred_squares + b.centred_squares + d * d * (a.weight * (b.weight / weight)))


def request(rows, stages):
    """rows: (reward, length, valid)"""
    rewards, lengths, valid = zip(*rows)
    result = compute_pb2.ComputeAdvantagesRequest(
        rewards=rewards, lengths=lengths, group_size=GROUP, stages=[stages_pb2.Stage(**stage) for stage in stages],
        valid=sum(bit << i for i, bit in enumerate(valid)).to_bytes(len(rows) // 8, "little"))
    result.method.reinforce.SetInParent()
    return result


def sharded(stub, shards, stages, rounds):
    questions = [request(rows, stages) for rows in shards]
    merged = []
    for _ in range(rounds):
        total = stages_pb2.BatchMoments()
        for question in questions:
            question.moments_only = True
            answer = stub.ComputeAdvantages(question)
            assert not answer.advantages
            total = merge(total, answer.batch_moments[len(merged)])
        merged.append(total)
        for question in questions:
            question.batch_moments.append(total)
    advantages = []
    for question in questions:
        question.moments_only = False
        advantages.extend(stub.ComputeAdvantages(question).advantages)
    return advantages


def ulp(x):
    bits, = struct.unpack("<i", struct.pack("<f", abs(x)))
    return struct.unpack("<f", struct.pack("<i", bits + 1))[0] - abs(x)


@pytest.mark.parametrize("name", RECIPES)
def test_shards_give_the_result_of_one_call(stub, name):
    for seed in range(5):
        source = random.Random(seed)
        rows = [(source.gauss(0.3, 2), source.randrange(500), source.random() < 0.9) for _ in range(GROUP * 200)]
        cuts = [0, *sorted(source.sample(range(1, 200), source.randint(1, 9))), 200]
        shards = [rows[GROUP * begin:GROUP * end] for begin, end in zip(cuts, cuts[1:])]
        whole = stub.ComputeAdvantages(request(rows, RECIPES[name]))
        one, rounds = whole.advantages, len(whole.batch_moments)
        found = sharded(stub, shards, RECIPES[name], rounds)
        rounding = 2 * rounds * 16 * (2**-40 + len(shards) * 2**-50) * max(map(abs, one))  # docs/numerics.md
        assert len(found) == len(one)
        for i, (a, b) in enumerate(zip(found, one)):
            assert abs(a - b) <= 1.02 * ulp(b) + rounding, (seed, i)


def test_shards_of_small_whole_rewards_have_the_same_bits(stub):
    source = random.Random(1)
    rows = [(source.randrange(5), 1, True) for _ in range(GROUP * 64)]
    one = stub.ComputeAdvantages(request(rows, RECIPES["whiten"])).advantages
    assert sharded(stub, [rows[:GROUP * 32], rows[GROUP * 32:]], RECIPES["whiten"], 1) == list(one)
