"""A server whose one thread is busy, and what its other callers hear."""

import contextlib

import batches
import grpc
import pytest
from advantaged.rpc import status_pb2
from advantaged.v1 import advantage_service_pb2_grpc
from running_server import PATIENCE, eventually

CODE = grpc.StatusCode
ONE_THREAD = ("--compute-threads=1", "--inline-responses=0")


@contextlib.contextmanager
def connect(server, index=0, options=()):
    """A stub on a connection of its own."""
    own = [("grpc.use_local_subchannel_pool", 1), ("grpc.max_send_message_length", -1),
           ("grpc.max_receive_message_length", -1)]
    with grpc.insecure_channel(server.grpc[index], options=[*own, *options]) as channel:
        grpc.channel_ready_future(channel).result(timeout=PATIENCE)
        yield advantage_service_pb2_grpc.AdvantageServiceStub(channel)


def busy(server, pool="batches"):
    return server.metrics().value("advantaged_compute_threads_busy", pool=pool)


def queued(server, pool="batches"):
    return server.metrics().value("advantaged_queued_calls", pool=pool)


def start_slow(server, stub, **options):
    """Keeps the one thread of the server busy; returns the call."""
    call = stub.ComputeAdvantages.future(batches.slow(), timeout=PATIENCE, **options)
    eventually(lambda: busy(server) == 1, "a busy thread")
    return call


def details(error, name):
    """The detail of this type, or None."""
    trailers = dict(error.trailing_metadata())
    status = status_pb2.Status.FromString(trailers["grpc-status-details-bin"])
    for detail in status.details:
        if detail.type_url == f"type.googleapis.com/google.rpc.{name}":
            return getattr(status_pb2, name).FromString(detail.value)
    return None


def refused(call):
    """The error of a call that must be refused as RESOURCE_EXHAUSTED."""
    with pytest.raises(grpc.RpcError) as caught:
        call.result()
    assert caught.value.code() == CODE.RESOURCE_EXHAUSTED, caught.value
    return caught.value


def wait(call):
    """The code with which a call ends."""
    with contextlib.suppress(grpc.RpcError, grpc.FutureCancelledError):
        call.result(timeout=PATIENCE)
    return call.code()
