"""Calls that fail and are tried again, or not: lost connections by gRPC, refusals by the client, within the deadline."""

import concurrent.futures
import re
import signal
import time

import advantaged
import grpc
import numpy as np
import pytest
from advantaged import errors
from advantaged.options import ClientOptions
from fake_server import Failure, serving
from running_server import PATIENCE

LARGE = np.random.default_rng(0).normal(size=1 << 18).astype(np.float32)  # 1 MiB, and no bits
SMALL = np.array([0.5, 0.25, 3, 1], np.float32)
LOST = Failure(grpc.StatusCode.UNAVAILABLE)
FULL = Failure(grpc.StatusCode.RESOURCE_EXHAUSTED, pushback=30)


@pytest.fixture
def fake(capfd):
    """Whatever it does, and whatever comes of it, nothing is printed until it is stopped."""
    with serving() as running:
        yield running
        out, err = capfd.readouterr()
        # gRPC's own log, of connections that end, is gRPC's.
        assert (out, [line for line in err.splitlines() if not re.match(r"[IWE]\d{4} ", line)]) == ("", [])


def assert_same_requests(fake, observe=None):
    first = fake.attempts[0].request
    assert all(attempt.request == first for attempt in fake.attempts)
    assert first.HasField("observe") == (observe is not None) and (observe is None or first.observe == observe)


@pytest.mark.parametrize("code, failures", [("UNAVAILABLE", 1), ("UNAVAILABLE", 4), ("CANCELLED", 1)])
def test_lost_calls_are_tried_again_however_large(fake, compute, code, failures):
    fake.failures = [Failure(grpc.StatusCode[code])] * failures
    run, _ = compute(fake.address)
    assert np.array_equal(run(LARGE, groups=16, method="rloo").advantages, LARGE)
    # By gRPC, which says how often it tried before: the server then counts the batch once.
    assert [attempt.previous for attempt in fake.attempts] == list(range(failures + 1))
    assert_same_requests(fake)


def test_without_a_large_retry_buffer_they_are_not(fake, compute, monkeypatch):
    """What the option is for: gRPC's default silently ends retries of large requests."""
    arguments = [one for one in ClientOptions().channel_arguments() if one[0] != "grpc.per_rpc_retry_buffer_size"]
    monkeypatch.setattr(ClientOptions, "channel_arguments", lambda self: arguments)
    fake.failures = [LOST]
    run, _ = compute(fake.address)
    with pytest.raises(errors.Unavailable, match="as told"):
        run(LARGE, groups=16, method="rloo")
    assert len(fake.attempts) == 1
    fake.failures = [LOST]
    assert np.array_equal(run(SMALL, groups=2, method="rloo").advantages, SMALL)


@pytest.mark.parametrize("attempts", [1, 2, 5])
def test_attempts_have_an_end(fake, compute, attempts):
    fake.failures = [LOST] * 9
    run, client = compute(fake.address, max_attempts=attempts)
    with pytest.raises(errors.Unavailable) as caught:
        run(SMALL, groups=2, method="rloo")
    assert str(caught.value) == f"{fake.address}: as told" and caught.value.code == "UNAVAILABLE"
    assert isinstance(caught.value, ConnectionError)
    assert len(fake.attempts) == attempts


@pytest.mark.parametrize("code, kind", [
    ("INVALID_ARGUMENT", errors.InvalidArgument), ("FAILED_PRECONDITION", errors.FailedPrecondition),
    ("DEADLINE_EXCEEDED", errors.DeadlineExceeded), ("INTERNAL", errors.UnexpectedStatus),
    ("UNIMPLEMENTED", errors.UnexpectedStatus), ("RESOURCE_EXHAUSTED", errors.Refused)])
def test_what_is_not_tried_again(fake, compute, code, kind):
    fake.failures = [Failure(grpc.StatusCode[code])]
    run, _ = compute(fake.address)
    with pytest.raises(kind, match="as told") as caught:
        run(SMALL, groups=2, method="rloo")
    assert type(caught.value) is kind and caught.value.code == code
    assert len(fake.attempts) == 1


def test_a_refusal_is_waited_out(fake, compute):
    """As long as the server says, and a fifth more at most but for what calls take; batch and observe unchanged."""
    fake.failures = [FULL] * 7  # more than gRPC's own attempts
    run, _ = compute(fake.address)
    assert np.array_equal(run(LARGE, groups=16, method="rloo", observe=False).advantages, LARGE)
    assert len(fake.attempts) == 8
    times = [attempt.at for attempt in fake.attempts]
    assert min(later - sooner for sooner, later in zip(times, times[1:])) >= 0.03
    assert [attempt.previous for attempt in fake.attempts] == [0] * 8
    assert_same_requests(fake, observe=False)


def test_a_refusal_is_the_error_when_the_deadline_would_pass(fake, compute):
    """At once, not at the deadline."""
    fake.failures = [FULL, Failure(grpc.StatusCode.RESOURCE_EXHAUSTED, pushback=600_000)]
    run, _ = compute(fake.address, deadline=300)
    began = time.monotonic()
    with pytest.raises(errors.Refused, match="as told") as caught:
        run(SMALL, groups=2, method="rloo")
    assert time.monotonic() - began < 200
    assert caught.value.retry_delay == 600
    assert len(fake.attempts) == 2


def test_a_refusal_for_good_is_not_waited_out(fake, compute):
    fake.failures = [Failure(grpc.StatusCode.RESOURCE_EXHAUSTED, pushback=-1)]
    run, _ = compute(fake.address)
    with pytest.raises(errors.AdvantagedError, match="as told") as caught:
        run(SMALL, groups=2, method="rloo")
    assert caught.value.code == "RESOURCE_EXHAUSTED"
    assert len(fake.attempts) == 1


def test_a_refused_call_of_many_ranks_comes_back_at_different_times(fake):
    """Jitter: not all at once again."""
    ranks = 8
    fake.failures = [Failure(grpc.StatusCode.RESOURCE_EXHAUSTED, pushback=500)] * ranks
    with advantaged.Client(fake.address) as client, concurrent.futures.ThreadPoolExecutor(ranks) as pool:
        list(pool.map(lambda _: client.compute(SMALL, groups=2, method="rloo"), range(ranks)))
    again = sorted(attempt.at for attempt in fake.attempts)[ranks:]
    assert len(again) == ranks and again[-1] - again[0] > 0.01  # of up to 0.1


@pytest.mark.parametrize("of_call", [False, True])
def test_the_deadline_ends_a_call(compute, start, of_call):
    server = start()
    run, _ = compute(server.grpc[0], **({} if of_call else {"deadline": 0.5}))
    settings = {"deadline": 0.5} if of_call else {}
    warm_up = {"deadline": PATIENCE}
    assert run(SMALL, groups=2, method="rloo", **warm_up).backend == "remote"
    server.freeze()
    try:
        began = time.monotonic()
        with pytest.raises(errors.DeadlineExceeded) as caught:
            run(SMALL, groups=2, method="rloo", **settings)
        waited = time.monotonic() - began
    finally:
        server.process.send_signal(signal.SIGCONT)
    assert 0.45 < waited < 50
    assert str(caught.value).startswith(f"no answer from {server.grpc[0]} within 0.5 s")
    assert isinstance(caught.value, TimeoutError) and caught.value.code == "DEADLINE_EXCEEDED"
    assert run(SMALL, groups=2, method="rloo", **warm_up).backend == "remote"


def test_waits_are_part_of_the_deadline(fake, compute):
    """A server that is full for ever."""
    fake.failures = [Failure(grpc.StatusCode.RESOURCE_EXHAUSTED, pushback=100)] * 1000
    run, _ = compute(fake.address)
    began = time.monotonic()
    with pytest.raises(errors.Refused):
        run(SMALL, groups=2, method="rloo", deadline=2)
    assert time.monotonic() - began < 50
    assert len(fake.attempts) <= 20


def test_every_call_has_a_deadline(fake, compute):
    """A minute, or what is said; what waits and retries have used up is gone."""
    run, _ = compute(fake.address)
    run(SMALL, groups=2, method="rloo")
    run(SMALL, groups=2, method="rloo", deadline=1000)
    fake.failures = [Failure(grpc.StatusCode.RESOURCE_EXHAUSTED, pushback=1000), LOST]
    run(SMALL, groups=2, method="rloo", deadline=20)
    left = [attempt.left for attempt in fake.attempts]  # gRPC rounds it, by a percent or two
    assert 30 < left[0] < 62 and 950 < left[1] < 1030 and 0 < left[2] < 20.5, left
    assert 0 < left[3] < 19.5 and left[4] < 19.5, left
