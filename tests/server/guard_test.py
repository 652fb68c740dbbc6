"""Which connections the server shuts down, and that no client that keeps to HTTP/2 is among them."""

import concurrent.futures
import contextlib
import signal
import socket
import struct

import batches
import grpc
import h2.config
import h2.connection
import h2.events
import pytest
from advantaged.v1 import advantage_service_pb2_grpc, catalog_pb2, compute_pb2
from busy_server import connect, details
from rest import at_rest
from running_server import PATIENCE, eventually

UNKNOWN = bytes([0, 0, 0, 0x77, 0, 0, 0, 0, 0])  # a frame that nobody answers
REASONS = ("streams", "cancelled", "unaccounted", "holding", "memory")


def closed(server, **labels):
    return server.metrics().sum("advantaged_connections_closed_total", **labels)


class Peer:
    """A client whose every frame the test decides."""

    def __init__(self, address):
        if address.startswith("unix:"):
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.settimeout(PATIENCE)
            self.socket.connect(address.removeprefix("unix:"))
        else:
            host, port = address.rsplit(":", 1)
            self.socket = socket.create_connection((host.strip("[]"), int(port)), PATIENCE)
        self.http = h2.connection.H2Connection(h2.config.H2Configuration(client_side=True))
        self.http.initiate_connection()
        self.send()

    def send(self):
        self.socket.sendall(self.http.data_to_send())

    def receive(self):
        """The events of what has come; none once the server has closed."""
        with contextlib.suppress(ConnectionError):
            received = self.socket.recv(1 << 16)
            if received:
                events = self.http.receive_data(received)
                self.send()
                return events
        return None

    def begin(self, rpc="ComputeAdvantages"):
        stream = self.http.get_next_available_stream_id()
        self.http.send_headers(stream, [
            (":method", "POST"), (":scheme", "http"), (":authority", "test"),
            (":path", f"/advantaged.v1.AdvantageService/{rpc}"),
            ("content-type", "application/grpc"), ("te", "trailers")])
        self.send()
        return stream

    def write(self, stream, data, end=False):
        while data:
            while not (room := min(self.http.local_flow_control_window(stream), 16384)):
                assert self.receive() is not None, "the server has closed the connection"
            self.http.send_data(stream, data[:room], end_stream=end and len(data) <= room)
            data = data[room:]
            self.send()

    def answer(self, stream):
        """grpc-status of a call."""
        status = None
        while (events := self.receive()) is not None:
            for event in events:
                if isinstance(event, (h2.events.TrailersReceived, h2.events.ResponseReceived)):
                    status = dict(event.headers).get(b"grpc-status", status)
                if isinstance(event, h2.events.StreamEnded) and event.stream_id == stream:
                    return status
        raise AssertionError("the server has closed the connection")

    def call(self):
        content = batches.rloo().SerializeToString()
        stream = self.begin()
        self.write(stream, struct.pack(">BI", 0, len(content)) + content, end=True)
        return self.answer(stream)


def flood(peer, piece=UNKNOWN * 4096):
    """Sends until the server has closed, or 64 MiB."""
    for _ in range((64 << 20) // len(piece)):
        try:
            peer.socket.sendall(piece)
        except ConnectionError:
            return True
    return False


@pytest.fixture(name="address", params=["127.0.0.1:0", "[::1]:0", "[::]:0"])
def addresses(request):
    """Where a server listens; [::] sees IPv4 clients as IPv6."""
    with contextlib.suppress(OSError), socket.create_server(("::1", 0), family=socket.AF_INET6):
        return request.param
    if request.param.startswith("["):
        pytest.skip("no IPv6")
    return request.param


def dialled(server):
    return server.grpc[0].replace("[::]", "127.0.0.1")


def test_a_connection_that_brings_what_is_no_call_is_closed(start, address):
    server = start(listen=[address])
    with connect(server) as good:
        peer = Peer(dialled(server))
        assert flood(peer)
        eventually(lambda: closed(server, reason="unaccounted") == 1, "counted")
        good.ComputeAdvantages(batches.rloo(), timeout=PATIENCE)
    assert closed(server) == 1
    eventually(lambda: "closed: unaccounted" in server.log(), "a line in the log")


def test_calls_count_for_their_connection_whatever_the_address(start, address):
    """More than a connection may bring that has no calls: 2000 messages of a KiB."""
    server = start(listen=[address])
    with grpc.insecure_channel(dialled(server)) as channel:
        stub = advantage_service_pb2_grpc.AdvantageServiceStub(channel)
        request = compute_pb2.ComputeAdvantagesRequest(rewards=[0, 1] * 2048, group_size=16)
        request.method.rloo.SetInParent()
        for _ in range(500):
            stub.ComputeAdvantages(request, timeout=PATIENCE)
    assert closed(server) == 0


def test_more_calls_than_the_client_was_told_close_its_connection(start):
    server = start("--max-streams-per-connection=10")
    peer = Peer(server.grpc[0])
    # The library would keep to the limit if it read it.
    with contextlib.suppress(ConnectionError):
        for _ in range(10000):
            peer.begin()
    eventually(lambda: closed(server, reason="streams") == 1, "counted")
    eventually(lambda: server.metrics().value("advantaged_connections", transport="tcp") == 0, "closed")


def test_calls_that_are_reset_at_once_close_their_connection(start):
    server = start()
    peer = Peer(server.grpc[0])
    with contextlib.suppress(ConnectionError):
        for _ in range(100000):
            peer.http.reset_stream(peer.begin())
            peer.send()
    eventually(lambda: closed(server, reason="cancelled") == 1, "counted")


def test_a_unix_socket_is_for_neighbours(start, tmp_path):
    server = start(listen=[f"unix:{tmp_path}/grpc.sock"])
    peer = Peer(server.grpc[0])
    assert not flood(peer)
    assert closed(server) == 0


class TestStays:
    """Clients that mean well keep their connections."""

    @pytest.fixture(name="server")
    def unharmed(self, start):
        server = start("--max-request-bytes=32MiB")
        yield server
        assert {reason: closed(server, reason=reason) for reason in REASONS} == dict.fromkeys(REASONS, 0)

    def test_the_largest_requests_in_several_calls_at_once(self, server):
        request = compute_pb2.ComputeAdvantagesRequest(rewards_float32_le=bytes((32 << 20) - 4096), group_size=16,
                                                       reply_form=compute_pb2.REPLY_FORM_ADVANTAGES_FLOAT32_LE)
        request.method.grpo.SetInParent()
        with connect(server) as stub, concurrent.futures.ThreadPoolExecutor(6) as pool:
            for reply in pool.map(lambda _: stub.ComputeAdvantages(request, timeout=PATIENCE), range(12)):
                assert len(reply.advantages_float32_le) == len(request.rewards_float32_le)

    def test_an_upload_that_ends_in_the_middle_again_and_again(self, server):
        """A trainer whose deadline passes."""
        peer = Peer(server.grpc[0])
        for _ in range(100):
            stream = peer.begin()
            peer.write(stream, struct.pack(">BI", 0, 1 << 20) + bytes(60000))
            peer.http.reset_stream(stream)
            peer.send()
            assert peer.call() == b"0"

    def test_a_slow_upload(self, server):
        content = batches.rloo().SerializeToString()
        data = struct.pack(">BI", 0, len(content)) + content
        peer = Peer(server.grpc[0])
        stream = peer.begin()
        for i in range(len(data)):
            peer.write(stream, data[i:i + 1], end=i == len(data) - 1)
        assert peer.answer(stream) == b"0"

    def test_watchers_of_health(self, server):
        with server.channel() as channel:
            watch_health = channel.unary_stream("/grpc.health.v1.Health/Watch")
            for _ in range(20):
                watches = [watch_health(b"") for _ in range(20)]
                for watch in watches:
                    next(watch)
                    watch.cancel()

    def test_many_small_calls(self, server):
        with connect(server) as stub, concurrent.futures.ThreadPoolExecutor(8) as pool:
            for _ in pool.map(lambda _: stub.ComputeAdvantages(batches.rloo(), timeout=PATIENCE), range(3000)):
                pass

    def test_calls_with_deadlines_that_have_no_chance(self, server):
        with connect(server) as stub:
            for _ in range(2000):
                with contextlib.suppress(grpc.RpcError):
                    stub.ComputeAdvantages(batches.rloo(), timeout=0.0005)
            stub.ComputeAdvantages(batches.rloo(), timeout=PATIENCE)
        at_rest(server)

    def test_pings_without_a_call(self, server):
        peer = Peer(server.grpc[0])
        for i in range(3):  # gRPC itself allows three in a row
            peer.http.ping(struct.pack(">Q", i))
            peer.send()
        assert peer.call() == b"0"


def test_while_memory_is_short_calls_are_told_when_to_come_again(start, tmp_path):
    config = tmp_path / "config.toml"
    config.write_text('max_memory = "8MiB"\n', encoding="utf-8")
    server = start(f"--config={config}")
    assert server.metrics().value("advantaged_limit", limit="max_memory") == 8 << 20
    with connect(server) as stub:
        with pytest.raises(grpc.RpcError) as caught:
            stub.ComputeAdvantages(batches.rloo(), timeout=PATIENCE)
        error = caught.value
        assert error.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
        assert "--max-memory" in error.details()
        assert details(error, "RetryInfo").retry_delay.seconds == 1
        assert server.metrics().value("advantaged_rejected_total", reason="memory") == 1
        assert stub.GetServerInfo(catalog_pb2.GetServerInfoRequest(), timeout=PATIENCE).version

        config.write_text('max_memory = "8GiB"\n', encoding="utf-8")
        server.process.send_signal(signal.SIGHUP)
        eventually(lambda: "max_memory has changed" in server.log(), "the new limit")
        stub.ComputeAdvantages(batches.rloo(), timeout=PATIENCE)
