"""StreamAdvantages: order, ids, refusals one by one, pace, and every end a stream can have."""

import queue
import random
import signal

import batches
import grpc
import pytest
from advantaged.v1 import compute_pb2, stream_pb2
from busy_server import CODE, ONE_THREAD, connect, queued, start_slow, wait
from conftest import PATIENCE, eventually
from google.protobuf import json_format
from hostile_test import Peer
from rest import at_rest, handled
from transports import status_to_refusal

STREAM = "StreamAdvantages"
WINDOW = 16
PATH = f"/advantaged.v1.AdvantageService/{STREAM}"


def item(name, batch=None, **fields):
    return stream_pb2.StreamAdvantagesRequest(id=str(name), batch=batch or batches.rloo(), **fields)


def sorting(responses):
    """Too large to be computed at once: it goes to the pool."""
    request = compute_pb2.ComputeAdvantagesRequest(
        rewards=random.Random(1).choices(range(1000), k=responses), group_size=responses)
    request.method.max_at_k.k = 4
    return request


class Stream:
    """A stream that stays open while items are put into it."""

    def __init__(self, stub, **options):
        self.items = queue.SimpleQueue()
        self.call = stub.StreamAdvantages(iter(self.items.get, None), **{"timeout": PATIENCE, **options})

    def put(self, *items):
        for one in items:
            self.items.put(one)

    def half_close(self):
        self.items.put(None)

    def get(self):
        return next(self.call)

    def end(self):
        """The code with which it ends; fails if there are more replies."""
        with pytest.raises((grpc.RpcError, StopIteration)):
            pytest.fail(f"one more: {self.get()}")
        self.half_close()
        return self.call.code()


def exchange(stub, *items, **options):
    return list(stub.StreamAdvantages(iter(items), timeout=PATIENCE, **options))


def refusal(reply):
    assert not reply.HasField("batch") and reply.HasField("status")
    return status_to_refusal(reply.status)


def fields(reply):
    return [violation.field for violation in refusal(reply).details["BadRequest"].field_violations]


def received(metrics):
    return metrics.value("grpc_server_msg_received_total", grpc_method=STREAM)


def test_in_order_though_the_first_takes_longest(start):
    server = start("--compute-threads=1")
    with connect(server) as stub:
        replies = exchange(stub, item("big", sorting(1 << 19)), *(item(i) for i in range(40)))
    assert [reply.id for reply in replies] == ["big", *map(str, range(40))]
    assert all(reply.HasField("batch") and not reply.HasField("status") for reply in replies)
    metrics = at_rest(server)
    assert handled(metrics, "OK", STREAM) == 1
    assert received(metrics) == metrics.value("grpc_server_msg_sent_total", grpc_method=STREAM) == 41
    assert metrics.value("advantaged_request_size_bytes_count") == 41
    assert metrics.value("advantaged_stage_seconds_count", stage="compute") == 41


@pytest.mark.parametrize("unordered", [False, True])
def test_small_ones_overtake_only_if_they_may(start, unordered):
    """The only thread is busy: the first item waits for it, the second needs none."""
    server = start("--compute-threads=1")
    with connect(server) as stub:
        slow = start_slow(server, stub)
        stream = Stream(stub)
        stream.put(item("large", sorting(5000), unordered=unordered))
        eventually(lambda: queued(server) == 1, "a queue")
        stream.put(item("small"))
        if unordered:
            assert stream.get().id == "small"
            assert not slow.done()
            assert stream.get().id == "large"
        else:
            assert [stream.get().id, stream.get().id] == ["large", "small"]
        stream.half_close()
        assert stream.end() == CODE.OK
        assert wait(slow) == CODE.OK
    at_rest(server)


def test_a_bad_item_does_not_end_the_stream(start):
    server = start()
    with connect(server) as stub:
        good, bad, late = exchange(stub, item("a"), item("b", batches.rloo(group_size=3)), item("c"))
    assert good.HasField("batch") and late.HasField("batch")
    assert bad.id == "b" and refusal(bad).code == 3 and fields(bad) == ["group_size"]
    metrics = at_rest(server)
    assert metrics.value("advantaged_invalid_requests_total", field="group_size") == 1
    assert handled(metrics, "OK", STREAM) == 1


@pytest.mark.parametrize("name", ["", "x" * 65, "é" * 33])
def test_ids_that_may_not_be(stub, name):
    bad, good = exchange(stub, item(name), item("x" * 64))
    assert bad.id == "" and fields(bad) == ["id"]
    assert good.id == "x" * 64 and good.HasField("batch")


def test_an_id_twice(start):
    server = start(*ONE_THREAD)
    with connect(server) as stub:
        slow = start_slow(server, stub)
        stream = Stream(stub)
        stream.put(item("a"), item("a"), item("b"))
        first, second, third = (stream.get() for _ in range(3))
        assert first.HasField("batch") and third.HasField("batch")
        assert second.id == "a" and fields(second) == ["id"]
        for _ in range(100):  # after its reply an id is free
            stream.put(item("a"))
            assert stream.get().HasField("batch")
        stream.half_close()
        assert stream.end() == CODE.OK and wait(slow) == CODE.OK
    at_rest(server)


def test_order_is_decided_once(stub):
    first, second = exchange(stub, item("a"), item("b", unordered=True))
    assert first.HasField("batch") and fields(second) == ["unordered"]
    assert len(exchange(stub, item("a", unordered=True), item("b"), item("c", unordered=True))) == 3


def test_nothing_sent(start):
    server = start()
    with connect(server) as stub:
        assert exchange(stub) == []
    assert handled(at_rest(server), "OK", STREAM) == 1


def test_not_a_message(start):
    server = start()
    with server.channel() as channel:
        call = channel.stream_stream(PATH)(iter([item("a").SerializeToString(), b"\xff"]), timeout=PATIENCE)
        assert stream_pb2.StreamAdvantagesResponse.FromString(next(call)).id == "a"
        with pytest.raises(grpc.RpcError) as caught:
            next(call)
    assert caught.value.code() == CODE.INVALID_ARGUMENT and "message 2" in caught.value.details()
    at_rest(server)


def test_too_large(start):
    server = start("--max-request-bytes=4096")
    with connect(server) as stub:
        bad, good = exchange(stub, item("a", batches.rloo(rewards=[0] * 1100)), item("b"))
        assert refusal(bad).code == 8 and "RetryInfo" not in refusal(bad).details
        assert good.HasField("batch")
        with pytest.raises(grpc.RpcError) as caught:
            exchange(stub, item("a", batches.rloo(rewards=[0] * (1 << 20))))
        assert caught.value.code() == CODE.RESOURCE_EXHAUSTED
    at_rest(server)


def test_a_full_server_refuses_item_by_item(start):
    server = start(*ONE_THREAD, "--max-in-flight-calls=2", "--connection-share=1")
    with connect(server) as stub:
        slow = start_slow(server, stub)
        stream = Stream(stub)
        stream.put(item("a", unordered=True))
        eventually(lambda: queued(server) == 1, "a queue")
        stream.put(item("b"))
        busy = stream.get()
        assert busy.id == "b" and refusal(busy).code == 8
        assert refusal(busy).details["RetryInfo"].retry_delay.ToMilliseconds() > 0
        assert stream.get().HasField("batch") and wait(slow) == CODE.OK
        stream.half_close()
        assert stream.end() == CODE.OK
    assert at_rest(server).value("advantaged_rejected_total", reason="calls") == 1


def test_the_same_bits_as_a_call(shared, stub):
    requests = [batches.rloo(rewards=[1, 0, 0.1, 0.7, 1, 0], group_size=3, group_statistics=True, pass_at=[2])]
    for method in batches.every_method(shared):
        requests.append(compute_pb2.ComputeAdvantagesRequest(
            rewards=[1, 0, 0, 1, 0, 1, 0], group_size=7, lengths=range(1, 8),
            reply_form=compute_pb2.REPLY_FORM_ADVANTAGES_FLOAT32_LE))
        json_format.ParseDict(method, requests[-1].method)
    requests.append(sorting(5000))
    replies = exchange(stub, *(item(i, request) for i, request in enumerate(requests)))
    for request, reply in zip(requests, replies, strict=True):
        expected = stub.ComputeAdvantages(request)
        for one in (expected, reply.batch):
            one.ClearField("timings")
        assert reply.batch.SerializeToString(deterministic=True) == expected.SerializeToString(deterministic=True)


def test_cancelled_midway(start):
    """While the one thread has a window of items before it, whichever of them."""
    server = start(*ONE_THREAD)
    items = [item(i, sorting(1 << 18)) for i in range(60)]
    with connect(server) as stub:
        stream = Stream(stub)
        stream.put(*items)
        eventually(lambda: received(server.metrics()) >= WINDOW, "a full window")
        stream.call.cancel()
        metrics = at_rest(server)
        stream.half_close()
        assert wait(stream.call) == CODE.CANCELLED
    assert handled(metrics, "Canceled", STREAM) == 1
    unanswered = received(metrics) - metrics.value("grpc_server_msg_sent_total", grpc_method=STREAM)
    assert 0 < metrics.sum("advantaged_cancelled_total") <= unanswered <= WINDOW


def test_the_deadline_is_that_of_the_stream(start):
    server = start()
    with connect(server) as stub:
        assert Stream(stub, timeout=0.3).end() == CODE.DEADLINE_EXCEEDED
    at_rest(server)


def test_a_client_that_does_not_read_is_not_read(start):
    """Nothing leaves through its window of 0, so the server takes a window of items and no more, until it opens."""
    server = start()
    peer = Peer(server, window=0)
    stream = peer.http.get_next_available_stream_id()
    peer.http.send_headers(stream, [(":method", "POST"), (":scheme", "http"), (":authority", "t"), (":path", PATH),
                                    ("content-type", "application/grpc"), ("te", "trailers")])
    for i in range(100):
        content = item(i).SerializeToString()
        peer.http.send_data(stream, b"\0" + len(content).to_bytes(4, "big") + content)
    peer.send()
    eventually(lambda: received(server.metrics()) == WINDOW, "a full window")
    with connect(server) as stub:
        for _ in range(50):
            stub.ComputeAdvantages(batches.rloo())
            metrics = server.metrics()
            assert received(metrics) == WINDOW and metrics.value("advantaged_in_flight_calls") <= WINDOW + 1
    peer.http.increment_flow_control_window(1 << 20, stream)
    peer.send()
    eventually(lambda: received(server.metrics()) == 100, "all items")
    peer.abort()
    metrics = at_rest(server)
    assert handled(metrics, "Canceled", STREAM) == 1


def test_drain(start):
    server = start(*ONE_THREAD)
    with connect(server) as stub:
        idle, working = Stream(stub), Stream(stub)
        idle.put(item("a"))
        assert idle.get().HasField("batch")
        working.put(*(item(i, sorting(1 << 18)) for i in range(60)))
        eventually(lambda: received(server.metrics()) > WINDOW, "a full window")
        server.process.send_signal(signal.SIGTERM)
        assert idle.end() == CODE.UNAVAILABLE
        replies = []
        with pytest.raises(grpc.RpcError):
            while True:
                replies.append(working.get())
        assert working.call.code() == CODE.UNAVAILABLE
        working.half_close()
        assert WINDOW <= len(replies) < 60, "what was read is answered, and no more is read"
        assert [reply.id for reply in replies if reply.HasField("batch")] == [str(i) for i in range(len(replies))]
        assert server.process.wait(PATIENCE) == 0
