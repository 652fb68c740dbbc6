"""The harness itself: a driver that does well passes, and each fault planted in it is noticed."""

import pathlib
import sys

import pytest
from drivers import Driver
from streams_of_batches import RUNS, assert_answered, assert_counted, batches
from vectors_test import faults_of

PLAIN = [sys.executable, str(pathlib.Path(__file__).parent / "plain_driver.py")]


@pytest.fixture
def plain():
    """Starts the plain driver: plain(server, fault)."""
    drivers = []

    def start_one(server, fault):
        drivers.append(Driver([*PLAIN, "--fault", fault], server.grpc[0]))
        return drivers[-1]

    yield start_one
    for driver in drivers:
        driver.kill()


def test_no_fault(server, plain):
    assert faults_of(plain(server, ""), batches()) == []


@pytest.mark.parametrize("fault, complaint", [("bit", "advantages[0] is"), ("summary", "summary.responses is")])
def test_wrong_answers_are_told(server, plain, fault, complaint):
    found = faults_of(plain(server, fault), batches())
    assert len(found) == 4, found  # one in a hundred
    assert all(complaint in line for line in found), found


@pytest.mark.parametrize("fault, complaint", [
    ("drop", "the driver ended with 0"), ("double", "an answer too many"), ("noise", "written to stderr: ['retrying'"),
    ("exit", "exit code 1")])
def test_drivers_that_do_not_behave(server, plain, fault, complaint):
    with pytest.raises(AssertionError) as caught:
        faults_of(plain(server, fault), batches())
    assert complaint in str(caught.value)


def test_a_batch_that_counts_twice_is_told(start, plain):
    server = start(RUNS)
    chosen = batches(60)
    stream = plain(server, "twice").stream([vector["request"] for vector in chosen])
    assert_answered(chosen, stream.finish())
    with pytest.raises(AssertionError, match="are counted as"):
        assert_counted([server], chosen, lost=True)


def test_a_driver_that_is_not_there(monkeypatch, drive, server):
    for command in "/no/such/driver", "no-such-driver", f"{sys.executable} /no/such/driver.py":
        monkeypatch.setenv("ADVANTAGED_DRIVER", command)
        with pytest.raises(AssertionError, match="is not there; has it been built"):
            drive(server.grpc[0])
    monkeypatch.delenv("ADVANTAGED_DRIVER")
    with pytest.raises(AssertionError, match="ADVANTAGED_DRIVER is not set"):
        drive(server.grpc[0])
