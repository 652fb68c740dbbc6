"""Batches that are larger than the server takes: an error that names both sizes, at once."""

import re

import advantaged
import grpc
import numpy as np
import pytest
from advantaged import errors
from fake_server import Failure, serving

TOO_LARGE = r"^the request has (\d+) bytes; this server accepts {} \(--max-request-bytes\): raise it, or cut the batch"


def real(count):
    return np.random.default_rng(count).normal(size=count).astype(np.float32)


def refusal(run, rewards, limit):
    """What the error says of the size."""
    with pytest.raises(errors.TooLarge) as refused:
        run(rewards, groups=2, method="rloo", statistics=False)
    said = re.match(TOO_LARGE.format(limit), str(refused.value))
    assert said, refused.value
    return int(said[1])


def calls(server):
    return server.metrics().sum("grpc_server_started_total", grpc_method="ComputeAdvantages")


def test_the_server_refuses_it_once(start, compute):
    server = start("--max-request-bytes=4KiB")
    run, _ = compute(server.grpc[0])
    assert 8000 < refusal(run, real(2000), 4096) < 8100
    assert server.metrics().value("advantaged_rejected_total", reason="too_large") == 1 and calls(server) == 1
    assert run([0.5, 0.25], groups=2, method="rloo").advantages == [0.25, -0.25]


def test_a_large_one_is_not_sent(start, compute):
    server = start("--max-request-bytes=2MiB")
    run, _ = compute(server.grpc[0])
    assert refusal(run, real(1 << 20), 2 << 20) > 4 << 20
    assert calls(server) == 0


def test_the_limit_is_asked_for_once_where_batches_fit(start, compute):
    server = start()
    run, _ = compute(server.grpc[0])
    for _ in range(2):
        run(real(1 << 20), groups=2, method="rloo", statistics=False)
    metrics = server.metrics()
    assert metrics.sum("grpc_server_started_total", grpc_method="GetServerInfo") == 1 and calls(server) == 2


def test_a_limit_that_was_raised_is_noticed(start, compute):
    before = start("--max-request-bytes=1MiB")
    address, = before.grpc
    run, _ = compute(address)
    refusal(run, real(1 << 20), 1 << 20)
    assert before.stop() == 0
    start(listen=[address])
    assert len(run(real(1 << 20), groups=2, method="rloo", statistics=False).advantages) == 1 << 20


def test_grpc_itself_refuses_it(start, compute):
    """Above its own cap, twice the limit and 1 MiB, where no code of the server sees the call."""
    run, _ = compute(start("--max-request-bytes=4KiB").grpc[0])
    with pytest.raises(errors.TooLarge, match=r"larger than max \(\d{7} vs. \d{7}\) \(--max-request-bytes\)$"):
        run(real(600_000), groups=2, method="rloo", statistics=False)


@pytest.mark.parametrize("pushback, kind", [(-1, errors.TooLarge), (None, errors.Refused)])
def test_a_refusal_for_good_is_too_large(compute, pushback, kind):
    with serving() as fake:
        fake.failures = [Failure(grpc.StatusCode.RESOURCE_EXHAUSTED, pushback)]
        run, _ = compute(fake.address)
        with pytest.raises(kind):
            run(real(4), groups=2, method="rloo")
        assert len(fake.attempts) == 1


def test_a_fallback_computes_it(start, compute, local):
    run, client = compute(start("--max-request-bytes=4KiB").grpc[0], fallback="local")
    with pytest.warns(RuntimeWarning, match="computing in-process, for the request has "):
        found = run(real(2000), groups=2, method="rloo")
    assert found.backend == "local" and client.fallbacks == 1
    assert np.array_equal(found.advantages, local.compute(real(2000), groups=2, method="rloo").advantages)


def test_as_many_real_rewards_as_a_batch_may_have_fit(server):
    """By the default limit, in groups of one size, with both masks."""
    rewards = np.resize(np.array([0.5, 0.25], np.float32), 1 << 24)
    mask = np.ones(1 << 24, bool)
    with advantaged.Client(server.grpc[0]) as client:
        found = client.compute(rewards, groups=16, valid=mask, outcomes=mask, method="rloo", statistics=False)
    assert len(found.advantages) == 1 << 24 and found.summary["responses"] == 1 << 24
