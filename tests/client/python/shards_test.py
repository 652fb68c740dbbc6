"""`advantaged.shards`: a batch in shards comes to what it comes to in one call."""

import collections
import fractions
import itertools
import json
import pathlib
import pickle
import random
import struct

import advantaged
import numpy as np
import pytest
from advantaged import shards, stages
from advantaged.v1 import compute_pb2

VECTORS = pathlib.Path(__file__).parents[2] / "vectors" / "moments.jsonl"
# One or two of each kind of method: real rewards, K, shaped by outcomes, by lengths, with a choice.
METHODS = [{"method": "grpo", "ddof": 1, "epsilon": 1e-6}, {"method": "rloo"}, {"method": "pass_at_k_grpo", "k": 2},
           {"method": "max_at_k", "k": 2}, {"method": "skew_r"}, {"method": "opo"}, {"method": "combined_shaped", "k": 2},
           {"method": "focal", "gamma": 0.5, "base": "grpo"}, {"method": "reinforce"}]
ARRAYS = ("groups", "group_sizes", "group_ids", "valid", "outcomes", "lengths", "trajectory_ids")
OF_REAL_REWARDS = ("grpo", "rloo", "max_at_k", "opo", "reinforce")
CHAINS = [
    (stages.Center(), stages.Scale(ddof=1, epsilon=1e-8)),
    (stages.Scale(spread="rewards", weighting="tokens"),),
    # A round for each clip, and another weighting.
    (stages.Center(weighting="tokens"), stages.Clip(-1.5, 1.5), stages.Scale(), stages.Clip(high=0.75), stages.Center(),
     stages.Scale(weighting="tokens", epsilon=0.1, epsilon_inside_root=True), stages.Clip(low=-3)),
]


def draw_groups(draw, count):
    """(sizes, arguments): contiguous of one size or of several, or by ids in any order."""
    form = draw.integers(5)
    sizes = np.full(count, 6) if form == 0 else draw.integers(2, 12, count)
    if form == 0:
        return sizes, {"groups": 6}
    if form == 1:
        return sizes, {"group_sizes": sizes}
    ids = np.repeat(draw.permutation(count) * 7 + 3, sizes)
    if form >= 3:
        draw.shuffle(ids)
    return sizes, {"group_ids": [f"prompt {one}" for one in ids] if form == 4 else ids}


def draw_trajectories(draw, sizes, groups):
    """Some rows that stand beside each other in a group are of one response; no group has fewer than two."""
    ids = np.asarray(groups.get("group_ids", np.repeat(np.arange(len(sizes)), sizes)))
    begins = draw.random(len(ids)) < 0.5
    begins[1:] |= ids[1:] != ids[:-1]
    seen = collections.Counter()
    for row, one in enumerate(ids.tolist()):
        begins[row] |= seen[one] < 2
        seen[one] += 1
    return np.cumsum(begins) - 1


def draw_batch(seed):
    """Rewards, and arguments of compute()."""
    draw = np.random.default_rng(seed)
    bits = seed % 6 == 5
    sizes, arguments = draw_groups(draw, 9000 if bits else int(draw.integers(300, 900)))
    rows = int(sizes.sum())
    arguments |= METHODS[seed % len(METHODS)] | {"lengths": draw.integers(1, 900, rows), "pass_at": [1, 2, 4]}
    rewards = draw.random(rows) < 0.3 if bits else draw.normal(1, 1, rows)

    def sometimes(name, value, share=0.3):
        if draw.random() < share:
            arguments[name] = value() if callable(value) else value

    sometimes("valid", lambda: draw.random(rows) < 0.8)
    sometimes("small_group", ["zero", "clamp_k"][seed % 2])
    sometimes("constant_tolerance", 0.01)
    sometimes("trajectory_ids", lambda: draw_trajectories(draw, sizes, arguments))
    responses = arguments.get("trajectory_ids", np.arange(rows))
    if "trajectory_ids" in arguments:
        arguments["trajectory_reward"] = "sum" if seed % 2 else "last"
    if arguments["method"] not in OF_REAL_REWARDS:
        sometimes("success_threshold", 0.5, 0.0 if bits and "trajectory_ids" not in arguments else 1.0)
    else:
        sometimes("outcomes", lambda: (draw.random(rows) < 0.4)[responses])
    if seed % 3 == 0:
        arguments |= {"stages": CHAINS[seed // 3 % len(CHAINS)], "allow_recentering": True}
    return rewards.astype(np.float32), arguments


def assert_same_statistics(results, expected):
    """Those of the shards, one after the other."""
    for name, column in vars(expected).items():
        columns = {"": column} if name != "pass_at" else column
        for key, whole in columns.items():
            parts = [getattr(result.stats, name) for result in results]
            found = np.concatenate([part if key == "" else part[key] for part in parts])
            if name == "group_ids" and whole.dtype.kind == "u" and np.array_equal(whole, np.arange(len(whole))):
                continue  # of contiguous groups, which each shard counts from 0
            assert np.array_equal(found, whole, equal_nan=whole.dtype.kind == "f"), name


def assert_within_the_bound(found, expected, parts):
    """docs/numerics.md, Shards: twice 0.51 ulp, and R kappa (2^-40 + S 2^-50) of the largest advantage."""
    rounds, kappa = 6, 64  # of the chains above, and more than rewards of N(1, 1) have
    slack = 2 * rounds * kappa * (2.0**-40 + parts * 2.0**-50) * np.abs(expected).max()
    difference = np.abs(found.astype(np.float64) - expected)
    assert (difference <= 1.02 * np.spacing(np.abs(expected)) + slack).all(), difference.max()


def in_shards(backend, rewards, max_rows, arguments):
    """As the module says it is done: the results, the shards, and the advantages put together."""
    arrays = {name: value for name, value in arguments.items() if name in ARRAYS}
    settings = {name: value for name, value in arguments.items() if name not in arrays}
    pieces = shards.cut(rewards, max_rows, **arrays)
    moments = ()
    if any(not isinstance(stage, stages.Clip) for stage in settings.get("stages", ())):
        while len(moments) < len(found := shards.merge_moments(
                backend.compute(piece.rewards, **piece.arguments, **settings, batch_moments=moments, moments_only=True)
                for piece in pieces)):
            moments = found
    results = [backend.compute(piece.rewards, **piece.arguments, **settings, batch_moments=moments) for piece in pieces]
    advantages = np.full(sum(len(piece.rewards) for piece in pieces), np.nan, np.float32)
    for piece, result in zip(pieces, results):
        advantages[piece.rows] = result.advantages
    return results, pieces, advantages


def assert_same_summary(found, expected, tolerance=1e-12):
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        # Counts are exact; means and weights are sums in another order.
        assert found[name] == (value if type(value) is int else pytest.approx(value, rel=tolerance, nan_ok=True)), name


@pytest.mark.parametrize("seed", range(60))
def test_random_batches_in_shards_are_as_one_call(backend, seed):
    rewards, arguments = draw_batch(seed)
    expected = backend.compute(rewards, **arguments)
    results, pieces, found = in_shards(backend, rewards, 500, arguments)
    assert len(pieces) > 1 and all(len(piece.rewards) <= 500 for piece in pieces)
    if "stages" in arguments:
        assert_within_the_bound(found, expected.advantages, len(pieces))
        assert_same_summary(shards.merge_summaries(results), expected.summary, 1e-7)
    else:
        assert np.array_equal(found, expected.advantages)
        assert_same_summary(shards.merge_summaries(results), expected.summary)
    assert_same_statistics(results, expected.stats)


def test_the_random_batches_have_every_setting():
    batches = [draw_batch(seed)[1] for seed in range(60)]
    seen = set().union(*batches)
    assert seen >= {"groups", "group_sizes", "group_ids", "valid", "outcomes", "success_threshold", "trajectory_ids",
                    "stages", "small_group"}
    for setting, form in itertools.product(("valid", "trajectory_ids", "stages"), ("groups", "group_sizes", "group_ids")):
        assert any(setting in one and form in one for one in batches), (setting, form)


def test_given_moments_lead_to_the_bits_of_one_call(backend):
    rewards = np.random.default_rng(2).normal(size=4000).astype(np.float32)
    settings = {"method": "reinforce", "stages": CHAINS[0], "batch_moments": [stages.Moments(123456.0, 0.125, 654321.0)]}
    expected = backend.compute(rewards, groups=8, **settings).advantages
    for piece in shards.cut(rewards, 1000, groups=8):
        found = backend.compute(piece.rewards, **piece.arguments, **settings).advantages
        assert np.array_equal(found, expected[piece.rows])


def bits(digits):
    return stages.Moments(*(struct.unpack(">d", bytes.fromhex(number))[0] for number in digits))


def test_moments_merge_to_the_bits_of_the_vectors():
    vectors = [json.loads(line) for line in VECTORS.read_text(encoding="utf-8").splitlines()]
    assert len(vectors) >= 300
    for vector in vectors:
        assert bits(vector["a"]).merge(bits(vector["b"])) == bits(vector["merged"]), vector["name"]


def exact_moments(values):
    values = [fractions.Fraction(float(value)) for value in values]
    mean = sum(values) / len(values)
    return float(len(values)), float(mean), float(sum((value - mean)**2 for value in values))


def test_merged_moments_are_those_of_exact_arithmetic(backend):
    rewards = np.random.default_rng(3).normal(5, 3, 600).astype(np.float32)
    settings = {"method": "reinforce", "stages": [stages.Center()], "moments_only": True}
    found = shards.merge_moments(backend.compute(piece.rewards, **piece.arguments, **settings)
                                 for piece in shards.cut(rewards, 50, groups=4))
    assert found == (pytest.approx(exact_moments(rewards), rel=1e-14),)


def test_a_shard_without_weight_changes_no_moments(backend):
    rewards = np.array([1, 2, 3, 6, 0, 0], np.float32)
    settings = {"method": "reinforce", "stages": [stages.Center(), stages.Scale()], "moments_only": True}
    valid = [True] * 4 + [False] * 2
    pieces = shards.cut(rewards, 2, groups=2, valid=valid)
    found = shards.merge_moments(backend.compute(piece.rewards, **piece.arguments, **settings) for piece in pieces)
    assert found == (stages.Moments(4, 3, 14),)
    assert shards.merge_moments([]) == ()


def exact_summary(advantages, groups, successes):
    """Of groups of one size, from the advantages, in rational numbers."""
    magnitudes = [abs(fractions.Fraction(float(value))) for value in advantages]
    mean = sum(magnitudes) / len(magnitudes)
    rates = [fractions.Fraction(sum(successes[i:i + groups]), groups) for i in range(0, len(successes), groups)]
    return {
        "mean_absolute_advantage": float(mean),
        "sd_absolute_advantage": float(sum((one - mean)**2 for one in magnitudes) / len(magnitudes))**0.5,
        "max_absolute_advantage": float(max(magnitudes)),
        "positive_weight": float(sum(fractions.Fraction(float(value)) for value in advantages if value > 0)),
        "negative_weight": float(sum(-fractions.Fraction(float(value)) for value in advantages if value < 0)),
        "mean_success_rate": float(sum(rates) / len(rates)),
        "no_signal_share": sum(rate in (0, 1) for rate in rates) / len(rates),
        "groups": len(rates), "responses": len(advantages), "mixed_groups": sum(0 < rate < 1 for rate in rates),
    }


@pytest.mark.parametrize("max_rows", [4, 12, 100])
def test_merged_summaries_are_those_of_exact_arithmetic(backend, max_rows):
    source = random.Random(max_rows)
    rewards = [float(source.random() < 0.5) for _ in range(400)]
    results, pieces, advantages = in_shards(backend, rewards, max_rows, {"method": "grpo", "groups": 4})
    assert len(pieces) == -(-400 // max_rows)
    found = shards.merge_summaries(results)
    for name, value in exact_summary(advantages, 4, [int(reward) for reward in rewards]).items():
        assert found[name] == (value if type(value) is int else pytest.approx(value, rel=1e-14)), name


def test_pass_at_k_is_the_mean_over_the_groups_that_have_as_many_responses(backend):
    settings = {"method": "rloo", "pass_at": [1, 3, 9]}
    results = [backend.compute([[1, 0]], **settings), backend.compute([[1, 0, 0], [0, 0, 0]], **settings),
               backend.compute([[0.5, 0.25]], **settings)]
    found = shards.merge_summaries(results)
    assert found["pass_at_1"] == pytest.approx((0.5 + 1 / 3 + 0) / 3)
    assert found["pass_at_3"] == pytest.approx((1 + 0) / 2) and np.isnan(found["pass_at_9"])
    assert "mean_success_rate" not in shards.merge_summaries(results[2:])


def test_every_field_of_a_summary_has_its_merge():
    sums = {"positive_weight", "negative_weight"}
    for field in compute_pb2.Summary.DESCRIPTOR.fields:
        is_sum = field.cpp_type == field.CPPTYPE_UINT32 or field.name in sums
        assert field.name == "pass_at_k" or is_sum != (field.name in shards._MERGES), field.name


def test_results_of_other_processes_merge(backend):
    results, _, _ = in_shards(backend, [1, 0, 0, 1], 2, {"method": "rloo", "groups": 2, "pass_at": [1]})
    assert shards.merge_summaries(pickle.loads(pickle.dumps(results))) == shards.merge_summaries(results)
    with pytest.raises(advantaged.InvalidArgument, match="results: empty"):
        shards.merge_summaries([])


@pytest.mark.parametrize("form", ["list", "nested", "matrix", "ragged"])
def test_rewards_are_cut_in_whatever_form_they_come(form):
    matrix = np.random.default_rng(1).normal(size=(10, 3)).astype(np.float32)
    rewards, groups = {"list": (matrix.ravel().tolist(), {"groups": 3}), "nested": (matrix.tolist(), {}),
                       "matrix": (matrix, {}), "ragged": ([[1], [2, 3], [4, 5, 6], [7]], {})}[form]
    flat = np.array([1, 2, 3, 4, 5, 6, 7]) if form == "ragged" else matrix.ravel()
    pieces = shards.cut(rewards, 4, **groups, valid=[[True] * len(row) for row in rewards] if form == "ragged" else None)
    assert np.array_equal(np.concatenate([piece.rewards for piece in pieces]), flat)
    assert np.array_equal(np.concatenate([np.arange(len(flat))[piece.rows] for piece in pieces]), np.arange(len(flat)))
    if form == "ragged":
        assert [piece.arguments["group_sizes"].tolist() for piece in pieces] == [[1, 2], [3, 1]]
        assert [piece.arguments["valid"].tolist() for piece in pieces] == [[True] * 3, [True] * 4]
    else:
        assert len(pieces) == 10


def test_groups_and_trajectories_keep_the_callers_names():
    ids, responses = ["b", ("a", 1), "b", ("a", 1)], ["x", "y", "z", "y"]
    first, second = shards.cut([1, 0, 2, 0], 2, group_ids=ids, trajectory_ids=responses)
    assert (first.arguments, first.rows.tolist()) == ({"group_ids": ["b", "b"], "trajectory_ids": ["x", "z"]}, [0, 2])
    assert second.arguments == {"group_ids": [("a", 1)] * 2, "trajectory_ids": ["y", "y"]}


def test_a_group_that_is_larger_is_a_shard_of_its_own():
    pieces = shards.cut(np.zeros(12), 3, group_sizes=[2, 7, 1, 2])
    assert [len(piece.rewards) for piece in pieces] == [2, 7, 3]


def test_a_trajectory_in_two_groups_is_refused():
    """What no server could see in the shards."""
    with pytest.raises(advantaged.InvalidArgument) as refused:
        shards.cut([1, 0, 0, 1], 2, groups=2, trajectory_ids=["a", "b", "b", "c"])
    assert refused.value.violations == (
        ("trajectory_ids[2]", "trajectory 'b' is in group 1, but row 1 of trajectory 'b' is in group 0"),)
    # Masked rows may share an id over groups: padding does.
    pieces = shards.cut([1, 0, 0, 1], 2, groups=2, trajectory_ids=[1, 0, 0, 2], valid=[True, True, False, True])
    assert len(pieces) == 2


@pytest.mark.parametrize("arguments", [
    {"groups": 3}, {"group_sizes": [2, 1]}, {"group_ids": [1, 1]}, {"groups": 2, "lengths": [1]}, {},
    {"groups": 2, "trajectory_ids": [1]}, {"group_sizes": [2, 2], "group_ids": [1, 1, 2, 2]}])
def test_what_does_not_fit_is_refused_as_in_one_call(backend, arguments):
    with pytest.raises(advantaged.InvalidArgument) as expected:
        backend.compute([1, 0, 0, 1], method="rloo", **arguments)
    with pytest.raises(advantaged.InvalidArgument) as found:
        shards.cut([1, 0, 0, 1], 2, **arguments)
    assert found.value.violations == expected.value.violations


def test_wrong_arguments_are_named():
    with pytest.raises(TypeError, match="cut.. has no argument 'method'"):
        shards.cut([1, 0], 2, groups=2, method="rloo")
    with pytest.raises(advantaged.InvalidArgument, match="max_rows: 0; it must be at least 1"):
        shards.cut([1, 0], 0, groups=2)
    with pytest.raises(advantaged.InvalidArgument, match="rewards: the batch is empty"):
        shards.cut([], 1, groups=2)
