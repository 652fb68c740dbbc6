"""Limits of a StreamAdvantages call: who is refused, item by item, and who is served all the same."""

import batches
import grpc
import pytest
from busy_server import CODE, ONE_THREAD, busy, connect, queued, start_slow, wait
from hostile_test import Peer, frame
from rest import at_rest, handled
from running_server import PATIENCE, eventually
from streams import (SMALL_WINDOW, STREAM, WINDOW, Stream, all_unread, exchange, ids, item, large_reply, received,
                     refusal, sent)


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


def test_a_client_that_does_not_read_is_not_read(start):
    """Nothing leaves through its window of 0, so the server takes a window of items and no more, until it opens."""
    server = start()
    peer = Peer(server, window=0)
    stream = peer.begin(rpc=STREAM)
    peer.write(stream, b"".join(frame(item(i)) for i in range(100)))
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


def test_too_much_metadata(start):
    server = start("--max-metadata-bytes=1000")
    with connect(server) as stub:
        assert len(exchange(stub, item("a"), metadata=[("note", "x" * 500)])) == 1
        with pytest.raises(grpc.RpcError) as caught:
            exchange(stub, item("a"), metadata=[("note", "x" * 1000)])
    assert caught.value.code() == CODE.RESOURCE_EXHAUSTED
    assert "--max-metadata-bytes" in caught.value.details()
    assert dict(caught.value.trailing_metadata())["grpc-retry-pushback-ms"] == "-1"
    metrics = at_rest(server)
    assert metrics.value("advantaged_rejected_total", reason="metadata_too_large") == 1
    assert handled(metrics, "ResourceExhausted", STREAM) == 1
    assert metrics.value("advantaged_stage_seconds_count", stage="compute") == 1


def test_all_streams_of_a_connection_have_one_share(start, listen):
    server = start(*ONE_THREAD, "--max-in-flight-calls=6", "--connection-share=0.5", listen=[listen])
    with connect(server) as flood, connect(server) as other:
        slow = start_slow(server, flood)
        streams = [Stream(flood), Stream(flood), Stream(other)]
        for stream in streams:
            stream.put(item("a", unordered=True))
        eventually(lambda: queued(server) == 3, "an item of each")
        for stream in streams:
            stream.put(item("b"))
        for stream in streams[:2]:
            refused = stream.get()
            assert refused.id == "b" and "--connection-share" in refusal(refused).message
            assert refusal(refused).details["RetryInfo"].retry_delay.ToMilliseconds() > 0
        assert sorted(ids(streams[2].get() for _ in range(2))) == ["a", "b"]
        for stream in streams[:2]:
            reply = stream.get()
            assert reply.id == "a" and reply.HasField("batch")
        assert wait(slow) == CODE.OK
        for stream in streams:
            stream.half_close()
            assert stream.end() == CODE.OK
    assert at_rest(server).value("advantaged_rejected_total", reason="connection_share") == 2


def test_a_flood_does_not_push_another_out_of_the_queue(start, listen):
    server = start(*ONE_THREAD, "--max-queued-calls=4", listen=[listen])
    with connect(server) as flood, connect(server) as other:
        stream = Stream(flood)
        stream.put(item(0, batches.slow(), unordered=True))
        eventually(lambda: busy(server) == 1, "a busy thread")
        for i in range(1, 5):
            # Long enough to be seen unfinished by whoever was served before it.
            stream.put(item(i, batches.slow() if i == 1 else None))
            eventually(lambda: queued(server) == i, "a longer queue")
        polite = other.ComputeAdvantages.future(batches.rloo(), timeout=PATIENCE)
        # The newest item of the flood made room.
        refused = stream.get()
        assert refused.id == "4" and "--max-queued-calls" in refusal(refused).message
        assert wait(polite) == CODE.OK
        assert sent(server.metrics()) <= 2, "served before the flood's queue"
        stream.half_close()
        assert ids(stream.rest()) == ["0", "1", "2", "3"] and stream.call.code() == CODE.OK
    assert at_rest(server).value("advantaged_rejected_total", reason="queue") == 1


def test_replies_that_are_not_read_fill_the_share_of_their_connection(start, listen):
    """Of 4 MiB: three of its replies. Others have the rest; what was refused is sent again when there is room."""
    share = 4 << 20
    server = start(f"--max-in-flight-bytes={2 * share}", "--connection-share=0.5", listen=[listen])
    batch = large_reply(1)
    with connect(server, options=SMALL_WINDOW) as stub, connect(server) as other:
        stream = Stream(stub)
        stream.put(*(item(i, batch) for i in range(40)))
        eventually(lambda: received(server.metrics()) == WINDOW and all_unread(server, 3), "three replies")
        for _ in range(20):
            assert len(other.ComputeAdvantages(batch, timeout=PATIENCE).advantages_float32_le) == 1 << 20
            metrics = server.metrics()
            assert received(metrics) == WINDOW and metrics.value("advantaged_in_flight_bytes") <= 2 * share
        assert metrics.value("advantaged_rejected_total", reason="connection_share") == WINDOW - 3
        replies = [stream.get() for _ in range(40)]
        assert ids(replies) == [str(i) for i in range(40)]
        refused = [reply.id for reply in replies if not reply.HasField("batch")]
        assert refused[:WINDOW - 3] == [str(i) for i in range(3, WINDOW)]
        for name in refused:  # one at a time, so there is room
            stream.put(item(name, batch))
            assert len(stream.get().batch.advantages_float32_le) == 1 << 20
        stream.half_close()
        assert stream.end() == CODE.OK
    at_rest(server)
