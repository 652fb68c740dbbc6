"""How often a client tries again, when, and what it says: against a server that fails calls as told."""

import time

import grpc
import pytest
from refusing_server import Failure, RefusingServer
from streams_of_batches import batches
from vector_files import faults

CODE = grpc.StatusCode
BUSY = Failure(CODE.RESOURCE_EXHAUSTED, 100)
ATTEMPTS = 5  # of a call whose connection is lost again and again


@pytest.fixture
def refusing(server):
    with server.stub() as stub:
        result = RefusingServer(stub)
        yield result
        result.stop()


@pytest.fixture
def vector():
    return batches(1)[0]


def several_hundred_kilobytes():
    """More than gRPC keeps for a retry unless told to: 256 KiB."""
    rewards = [(i * i % 97) / 32 for i in range(120_000)]
    return {"method": {"dr_grpo": {}}, "rewards": rewards, "group_size": 8}


def test_a_refusal_is_waited_out(drive, refusing, vector):
    """As long as it says, with the batch as it was: nothing was computed, so the next attempt counts."""
    refusing.failures = [BUSY] * 7
    driver = drive(refusing.address)
    assert list(faults(vector, driver.ask(vector["request"]))) == []
    assert len(refusing.attempts) == 8
    for before, after in zip(refusing.attempts, refusing.attempts[1:]):
        assert after.at - before.at >= 0.1
        assert after.request == before.request
    for attempt in refusing.attempts:
        assert attempt.previous == 0
        assert not attempt.request.HasField("observe") or attempt.request.observe
    driver.finish()


def test_a_refusal_leaves_observe_as_the_caller_set_it(drive, refusing, vector):
    refusing.failures = [BUSY]
    driver = drive(refusing.address)
    driver.ask({**vector["request"], "observe": False})
    assert [attempt.request.observe for attempt in refusing.attempts] == [False, False]
    driver.finish()


def test_refused_until_the_deadline(drive, refusing, vector):
    """The refusal is the error, before or at the deadline."""
    refusing.failures = [Failure(CODE.RESOURCE_EXHAUSTED, 400)] * 1000
    driver = drive(refusing.address, deadline=4)
    began = time.monotonic()
    answer = driver.ask(vector["request"])
    assert time.monotonic() - began < 50
    assert answer["error"] == "RESOURCE_EXHAUSTED", answer
    assert len(refusing.attempts) <= 10
    refusing.failures.clear()
    assert list(faults(vector, driver.ask(vector["request"]))) == []
    driver.finish()


@pytest.mark.parametrize("failure", [
    Failure(CODE.RESOURCE_EXHAUSTED, -1), Failure(CODE.INVALID_ARGUMENT), Failure(CODE.FAILED_PRECONDITION),
    Failure(CODE.DEADLINE_EXCEEDED), Failure(CODE.INTERNAL)], ids=lambda failure: failure.code.name)
def test_what_is_never_tried_again(drive, refusing, vector, failure):
    refusing.failures = [failure]
    driver = drive(refusing.address)
    assert driver.ask(vector["request"])["error"] == failure.code.name
    assert len(refusing.attempts) == 1
    assert list(faults(vector, driver.ask(vector["request"]))) == []
    driver.finish()


@pytest.mark.parametrize("code", [CODE.UNAVAILABLE, CODE.CANCELLED], ids=lambda code: code.name)
def test_a_lost_call_is_tried_again_and_says_so(drive, refusing, vector, code):
    """It may have been computed, so it must not count again."""
    refusing.failures = [Failure(code)] * (ATTEMPTS - 1)
    driver = drive(refusing.address)
    assert list(faults(vector, driver.ask(vector["request"]))) == []
    assert [attempt.previous for attempt in refusing.attempts] == list(range(ATTEMPTS))
    driver.finish()


def test_a_call_that_is_lost_too_often(drive, refusing, vector):
    refusing.failures = [Failure(CODE.UNAVAILABLE)] * 100
    driver = drive(refusing.address)
    assert driver.ask(vector["request"])["error"] == "UNAVAILABLE"
    assert len(refusing.attempts) == ATTEMPTS
    refusing.failures.clear()
    assert list(faults(vector, driver.ask(vector["request"]))) == []
    driver.finish()


def test_a_large_call_is_tried_again_too(drive, refusing):
    refusing.failures = [Failure(CODE.UNAVAILABLE)]
    driver = drive(refusing.address)
    request = several_hundred_kilobytes()
    answer = driver.ask(request)
    assert "error" not in answer, answer
    assert len(answer["advantages"]) == len(request["rewards"])
    assert [attempt.previous for attempt in refusing.attempts] == [0, 1]
    driver.finish()


def test_refused_and_lost_by_turns(drive, refusing, vector):
    """Neither spoils the patience with the other."""
    refusing.failures = [BUSY, Failure(CODE.UNAVAILABLE), BUSY, Failure(CODE.UNAVAILABLE), BUSY]
    driver = drive(refusing.address)
    assert list(faults(vector, driver.ask(vector["request"]))) == []
    assert len(refusing.attempts) == 6
    driver.finish()
