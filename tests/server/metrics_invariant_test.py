"""At rest, calls started are the sum of calls handled, whatever became of them.

Each end by itself is in calls_test.py; here are those that meet each other, the connection or the
end of the server.
"""

import collections
import concurrent.futures
import pathlib
import random
import signal
import subprocess
import sys

import batches
import grpc
from advantaged.v1 import catalog_pb2, compute_pb2
from drain_test import FOREVER
from rest import RPC, at_rest, handled, started
from running_server import PATIENCE, eventually

CODE = grpc.StatusCode
SERVICE = "/advantaged.v1.AdvantageService/"
LIMIT = 1 << 19  # bytes of a request
SERVING = b"\x08\x01"  # a HealthCheckResponse


def sorting(responses=100_000):
    """A request that takes the server longer than the network, and not long."""
    request = compute_pb2.ComputeAdvantagesRequest(
        rewards=random.Random(1).choices(range(1000), k=responses), group_size=responses,
        reply_form=compute_pb2.REPLY_FORM_ADVANTAGES_FLOAT32_LE)
    request.method.max_at_k.k = 4
    return request


def wait_for_calls_in_flight(server, calls):
    eventually(lambda: server.metrics().value("advantaged_requests_in_flight") == calls, "calls")


def test_ends_of_every_kind_at_once(start):
    server = start(f"--max-request-bytes={LIMIT}")
    long, large = sorting(), sorting(LIMIT // 4 + 1)
    assert long.ByteSize() < LIMIT < large.ByteSize()
    kinds = ("good", "invalid", "large", "cancelled", "late", "catalog")
    threads, calls_of_each = 4, 8

    def client(seed):
        """Returns how many calls of each kind ended with which code."""
        source = random.Random(seed)
        ends = collections.Counter()
        with server.stub() as stub:
            for kind in source.sample(kinds * calls_of_each, len(kinds) * calls_of_each):
                call = {
                    "good": lambda: stub.ComputeAdvantages.future(batches.rloo()),
                    "invalid": lambda: stub.ComputeAdvantages.future(batches.rloo(group_size=3)),
                    "large": lambda: stub.ComputeAdvantages.future(large),
                    "cancelled": lambda: stub.ComputeAdvantages.future(long),
                    "late": lambda: stub.ComputeAdvantages.future(
                        long, timeout=source.uniform(0.001, 0.1)),
                    "catalog": lambda: stub.ListMethods.future(catalog_pb2.ListMethodsRequest()),
                }[kind]()
                if kind == "cancelled":
                    # Some other work first, so that the server is anywhere in its own.
                    for _ in range(source.randrange(4)):
                        stub.GetServerInfo(catalog_pb2.GetServerInfoRequest())
                    call.cancel()
                else:
                    call.exception(PATIENCE)
                ends[kind, call.code()] += 1
        return ends

    with concurrent.futures.ThreadPoolExecutor(threads) as pool:
        ends = sum(pool.map(client, range(threads)), collections.Counter())
    metrics = at_rest(server)

    each = threads * calls_of_each
    assert ends["good", CODE.OK] == ends["catalog", CODE.OK] == each
    assert handled(metrics, "OK", "ListMethods") == started(metrics, "ListMethods") == each
    assert ends["invalid", CODE.INVALID_ARGUMENT] == handled(metrics, "InvalidArgument") == each
    assert ends["large", CODE.RESOURCE_EXHAUSTED] == handled(metrics, "ResourceExhausted") == each
    assert metrics.value("advantaged_rejected_total", reason="too_large") == each
    # A caller that leaves does not learn whether the server was done, or had begun.
    assert handled(metrics, "OK") >= each + ends["cancelled", CODE.OK] + ends["late", CODE.OK]
    left = handled(metrics, "Canceled") + handled(metrics, "DeadlineExceeded")
    assert 0 < left <= 2 * each
    assert started(metrics) == handled(metrics, "OK") + 2 * each + left


def test_client_dies_while_computing(start):
    """The connection ends without a word about its call."""
    server = start()
    client = subprocess.Popen(
        [sys.executable, "-c", "import sys, batches, grpc, running_server\n"
         "from advantaged.v1 import advantage_service_pb2_grpc as service\n"
         "channel = grpc.insecure_channel(sys.argv[1],"
         " options=[('grpc.max_send_message_length', -1)])\n"
         "service.AdvantageServiceStub(channel).ComputeAdvantages(batches.slow())\n",
         server.grpc[0]], cwd=pathlib.Path(__file__).parent)
    try:
        wait_for_calls_in_flight(server, 1)
        client.send_signal(signal.SIGKILL)
        metrics = at_rest(server)
    finally:
        client.kill()
        client.wait()
    assert handled(metrics, "Canceled") == started(metrics) == 1
    assert metrics.sum("advantaged_groups_total") == 0


def test_calls_that_grpc_itself_refuses_are_not_counted(start):
    server = start(f"--max-request-bytes={LIMIT}")
    beyond_transport_cap = bytes(2 * LIMIT + (1 << 20) + 1)
    with server.channel() as channel:
        for method, message in ((RPC, beyond_transport_cap), ("NoSuchMethod", b"")):
            call = channel.unary_unary(SERVICE + method).future(message)
            assert call.exception(PATIENCE) is not None
    metrics = at_rest(server)
    assert started(metrics) == 0
    assert metrics.sum("grpc_server_started_total") == 0


def test_drain_with_calls_in_flight(start):
    server = start(FOREVER)  # so that there is time for a look after the last call
    with server.channel() as channel, server.stub() as stub:
        watch = channel.unary_stream("/grpc.health.v1.Health/Watch")(b"", timeout=PATIENCE)
        assert next(watch) == SERVING
        finished, cancelled = (stub.ComputeAdvantages.future(batches.slow()) for _ in range(2))
        wait_for_calls_in_flight(server, 2)
        server.process.send_signal(signal.SIGTERM)
        assert next(watch) != SERVING
        cancelled.cancel()
        assert finished.result(PATIENCE)
        metrics = at_rest(server)
        assert server.stop() == 128 + signal.SIGTERM
    assert started(metrics) == 2
    assert handled(metrics, "OK") == handled(metrics, "Canceled") == 1
