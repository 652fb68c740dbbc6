"""StreamAdvantages: order, ids, and replies item by item. How it ends, and its limits: stream_end, stream_limits."""

import batches
import grpc
import pytest
from advantaged.v1 import compute_pb2, stream_pb2
from busy_server import CODE, ONE_THREAD, connect, queued, start_slow, wait
from google.protobuf import json_format
from rest import at_rest, handled
from running_server import PATIENCE, eventually
from streams import PATH, STREAM, WINDOW, Stream, exchange, fields, ids, item, received, refusal, sent, sorting


def test_in_order_though_the_first_takes_longest(start, listen):
    server = start("--compute-threads=1", listen=[listen])
    with connect(server) as stub:
        replies = exchange(stub, item("big", sorting(1 << 19)), *(item(i) for i in range(40)))
    assert ids(replies) == ["big", *map(str, range(40))]
    assert all(reply.HasField("batch") and not reply.HasField("status") for reply in replies)
    metrics = at_rest(server)
    assert handled(metrics, "OK", STREAM) == 1
    assert received(metrics) == sent(metrics) == 41
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


def test_items_queue_in_their_order(start):
    """The only thread takes them out in the order in which they came in, and none waits for another's reply."""
    server = start(*ONE_THREAD)
    large = sorting(1 << 16)
    with connect(server) as stub:
        for _ in range(50):
            items = [item(i, large if i % 4 == 0 else None, unordered=True) for i in range(WINDOW)]
            assert ids(exchange(stub, *items)) == [str(i) for i in range(WINDOW)]
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


def test_an_item_without_a_batch(stub):
    bad, good = exchange(stub, stream_pb2.StreamAdvantagesRequest(id="a"), item("b"))
    with pytest.raises(grpc.RpcError) as caught:
        stub.ComputeAdvantages(compute_pb2.ComputeAdvantagesRequest())
    assert bad.id == "a" and refusal(bad).message == caught.value.details()
    assert good.HasField("batch")


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
