"""Batches over what a server takes in one message: cut between groups, answered as if they had gone in one.

Against a server that takes them whole. The harness of all clients has the same with batches chosen for exact sums;
here are random ones, all settings mixed, and what is Python's own.
"""

import collections
import itertools

import advantaged
import grpc
import numpy as np
import pytest
from advantaged import errors, stages
from advantaged.v1 import catalog_pb2
from fake_server import Fake, serving
from running_server import Server

LIMIT = 4096
# One or two of each kind of method: real rewards, K, shaped by outcomes, by lengths, with a choice.
METHODS = [{"method": "grpo", "ddof": 1, "epsilon": 1e-6}, {"method": "rloo"}, {"method": "pass_at_k_grpo", "k": 2},
           {"method": "max_at_k", "k": 2}, {"method": "skew_r"}, {"method": "opo"}, {"method": "combined_shaped", "k": 2},
           {"method": "focal", "gamma": 0.5, "base": "grpo"}, {"method": "reinforce"}]
OF_REAL_REWARDS = ("grpo", "rloo", "max_at_k", "opo", "reinforce")
CHAINS = [
    (stages.Center(), stages.Scale(ddof=1, epsilon=1e-8)),
    (stages.Scale(spread="rewards", weighting="tokens"),),
    # A round for each clip, and another weighting.
    (stages.Center(weighting="tokens"), stages.Clip(-1.5, 1.5), stages.Scale(), stages.Clip(high=0.75), stages.Center(),
     stages.Scale(weighting="tokens", epsilon=0.1, epsilon_inside_root=True), stages.Clip(low=-3)),
]


class Asked(advantaged.Client):
    """Remembers what it asked the server for."""

    def _forget(self):
        super()._forget()
        self.asked = []

    def _call(self, rpc, *rest):
        self.asked.append(rpc)
        return super()._call(rpc, *rest)


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """Address of a server that takes little."""
    server = Server(tmp_path_factory.mktemp("small"), f"--max-request-bytes={LIMIT}", "--log-level=error")
    yield server.grpc[0]
    server.stop()


@pytest.fixture
def cut(small):
    """A client of it that has not asked for the limit yet."""
    with Asked(small) as opened:
        yield opened


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


def assert_same_statistics(found, expected):
    for name, column in vars(expected).items():
        if name != "pass_at":
            assert np.array_equal(getattr(found, name), column, equal_nan=column.dtype.kind == "f"), name
    assert found.pass_at.keys() == expected.pass_at.keys()
    for k, column in expected.pass_at.items():
        assert np.array_equal(found.pass_at[k], column, equal_nan=True), k


def assert_same_facts(found, expected, tolerance=1e-12):
    assert_same_statistics(found.stats, expected.stats)
    assert found.summary.keys() == expected.summary.keys()
    for name, value in expected.summary.items():
        # Counts are exact; means and weights are sums in another order.
        assert found.summary[name] == (value if type(value) is int else pytest.approx(value, rel=tolerance)), name
    assert [one.code for one in found.warnings] == [one.code for one in expected.warnings]
    assert (found.method, found.numerics_version) == (expected.method, expected.numerics_version)
    assert len(found.batch_moments) == len(expected.batch_moments)
    for mine, whole in zip(found.batch_moments, expected.batch_moments):
        assert mine == pytest.approx(whole, rel=1e-12, abs=1e-12)


def assert_within_the_bound(found, expected, parts):
    """docs/numerics.md, Shards: twice 0.51 ulp, and R kappa (2^-40 + S 2^-50) of the largest advantage."""
    rounds, kappa = 6, 64  # of the chains above, and more than rewards of N(1, 1) have
    slack = 2 * rounds * kappa * (2.0**-40 + parts * 2.0**-50) * np.abs(expected).max()
    difference = np.abs(found.astype(np.float64) - expected)
    assert (difference <= 1.02 * np.spacing(np.abs(expected)) + slack).all(), difference.max()


@pytest.mark.parametrize("seed", range(90))
def test_random_batches_are_as_if_they_had_gone_in_one_message(client, cut, seed):
    rewards, arguments = draw_batch(seed)
    expected = client.compute(rewards, **arguments)
    found = cut.compute(rewards, **arguments)
    parts = cut.asked.count("ComputeAdvantages") - 1  # the first was refused
    assert parts > 1 and cut.asked[:2] == ["ComputeAdvantages", "GetServerInfo"]
    if "stages" in arguments:
        assert_within_the_bound(found.advantages, expected.advantages, parts)
        assert_same_facts(found, expected, 1e-7)  # means of advantages that are one float32 apart
    else:
        assert np.array_equal(found.advantages, expected.advantages)
        assert_same_facts(found, expected)


def test_the_random_batches_have_every_setting():
    batches = [draw_batch(seed)[1] for seed in range(90)]
    seen = set().union(*batches)
    assert seen >= {"groups", "group_sizes", "group_ids", "valid", "outcomes", "success_threshold", "trajectory_ids",
                    "stages", "small_group"}
    for setting, form in itertools.product(("valid", "trajectory_ids", "stages"), ("groups", "group_sizes", "group_ids")):
        assert any(setting in one and form in one for one in batches), (setting, form)


@pytest.mark.parametrize("kind", ["list", "nested", "matrix"])
def test_containers_come_back_as_they_came(client, cut, kind):
    matrix = np.random.default_rng(1).normal(size=(500, 8)).astype(np.float32)
    rewards, groups = {"list": (matrix.ravel().tolist(), {"groups": 8}), "nested": (matrix.tolist(), {}),
                       "matrix": (matrix, {})}[kind]
    expected = client.compute(rewards, method="rloo", **groups).advantages
    found = cut.compute(rewards, method="rloo", **groups).advantages
    assert type(found) is type(expected) and np.array_equal(found, expected) and np.shape(found) == np.shape(rewards)


def test_moments_only_are_those_of_the_whole(client, cut):
    rewards = np.random.default_rng(2).normal(size=4000).astype(np.float32)
    settings = {"groups": 8, "method": "reinforce", "stages": CHAINS[0], "moments_only": True}
    found = cut.compute(rewards, **settings)
    expected = client.compute(rewards, **settings).batch_moments
    assert found.advantages is None and len(found.batch_moments) == len(expected) == 1
    assert found.batch_moments[0] == pytest.approx(expected[0], rel=1e-12)


@pytest.mark.parametrize("order", [None, 3], ids=["contiguous", "interleaved"])
def test_given_moments_are_those_that_count(client, cut, order):
    """Of a batch on many ranks: no round to find them, and the very bits of one call that was given them."""
    rewards = np.random.default_rng(2).normal(size=4000).astype(np.float32)
    ids = np.repeat(np.arange(500), 8)
    if order is not None:
        np.random.default_rng(order).shuffle(ids)
    settings = {"group_ids": ids, "method": "reinforce", "stages": CHAINS[0],
                "batch_moments": [stages.Moments(123456.0, 0.125, 654321.0)]}
    expected = client.compute(rewards, **settings)
    found = cut.compute(rewards, **settings)
    assert np.array_equal(found.advantages, expected.advantages)
    parts = cut.asked.count("ComputeAdvantages")
    cut.compute(rewards, **{**settings, "batch_moments": ()})
    assert cut.asked.count("ComputeAdvantages") == parts + 2 * (parts - 1)  # a round for them, and no refusal


def wrong_batches():
    """Each with something wrong far behind the first part, and nothing before."""
    draw = np.random.default_rng(4)
    rewards = draw.normal(size=4000).astype(np.float32)
    rewards[3777] = np.nan
    shuffled = draw.permutation(np.repeat(np.arange(500) * 5, 8))
    well = draw.normal(size=4000).astype(np.float32)
    sizes = np.full(500, 8, np.uint32)
    sizes[[480, 490]] = 7, 9
    trajectories = np.arange(4000)
    trajectories[3991] = 3990
    by_id = np.arange(4000)
    last, first = (np.flatnonzero(shuffled == shuffled[3999])[i] for i in (-1, 0))
    by_id[last] = first
    yield "a reward, one size", well * 0 + rewards, {"groups": 8}
    yield "a reward, sizes", rewards, {"group_sizes": np.full(500, 8)}
    yield "a reward, ids in any order", rewards, {"group_ids": shuffled}
    yield "a reward, labels in any order", rewards, {"group_ids": [f"prompt {one}" for one in shuffled]}
    yield "the size of a group", well, {"group_sizes": sizes, "expected_group_size": 8}
    yield "the size of a group by id", well[:-3], {"group_ids": np.repeat(np.arange(500) * 5, 8)[:-3],
                                                   "expected_group_size": 8}
    yield "the size of a labelled group", well[:-3], {"group_ids": [f"prompt {one}" for one in np.arange(3997) // 8],
                                                      "expected_group_size": 8}
    yield "a trajectory", well, {"groups": 8, "trajectory_ids": trajectories}
    yield "a trajectory by id", well, {"group_ids": shuffled, "trajectory_ids": by_id}
    yield "sizes that do not add up", well[:-1], {"groups": 8}
    yield "sizes that add up to less", well, {"group_sizes": np.full(499, 8)}
    yield "sizes that add up to more", well, {"group_sizes": np.full(501, 8)}


@pytest.mark.parametrize("rewards, arguments", [pytest.param(*rest, id=name) for name, *rest in wrong_batches()])
def test_what_is_wrong_is_told_in_words_of_the_whole(client, cut, rewards, arguments):
    with pytest.raises(advantaged.InvalidArgument) as expected:
        client.compute(rewards, method="rloo", **arguments)
    with pytest.raises(advantaged.InvalidArgument) as found:
        cut.compute(rewards, method="rloo", **arguments)
    assert found.value.violations == expected.value.violations
    assert str(found.value) == str(expected.value)


@pytest.mark.parametrize("arguments", [
    {"group_sizes": [8, 8, 3984]}, {"group_ids": [0] * 8 + [9] * 8 + [7] * 3984},
    {"group_ids": ["a", "b"] * 8 + ["c"] * 3984}], ids=["sizes", "ids", "labels"])
def test_one_group_that_is_too_large_is_an_error_that_names_it(cut, arguments):
    rewards = np.random.default_rng(5).normal(size=4000).astype(np.float32)
    with pytest.raises(errors.TooLarge, match=rf"^group 2 has 3984 responses, \d+ bytes; the server accepts {LIMIT} "):
        cut.compute(rewards, method="rloo", **arguments)
    assert cut.asked.count("ComputeAdvantages") == 1  # nothing was computed in vain
    assert cut.compute([1, 0], groups=2, method="rloo").advantages == [1, -1]


def test_limits_are_asked_for_once(cut):
    rewards = np.random.default_rng(6).normal(size=4000).astype(np.float32)
    cut.compute([1, 0], groups=2, method="rloo")
    assert cut.asked == ["ComputeAdvantages"]  # what fits anywhere asks for nothing
    for _ in range(3):
        cut.compute(rewards, groups=8, method="rloo")
    assert cut.asked.count("GetServerInfo") == 1


def test_limits_are_asked_for_before_a_large_request_is_sent(server):
    """4 MiB are not sent only to be refused."""
    with Asked(server.grpc[0]) as asking:
        rewards = np.random.default_rng(6).normal(size=(1 << 20) + 2).astype(np.float32)
        for _ in range(2):
            asking.compute(rewards, groups=2, method="rloo", statistics=False)
        assert asking.asked == ["GetServerInfo", "ComputeAdvantages", "ComputeAdvantages"]


def test_a_server_that_comes_back_with_another_limit(start):
    rewards = np.random.default_rng(7).normal(size=40_000).astype(np.float32)
    expected = rewards - rewards.reshape(-1, 2)[:, ::-1].ravel()
    before = start("--max-request-bytes=64KiB")
    address, = before.grpc
    with Asked(address) as client:
        client.compute(rewards, groups=2, method="rloo")
        for limit in "8KiB", "1MiB":
            assert before.stop() == 0
            before = start(f"--max-request-bytes={limit}", listen=[address])
            found = client.compute(rewards, groups=2, method="rloo").advantages
            np.testing.assert_allclose(found, expected, rtol=1e-6)
        assert client.asked.count("GetServerInfo") == 2


def test_more_responses_than_the_contract_allows_in_one(server):
    rewards = np.zeros((1 << 24) + 32, np.float32)
    rewards[::16] = 1
    with Asked(server.grpc[0]) as asking:
        found = asking.compute(rewards, groups=16, method="rloo", statistics=False)
        assert asking.asked == ["ComputeAdvantages"] * 2
    assert found.summary["responses"] == found.summary["groups"] * 16 == len(rewards)
    assert (found.advantages[::16] == 1).all() and found.advantages.sum(dtype=np.float64) < 1


def test_asyncio_cuts_as_well(client, compute, small):
    rewards, arguments = draw_batch(3)
    run, _ = compute(small)
    assert "stages" in arguments and np.array_equal(run(rewards, **arguments).advantages,
                                                    run(rewards, **arguments).advantages)
    assert_same_facts(run(rewards, **arguments), client.compute(rewards, **arguments), 1e-7)


class BeingReplaced(Fake):
    """Takes 100 bytes; its numerics are newer after each answer, as where replicas are replaced one by one."""

    def GetServerInfo(self, request, context):
        return catalog_pb2.GetServerInfoResponse(max_request_bytes=100)

    def ComputeAdvantages(self, request, context):
        answer = super().ComputeAdvantages(request, context)
        if request.ByteSize() > 100:
            context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, "larger than max")
        if request.HasField("required_numerics_version") and request.required_numerics_version != self.numerics_version:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, f"required_numerics_version: {self.numerics_version} here")
        answer.numerics_version = self.numerics_version
        self.numerics_version += 1
        return answer


def test_parts_by_two_numerics_versions_are_no_answer(compute):
    with serving(BeingReplaced, numerics_version=7) as fake:
        run, _ = compute(fake.address)
        with pytest.raises(errors.FailedPrecondition, match="required_numerics_version: 8 here"):
            run(np.arange(40, dtype=np.float32), groups=4, method="rloo", statistics=False)
        asked = [attempt.request for attempt in fake.attempts]
    assert [request.required_numerics_version for request in asked if request.ByteSize() <= 100] == [0, 7]
