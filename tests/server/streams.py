"""Clients of StreamAdvantages, and what they send."""

import queue
import random

import batches
import grpc
import pytest
from advantaged.v1 import compute_pb2, stream_pb2
from running_server import PATIENCE
from transports import status_to_refusal

STREAM = "StreamAdvantages"
WINDOW = 16
# Of a client to whom no more than 64 KiB leave before it reads. Else its window grows by megabytes.
SMALL_WINDOW = [("grpc.http2.bdp_probe", 0)]
PATH = f"/advantaged.v1.AdvantageService/{STREAM}"


def item(name, batch=None, **fields):
    return stream_pb2.StreamAdvantagesRequest(id=str(name), batch=batch or batches.rloo(), **fields)


def sorting(responses):
    """Too large to be computed at once: it goes to the pool."""
    request = compute_pb2.ComputeAdvantagesRequest(
        rewards=random.Random(1).choices(range(1000), k=responses), group_size=responses)
    request.method.max_at_k.k = 4
    return request


def large_reply(mebibytes):
    """A batch whose advantages have so many, 32 times as much as its rewards."""
    responses = mebibytes << 18
    request = compute_pb2.ComputeAdvantagesRequest(
        reward_bits=random.Random(1).randbytes(responses // 8), response_count=responses, group_size=16,
        reply_form=compute_pb2.REPLY_FORM_ADVANTAGES_FLOAT32_LE)
    request.method.rloo.SetInParent()
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

    def rest(self):
        """The replies until the end. They are read by and by."""
        replies = []
        with pytest.raises((grpc.RpcError, StopIteration)):
            while True:
                replies.append(self.get())
        self.half_close()
        return replies

    def end(self):
        """The code with which it ends; fails if there are more replies."""
        assert not self.rest()
        return self.call.code()


def exchange(stub, *items, **options):
    return list(stub.StreamAdvantages(iter(items), timeout=PATIENCE, **options))


def ids(replies):
    return [reply.id for reply in replies]


def refusal(reply):
    assert not reply.HasField("batch") and reply.HasField("status")
    return status_to_refusal(reply.status)


def fields(reply):
    return [violation.field for violation in refusal(reply).details["BadRequest"].field_violations]


def received(metrics):
    return metrics.value("grpc_server_msg_received_total", grpc_method=STREAM)


def sent(metrics):
    return metrics.value("grpc_server_msg_sent_total", grpc_method=STREAM)


def all_unread(server, items):
    """True if so many items are answered and nothing else is under way: their client does not read."""
    metrics = server.metrics()
    return (metrics.value("advantaged_in_flight_calls") == items and metrics.value("advantaged_queued_calls", pool="batches") == 0
            and metrics.value("advantaged_compute_threads_busy", pool="batches") == 0)
