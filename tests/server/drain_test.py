"""The end under load: the delay in which calls are still accepted, and what cuts it short."""

import contextlib
import json
import signal
import socket
import threading
import time
import urllib.error

import batches
import grpc
import pytest
from advantaged.v1 import advantage_service_pb2_grpc, compute_pb2
from running_server import PATIENCE, eventually

FOREVER = "--drain-delay=3600"


def is_ready(server):
    try:
        return server.get("/readyz") == "ready\n"
    except urllib.error.HTTPError as error:
        assert error.code == 503
        return False


class Load:
    """Threads that call without a pause, each call without a retry."""

    def __init__(self, channel, threads=4):
        self.stub = advantage_service_pb2_grpc.AdvantageServiceStub(channel)
        self.calls = 0
        self.failures = []
        self.stopped = threading.Event()
        self.threads = [threading.Thread(target=self.run) for _ in range(threads)]

    def run(self):
        while not self.stopped.is_set():
            try:
                self.stub.ComputeAdvantages(batches.rloo(), timeout=PATIENCE)
            except grpc.RpcError as error:
                self.failures.append(error)
            self.calls += 1  # about right is enough

    @contextlib.contextmanager
    def running(self):
        for thread in self.threads:
            thread.start()
        try:
            yield
        finally:
            self.stopped.set()
            for thread in self.threads:
                thread.join()

    def more(self, calls):
        """Waits for that many further calls."""
        goal = self.calls + calls
        eventually(lambda: self.calls >= goal, "calls")


def test_no_call_fails_where_clients_watch_health(start):
    """Two replicas behind a client that balances and watches health; one goes."""
    leaving, staying = start(FOREVER), start()
    service = {"loadBalancingConfig": [{"round_robin": {}}],
               "healthCheckConfig": {"serviceName": "advantaged.v1.AdvantageService"}}
    target = f"ipv4:{leaving.grpc[0]},{staying.grpc[0]}"
    options = [("grpc.service_config", json.dumps(service)), ("grpc.enable_retries", 0)]

    def handled(server):
        return server.metrics().value("grpc_server_handled_total", grpc_code="OK",
                                      grpc_method="ComputeAdvantages")

    def forgotten():
        before = handled(leaving)
        load.more(50)
        return handled(leaving) == before

    with grpc.insecure_channel(target, options=options) as channel:
        load = Load(channel)
        with load.running():
            eventually(lambda: handled(leaving) > 20 and handled(staying) > 20, "both are called")
            leaving.process.send_signal(signal.SIGTERM)
            eventually(forgotten, "no more calls to the one that goes")
            assert leaving.stop() == 128 + signal.SIGTERM
            load.more(100)
        assert not load.failures


def test_calls_are_accepted_during_the_delay(start):
    server = start(FOREVER)
    with server.channel() as channel:
        load = Load(channel)
        with load.running():
            load.more(20)
            server.process.send_signal(signal.SIGTERM)
            eventually(lambda: not is_ready(server), "not ready")
            load.more(100)
        assert not load.failures
        # A client that comes late, too.
        with server.stub() as stub:
            stub.ComputeAdvantages(batches.rloo())


# What a call sees that reaches a server which is shutting down (docs/operations.md, Drain).
TOO_LATE = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED)


class RetryingClient(threading.Thread):
    """Calls without a pause, one call at a time. What came too late for a replica it asks of another."""

    def __init__(self, leaving, staying, request):
        super().__init__()
        self.request = request
        self.stubs = [advantage_service_pb2_grpc.AdvantageServiceStub(channel) for channel in (leaving, staying)]
        self.answers = [0, 0]  # of each replica
        self.failures = []
        self.stopped = threading.Event()

    def run(self):
        while not self.stopped.is_set() and not self.failures:
            for i, stub in enumerate(self.stubs):
                try:
                    stub.ComputeAdvantages(self.request, timeout=PATIENCE)
                    self.answers[i] += 1
                    break
                except grpc.RpcError as error:
                    # A server that hardly gets a processor keeps its places until it has seen that answers left.
                    if error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED:
                        continue
                    if i == 1 or error.code() not in TOO_LATE:
                        self.failures.append(error)


@pytest.mark.parametrize("delay", [0, 1])
def test_under_constant_load_a_retry_elsewhere_saves_every_call(start, delay):
    """One client sends small batches, one large ones, neither pauses; the replica has no quiet moment to end in."""
    large = compute_pb2.ComputeAdvantagesRequest(rewards_float32_le=bytes(4 << 18), group_size=16,
                                                 reply_form=compute_pb2.REPLY_FORM_ADVANTAGES_FLOAT32_LE)
    large.method.rloo.SetInParent()
    leaving, staying = start(f"--drain-delay={delay}", "--drain-timeout=4"), start()
    with contextlib.ExitStack() as stack:
        clients = []
        for request in (batches.rloo(), large):
            # A pool of connections for each: otherwise both clients would share one.
            options = [("grpc.use_local_subchannel_pool", 1)]
            channels = [stack.enter_context(grpc.insecure_channel(server.grpc[0], options))
                        for server in (leaving, staying)]
            clients.append(RetryingClient(*channels, request))
        for client in clients:
            client.start()
        eventually(lambda: all(client.answers[0] > 20 or client.failures for client in clients), "load")
        assert leaving.stop() == 0, leaving.log()
        goal = [client.answers[1] + 20 for client in clients]
        eventually(lambda: all(client.answers[1] >= wanted or client.failures
                               for client, wanted in zip(clients, goal)), "answers from the other")
        for client in clients:
            client.stopped.set()
            client.join()
            assert not client.failures


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_second_signal_ends_at_once(start, number):
    server = start(FOREVER)
    server.process.send_signal(signal.SIGTERM)
    eventually(lambda: not is_ready(server), "not ready")
    assert server.stop(number) == 128 + number


def test_hangup_while_shutting_down_is_harmless(start):
    server = start(FOREVER)
    server.process.send_signal(signal.SIGTERM)
    eventually(lambda: not is_ready(server), "not ready")
    server.process.send_signal(signal.SIGHUP)
    assert server.get("/livez") == "alive\n"
    assert server.stop() == 128 + signal.SIGTERM


def test_interrupt_knows_no_delay(start):
    assert start(FOREVER).stop(signal.SIGINT) == 0


class SlowReader(threading.Thread):
    """Passes one connection's bytes on, those of the server a little at a time, and says that it has read them."""

    WINDOW_UPDATE = b"\0\0\4\x08\0\0\0\0\0\0\0\0\1"  # HTTP/2: the connection may send one byte more

    def __init__(self, server):
        super().__init__()
        self.server = server
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = "127.0.0.1:{}".format(self.listener.getsockname()[1])

    def run(self):
        host, port = self.server.grpc[0].split(":")
        with self.listener, self.listener.accept()[0] as client, socket.create_connection((host, int(port))) as server:
            there = threading.Thread(target=self.forward, args=(client, server))
            there.start()
            self.forward(server, client, then=self.say_so)
            there.join()

    @staticmethod
    def forward(source, sink, then=lambda source, chunk: None):
        with contextlib.suppress(OSError):
            while chunk := source.recv(1 << 18):
                sink.sendall(chunk)
                then(source, chunk)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)

    def say_so(self, server, chunk):
        if len(chunk) > 1 << 12:  # else the request may be under way, into which nothing fits
            server.sendall(self.WINDOW_UPDATE)
            time.sleep(0.002)


def test_large_answer_that_leaves_slowly(start):
    """It is not lost with its connection: the kernel has the last megabytes after gRPC is done with them."""
    server = start()
    reader = SlowReader(server)
    reader.start()
    request = batches.slow()
    with grpc.insecure_channel(reader.address, options=[("grpc.max_send_message_length", -1),
                                                        ("grpc.max_receive_message_length", -1)]) as channel:
        call = advantage_service_pb2_grpc.AdvantageServiceStub(channel).ComputeAdvantages.future(request)
        eventually(lambda: server.metrics().value("advantaged_requests_in_flight") == 1, "a call")
        server.process.send_signal(signal.SIGTERM)
        assert len(call.result(PATIENCE).advantages_float32_le) == 4 * request.response_count
    assert server.process.wait(PATIENCE) == 0
    reader.join()


def test_calls_that_outlast_the_limit_are_cancelled(start):
    server = start("--drain-timeout=0")
    with server.stub() as stub:
        call = stub.ComputeAdvantages.future(batches.slow())
        eventually(lambda: server.metrics().value("advantaged_requests_in_flight") == 1, "a call")
        assert server.stop() == 0
        assert call.exception(PATIENCE).code() in (grpc.StatusCode.UNAVAILABLE,
                                                   grpc.StatusCode.CANCELLED)
