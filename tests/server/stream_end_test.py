"""Every end that a StreamAdvantages call can have: by its client, its deadline, and the server's shutdown."""

import contextlib
import multiprocessing
import signal
import types

import batches
import grpc
import pytest
from busy_server import CODE, ONE_THREAD, busy, connect, queued, start_slow, wait
from drain_test import FOREVER, is_ready
from rest import at_rest, handled
from running_server import PATIENCE, eventually
from streams import (SMALL_WINDOW, STREAM, WINDOW, Stream, all_unread, ids, item, large_reply, received, sent,
                     sorting)


def unanswered(metrics):
    return received(metrics) - sent(metrics)


def test_cancelled_midway(start):
    """While the one thread has a window of items before it, whichever of them."""
    server = start(*ONE_THREAD)
    batch = sorting(1 << 18)
    with connect(server) as stub:
        stream = Stream(stub)
        stream.put(*(item(i, batch) for i in range(60)))
        eventually(lambda: received(server.metrics()) >= WINDOW, "a full window")
        stream.call.cancel()
        metrics = at_rest(server)
        stream.half_close()
        assert wait(stream.call) == CODE.CANCELLED
    assert handled(metrics, "Canceled", STREAM) == 1
    assert 0 < metrics.sum("advantaged_cancelled_total") <= unanswered(metrics) <= WINDOW


def send_slow_items(server):
    with connect(server) as stub:
        stream = Stream(stub)
        stream.put(item("first"), *(item(i, batches.slow()) for i in range(3)))
        stream.rest()


def test_a_client_that_is_killed(start, listen):
    server = start(*ONE_THREAD, listen=[listen])
    address = types.SimpleNamespace(grpc=server.grpc)
    client = multiprocessing.get_context("spawn").Process(target=send_slow_items, args=[address])
    client.start()
    try:
        eventually(lambda: busy(server) == 1 and queued(server) == 2, "items under way")
    finally:
        client.kill()
        client.join()
    metrics = at_rest(server)
    assert handled(metrics, "Canceled", STREAM) == 1 and sent(metrics) > 0
    assert metrics.sum("advantaged_cancelled_total") == unanswered(metrics) > 0
    with connect(server) as stub:
        stub.ComputeAdvantages(batches.rloo(), timeout=PATIENCE)
    eventually(lambda: server.metrics().sum("advantaged_connections") == 0, "no connection")


def test_the_deadline_is_that_of_the_stream(start):
    server = start()
    with connect(server) as stub:
        assert Stream(stub, timeout=0.3).end() == CODE.DEADLINE_EXCEEDED
    at_rest(server)


def test_items_whose_deadline_passes_in_the_queue(start):
    """They wait behind more work of their connection than there is time for."""
    server = start(*ONE_THREAD)
    with connect(server) as stub:
        calls = [start_slow(server, stub), stub.ComputeAdvantages.future(batches.slow(), timeout=PATIENCE)]
        eventually(lambda: queued(server) == 1, "a queue")
        stream = Stream(stub, timeout=1)
        stream.put(item("a"), item("b"), item("c"))
        assert stream.end() == CODE.DEADLINE_EXCEEDED
        # By then the deadline has passed for the server, too: that of a client is a little earlier, and it cancels.
        assert [wait(call) for call in calls] == [CODE.OK] * 2
        metrics = at_rest(server)
    assert received(metrics) == 3 and sent(metrics) == 0
    assert handled(metrics, "DeadlineExceeded", STREAM) == 1
    assert metrics.value("advantaged_expired_total", stage="queue") == metrics.sum("advantaged_expired_total") == 3


def test_drain(start, listen):
    server = start(*ONE_THREAD, listen=[listen])
    batch = sorting(1 << 18)
    with connect(server) as stub:
        idle, working = Stream(stub), Stream(stub)
        idle.put(item("a"))
        assert idle.get().HasField("batch")
        working.put(*(item(i, batch) for i in range(60)))
        eventually(lambda: received(server.metrics()) > WINDOW, "a full window")
        server.process.send_signal(signal.SIGTERM)
        assert idle.end() == CODE.UNAVAILABLE
        assert "without a reply" in idle.call.details()
        replies = working.rest()
        assert working.call.code() == CODE.UNAVAILABLE
        assert WINDOW <= len(replies) < 60, "what was read is answered, and no more is read"
        assert ids(reply for reply in replies if reply.HasField("batch")) == [str(i) for i in range(len(replies))]
        assert server.process.wait(PATIENCE) == 0


def is_finishing(server):
    return "finishing calls in flight" in server.log()


@pytest.mark.parametrize("before", [True, False])
def test_a_stream_that_its_client_ends_meanwhile(start, before):
    """It has an answer to each item, so its status is the usual one."""
    server = start(*ONE_THREAD)
    with connect(server) as stub:
        slow = start_slow(server, stub)
        stream = Stream(stub)
        stream.put(item("a", batches.slow()))
        eventually(lambda: queued(server) == 1, "a queue")
        if before:
            stream.half_close()
        server.process.send_signal(signal.SIGTERM)
        eventually(lambda: is_finishing(server), "the shutdown")
        stream.half_close()
        assert ids(stream.rest()) == ["a"] and stream.call.code() == CODE.OK
        assert wait(slow) == CODE.OK
        assert server.process.wait(PATIENCE) == 0


@contextlib.contextmanager
def unread_stream(server):
    """The stub and a stream whose client has read one reply, and leaves a window of large ones."""
    with connect(server, options=SMALL_WINDOW) as stub:
        stream = Stream(stub)
        stream.put(item("first"))
        assert stream.get().id == "first"
        batch = large_reply(1)
        stream.put(*(item(i, batch) for i in range(60)))
        eventually(lambda: all_unread(server, WINDOW), "a window of replies")
        yield stub, stream


@pytest.mark.parametrize("limit", [0, 1])
def test_a_client_that_has_stopped_to_read_at_the_end(start, listen, limit):
    server = start(f"--drain-timeout={limit}", listen=[listen])
    with unread_stream(server) as (_, stream):
        assert server.stop() == 0, server.log()
        assert not stream.rest()
        assert stream.call.code() in (CODE.UNAVAILABLE, CODE.CANCELLED)


def test_a_client_that_reads_again_before_the_limit(start, listen):
    server = start(f"--drain-timeout={PATIENCE}", listen=[listen])
    with unread_stream(server) as (stub, stream):
        server.process.send_signal(signal.SIGTERM)
        eventually(lambda: is_finishing(server), "the shutdown")
        late = Stream(stub)
        late.put(item("late"))
        assert late.end() == CODE.UNAVAILABLE
        replies = stream.rest()
        assert ids(reply for reply in replies if reply.HasField("batch")) == [str(i) for i in range(WINDOW)]
        assert stream.call.code() == CODE.UNAVAILABLE and "without a reply" in stream.call.details()
        assert server.process.wait(PATIENCE) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_second_signal_in_the_delay(start, number):
    """In which streams go on."""
    server = start(FOREVER)
    with connect(server) as stub:
        stream = Stream(stub)
        server.process.send_signal(signal.SIGTERM)
        eventually(lambda: not is_ready(server), "not ready")
        stream.put(item("a"))
        assert stream.get().HasField("batch")
        assert server.stop(number) == 128 + number
        assert stream.end() == CODE.UNAVAILABLE


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_second_signal_while_replies_are_unread(start, number):
    server = start("--drain-timeout=3600")
    with unread_stream(server) as (_, stream):
        server.process.send_signal(signal.SIGTERM)
        eventually(lambda: is_finishing(server), "the shutdown")
        assert server.stop(number) == 128 + number
        assert not stream.rest()
        assert stream.call.code() == CODE.UNAVAILABLE


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_second_signal_while_items_are_computed(start, number):
    server = start(*ONE_THREAD)
    with connect(server) as stub:
        stream = Stream(stub)
        batch = batches.slow()
        stream.put(*(item(i, batch) for i in range(3)))
        eventually(lambda: busy(server) == 1 and queued(server) > 0, "items under way")
        server.process.send_signal(signal.SIGTERM)
        eventually(lambda: is_finishing(server), "the shutdown")
        assert server.stop(number) == 128 + number
        assert len(stream.rest()) < 3
        assert stream.call.code() == CODE.UNAVAILABLE
