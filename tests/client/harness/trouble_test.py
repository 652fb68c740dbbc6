"""Servers that end, die, freeze and come back under a client: every batch gets one right answer, and counts once."""

import signal
import time

import batches as requests
import pytest
from busy_server import ONE_THREAD, connect, queued, start_slow, wait
from running_server import PATIENCE, eventually
from sockets import Doorstep
from streams_of_batches import RUNS, assert_answered, assert_counted, batches
from vector_files import faults

SIGNALS = pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=["SIGTERM", "SIGKILL"])
CODES = {signal.SIGTERM: 0, signal.SIGKILL: -signal.SIGKILL}


def ask(driver, vector):
    assert list(faults(vector, driver.ask(vector["request"]))) == []


def large(chosen):
    """One whose message cannot be taken for what HTTP/2 says to itself."""
    return max(chosen, key=lambda vector: len(vector["request"]["rewards"]))


def test_no_trouble(start, drive):
    """A stream of batches over two replicas: each counts once. Both get some."""
    chosen = batches()
    servers = [start(RUNS), start(RUNS)]
    stream = drive(*(server.grpc[0] for server in servers)).stream([vector["request"] for vector in chosen])
    assert_answered(chosen, stream.finish())
    assert_counted(servers, chosen)
    for server in servers:
        assert server.metrics().sum("advantaged_responses_total") > 0


@SIGNALS
def test_a_unix_socket(start, drive, tmp_path, number):
    """Restarted at the same path."""
    address = f"unix:{tmp_path}/a.sock"
    server = start(listen=[address])
    driver = drive(address)
    first, second = batches(2)
    ask(driver, first)
    assert server.stop(number) == CODES[number]
    start(listen=[address])
    ask(driver, second)
    driver.finish()


def test_a_server_that_is_not_up_yet(start, drive):
    first, second = batches(2)
    doorstep = Doorstep()
    driver = drive(doorstep.address)
    driver.send(first["request"])
    doorstep.await_caller(PATIENCE)
    doorstep.close()
    start(listen=[doorstep.address])
    assert list(faults(first, driver.answer())) == []
    ask(driver, second)
    driver.finish()


def test_no_server_until_the_deadline(drive):
    """The error names the target."""
    doorstep = Doorstep()
    doorstep.close()
    driver = drive(doorstep.address, deadline=1)
    began = time.monotonic()
    answer = driver.ask(batches(1)[0]["request"])
    assert answer["error"] in ("DEADLINE_EXCEEDED", "UNAVAILABLE"), answer
    assert 0.5 < time.monotonic() - began < 50
    assert doorstep.address.rsplit(":", 1)[1] in answer["message"]
    driver.finish()


@SIGNALS
def test_restarted_between_calls(start, drive, number):
    first, second, third = batches(3)
    server = start(RUNS)
    address = server.grpc[0]
    driver = drive(address)
    ask(driver, first)
    assert server.stop(number) == CODES[number]
    server = start(RUNS, listen=[address])
    ask(driver, second)
    assert server.stop(number) == CODES[number]
    driver.send(third["request"])  # while there is none
    server = start(RUNS, listen=[address])
    assert list(faults(third, driver.answer())) == []
    driver.finish()


@SIGNALS
def test_restarted_again_and_again_under_a_stream(start, drive, number):
    chosen = batches()
    server = start(RUNS)
    address = server.grpc[0]
    stream = drive(address).stream([vector["request"] for vector in chosen])
    for goal in range(80, len(chosen), 80):
        stream.until(goal)
        assert server.stop(number) == CODES[number]
        server = start(RUNS, listen=[address])
    assert_answered(chosen, stream.finish())
    assert_counted([server], chosen, lost=True)


def test_killed_while_a_request_is_on_its_way(start, drive, wire):
    chosen = batches()
    server = start(RUNS)
    between = wire(server)
    driver = drive(between.address)
    ask(driver, chosen[0])
    between.hold(between.REQUESTS)
    vector = large(chosen)
    driver.send(vector["request"])
    between.await_held(400)
    assert server.stop(signal.SIGKILL) == -signal.SIGKILL
    between.cut()
    start(RUNS, listen=server.grpc)
    assert list(faults(vector, driver.answer())) == []
    driver.finish()


def test_a_lost_answer_counts_once(start, drive, wire):
    """The server has computed, counted and answered; the connection ends before the answer is there."""
    chosen = batches()
    server = start(RUNS)
    between = wire(server)
    driver = drive(between.address)
    ask(driver, chosen[0])
    between.hold(between.REPLIES)
    vector = large(chosen)
    driver.send(vector["request"])
    between.await_held(400)
    between.cut()
    assert list(faults(vector, driver.answer())) == []
    assert_counted([server], [chosen[0], vector])
    driver.finish()


def test_ended_while_it_has_the_call(start, drive):
    """A server that shuts down without patience cancels the calls it has."""
    server = start(*ONE_THREAD, RUNS, "--drain-timeout=0")
    address = server.grpc[0]
    first, second = batches(2)
    driver = drive(address)
    ask(driver, first)
    with connect(server) as stub:
        slow = start_slow(server, stub)
        driver.send(second["request"])
        eventually(lambda: queued(server) == 1, "the driver's call in the queue")
        assert server.stop() == 0, server.log()
        assert wait(slow).name in ("CANCELLED", "UNAVAILABLE")
    server = start(RUNS, listen=[address])
    assert list(faults(second, driver.answer())) == []
    assert_counted([server], [second], lost=True)
    driver.finish()


@SIGNALS
def test_one_of_two_replicas_goes(start, drive, number):
    chosen = batches()
    leaving, staying = start(RUNS), start(RUNS)
    stream = drive(leaving.grpc[0], staying.grpc[0]).stream([vector["request"] for vector in chosen])
    stream.until(100)
    assert leaving.stop(number) == CODES[number]
    assert_answered(chosen, stream.finish())
    assert_counted([staying], chosen, lost=True)


def test_frozen_past_the_deadline(start, drive):
    """An error in bounded time; the next call is well when the server is."""
    first, second, third = batches(3)
    server = start()
    driver = drive(server.grpc[0], deadline=5)
    ask(driver, first)
    server.freeze()
    began = time.monotonic()
    answer = driver.ask(second["request"])
    waited = time.monotonic() - began
    server.process.send_signal(signal.SIGCONT)
    assert answer.get("error") == "DEADLINE_EXCEEDED", answer
    assert 4.5 < waited < 50
    ask(driver, third)
    driver.finish()


def test_a_full_server_is_waited_for(start, drive):
    """One thread and one place in the queue, both taken: the driver is refused until they are free."""
    server = start(*ONE_THREAD, RUNS, "--max-queued-calls=1")
    first, second = batches(2)
    driver = drive(server.grpc[0])
    ask(driver, first)
    with connect(server) as stub:
        slow = start_slow(server, stub)
        waiting = stub.ComputeAdvantages.future(requests.slow(), timeout=PATIENCE)
        eventually(lambda: queued(server) == 1, "a full queue")
        driver.send(second["request"])
        eventually(lambda: server.metrics().value("advantaged_rejected_total", reason="queue") > 0, "a refusal")
        for call in (slow, waiting):
            call.cancel()
        assert list(faults(second, driver.answer())) == []
    assert_counted([server], [first, second])
    driver.finish()


def test_refused_batches_leave_the_connection_as_it_was(start, drive):
    server = start(RUNS)
    driver = drive(server.grpc[0])
    wrong = {"method": {"pass_at_k_grpo": {"k": 5}}, "rewards": [1, 0, "NaN", 0], "group_size": 2}
    chosen = batches(40)
    for vector in chosen:
        answer = driver.ask(wrong)
        assert (answer["error"], answer["fields"]) == ("INVALID_ARGUMENT", ["method.pass_at_k_grpo.k"]), answer
        ask(driver, vector)
    driver.finish()
    assert_counted([server], chosen)
