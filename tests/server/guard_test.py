"""While memory is short calls are refused and connections that fill it are shut down; good clients keep theirs."""

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
from advantaged.v1 import catalog_pb2, compute_pb2
from busy_server import CODE, connect, details, wait
from raw_http2 import GREETING, frame, literal, message_bytes, request_headers
from rest import at_rest
from running_server import PATIENCE, eventually
from streams import SMALL_WINDOW, WINDOW, Stream, all_unread, ids, item, large_reply
from transports import post, to_json

COMPUTE = "/advantaged.v1.AdvantageService/ComputeAdvantages"
BATCH = message_bytes(batches.rloo().SerializeToString())
REASONS = ("streams", "memory")
# What the manifest of the sidecar has.
SIDECAR = ("--max-memory=768MiB", "--max-in-flight-bytes=64MiB", "--max-request-bytes=32MiB", "--connection-share=1")
LARGEST = (32 << 20) - 4096  # bytes of rewards


def shut_down(server, **labels):
    return server.metrics().sum("advantaged_connections_shut_down_total", **labels)


def refused(server):
    return server.metrics().value("advantaged_rejected_total", reason="memory")


class Peer:
    """A client whose every frame the test decides."""

    def __init__(self, server):
        address = server.grpc[0]
        if address.startswith("unix:"):
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.connect(address.removeprefix("unix:"))
        else:
            host, port = address.rsplit(":", 1)
            self.socket = socket.create_connection((host, int(port)))
        self.socket.settimeout(PATIENCE)
        self.http = h2.connection.H2Connection(h2.config.H2Configuration(client_side=True))
        self.http.initiate_connection()
        self.send()

    def send(self):
        self.socket.sendall(self.http.data_to_send())

    def receive(self):
        received = self.socket.recv(1 << 16)
        if not received:
            raise ConnectionError("the server has closed the connection")
        events = self.http.receive_data(received)
        self.send()
        return events

    def begin(self):
        stream = self.http.get_next_available_stream_id()
        self.http.send_headers(stream, request_headers(COMPUTE))
        self.send()
        return stream

    def write(self, stream, data, end=False):
        data = memoryview(data)  # slices of it are no copies
        while data:
            while not (room := min(self.http.local_flow_control_window(stream), 16384)):
                self.receive()
            self.http.send_data(stream, bytes(data[:room]), end_stream=end and len(data) <= room)
            data = data[room:]
            self.send()

    def answer(self, stream):
        """grpc-status of a call."""
        status = None
        while True:
            for event in self.receive():
                if isinstance(event, (h2.events.TrailersReceived, h2.events.ResponseReceived)):
                    status = dict(event.headers).get(b"grpc-status", status)
                if isinstance(event, h2.events.StreamEnded) and event.stream_id == stream:
                    return status

    def call(self):
        stream = self.begin()
        self.write(stream, BATCH, end=True)
        return self.answer(stream)


def fill(server, stack, connections):
    """Connections with two messages of 24 MiB each that do not end; all calls are there before memory is short."""
    peers = [Peer(server) for _ in range(connections)]
    calls = [(peer, peer.begin()) for peer in peers for _ in range(2)]
    for peer, stream in calls:
        stack.callback(peer.socket.close)
        peer.write(stream, struct.pack(">BI", 0, 32 << 20))
    for peer, stream in calls:
        with contextlib.suppress(ConnectionError):  # shut down
            peer.write(stream, bytes(24 << 20))


def calls_without_end():
    """Calls of some bytes each, by the thousand; their client does not read how many it may have."""
    known = literal(b":path", COMPUTE.encode(), indexed=True)
    fields = b"".join(literal(name.encode(), value.encode()) for name, value in request_headers(COMPUTE)
                      if name != ":path")
    yield GREETING + frame(1, 4, 1, known + fields)
    for first in range(3, 1 << 20, 2000):
        yield b"".join(frame(1, 4, stream, b"\xbe" + fields) for stream in range(first, first + 2000, 2))


def test_while_memory_is_short_calls_are_told_when_to_come_again(start, tmp_path):
    config = tmp_path / "config.toml"
    config.write_text('max_memory = "8MiB"\n', encoding="utf-8")
    server = start(f"--config={config}")
    assert server.metrics().value("advantaged_limit", limit="max_memory") == 8 << 20
    with connect(server) as stub:
        def code():
            call = stub.ComputeAdvantages.future(batches.rloo(), timeout=PATIENCE)
            return wait(call)
        eventually(lambda: code() == CODE.RESOURCE_EXHAUSTED, "that it has looked at its memory")
        before = refused(server)
        with pytest.raises(grpc.RpcError) as caught:
            stub.ComputeAdvantages(batches.rloo(), timeout=PATIENCE)
        error = caught.value
        assert error.code() == CODE.RESOURCE_EXHAUSTED and "--max-memory" in error.details()
        assert details(error, "RetryInfo").retry_delay.seconds == 1
        assert dict(error.trailing_metadata())["grpc-retry-pushback-ms"] == "1000"
        stream = Stream(stub)
        with pytest.raises(grpc.RpcError) as caught:
            stream.get()
        assert caught.value.code() == CODE.RESOURCE_EXHAUSTED
        assert post(server, to_json(batches.rloo()))[0] == 429
        assert refused(server) == before + 3
        assert stub.GetServerInfo(catalog_pb2.GetServerInfoRequest(), timeout=PATIENCE).version

        config.write_text('max_memory = "0"\n', encoding="utf-8")
        server.process.send_signal(signal.SIGHUP)
        eventually(lambda: code() == CODE.OK, "an answer without a limit")
    assert server.metrics().value("advantaged_limit", limit="max_memory") == 0
    assert shut_down(server) == 0
    at_rest(server)


def test_messages_that_never_end_lose_their_connections_and_nobody_else_does(start):
    """The largest first; a good client's connection and its upload of 8 MiB stay."""
    server = start("--max-memory=400MiB", "--max-request-bytes=32MiB")
    good = Peer(server)
    assert good.call() == b"0"
    content = compute_pb2.ComputeAdvantagesRequest(rewards_float32_le=bytes(8 << 20), group_size=16)
    content.method.grpo.SetInParent()
    upload = message_bytes(content.SerializeToString())
    stream = good.begin()
    good.write(stream, upload[:-1])
    with contextlib.ExitStack() as stack:
        fill(server, stack, 16)
        assert 1 <= shut_down(server, reason="memory") <= 16
        assert shut_down(server, reason="streams") == 0
    eventually(lambda: "shut down (memory)" in server.log(), "a line in the log")
    good.write(stream, upload[-1:], end=True)
    eventually(lambda: good.call() == b"0", "memory for calls")
    at_rest(server)


def test_calls_beyond_what_the_client_was_told_lose_their_connection(start):
    server = start("--max-memory=256MiB")
    good = Peer(server)
    assert good.call() == b"0"
    with socket.create_connection(server.grpc[0].split(":"), PATIENCE) as connection, contextlib.suppress(ConnectionError):
        for piece in calls_without_end():
            connection.sendall(piece)
    eventually(lambda: shut_down(server, reason="streams") == 1, "shut down and counted")
    eventually(lambda: good.call() == b"0", "memory for calls")
    assert shut_down(server) == 1
    at_rest(server)


def test_a_unix_socket_is_for_trusted_neighbours(start, tmp_path):
    """Calls are refused, and connections stay."""
    server = start("--max-memory=256MiB", "--max-request-bytes=32MiB", listen=[f"unix:{tmp_path}/grpc.sock"])
    with contextlib.ExitStack() as stack:
        good = Peer(server)
        fill(server, stack, 6)
        eventually(lambda: good.call() == b"8", "a refusal")
        assert shut_down(server) == 0
        assert server.metrics().value("advantaged_connections", transport="unix") == 7


class TestStays:
    """Clients that mean well keep their connections with the memory that the sidecar has."""

    @pytest.fixture(name="server")
    def unharmed(self, start):
        server = start(*SIDECAR)
        yield server
        assert {reason: shut_down(server, reason=reason) for reason in REASONS} == dict.fromkeys(REASONS, 0)
        assert refused(server) == 0
        at_rest(server)

    def test_a_stream_that_is_sent_faster_than_its_answers_are_read(self, server):
        batch = large_reply(1)
        with connect(server, options=SMALL_WINDOW) as stub:
            streams = [Stream(stub) for _ in range(2)]
            for stream in streams:
                stream.put(*(item(i, batch) for i in range(60)))
            eventually(lambda: all_unread(server, 2 * WINDOW), "a window of replies of each")
            for stream in streams:
                stream.half_close()
                assert ids(stream.rest()) == [str(i) for i in range(60)]

    def test_a_storm_of_deadlines(self, server):
        def call(stub):
            for _ in range(250):
                with contextlib.suppress(grpc.RpcError):
                    stub.ComputeAdvantages(batches.rloo(), timeout=0.001)
        with connect(server) as stub, concurrent.futures.ThreadPoolExecutor(16) as pool:
            for _ in pool.map(call, [stub] * 16):
                pass
            stub.ComputeAdvantages(batches.rloo(), timeout=PATIENCE)

    def test_many_connections_from_one_address(self, server):
        with contextlib.ExitStack() as stack:
            peers = [Peer(server) for _ in range(100)]
            for peer in peers:
                stack.callback(peer.socket.close)
            assert [peer.call() for peer in peers * 2] == [b"0"] * 200

    def test_the_largest_requests_of_several_clients_at_once(self, server):
        request = compute_pb2.ComputeAdvantagesRequest(rewards_float32_le=bytes(LARGEST), group_size=16,
                                                       reply_form=compute_pb2.REPLY_FORM_ADVANTAGES_FLOAT32_LE)
        request.method.grpo.SetInParent()

        def call(stub):
            def answer():
                try:
                    return stub.ComputeAdvantages(request, timeout=PATIENCE)
                except grpc.RpcError as error:  # one of them has all bytes that may be in flight
                    assert error.code() == CODE.RESOURCE_EXHAUSTED, error
                    return None
            return len(eventually(answer, "an answer").advantages_float32_le)
        with contextlib.ExitStack() as stack, concurrent.futures.ThreadPoolExecutor(4) as pool:
            stubs = [stack.enter_context(connect(server)) for _ in range(4)]
            assert list(pool.map(call, stubs * 2)) == [LARGEST] * 8

    def test_uploads_that_are_given_up_again_and_again(self, server):
        """By a trainer whose deadline passes while another of its calls is open."""
        peer = Peer(server)
        open_one = peer.begin()
        for _ in range(50):
            stream = peer.begin()
            peer.write(stream, struct.pack(">BI", 0, 8 << 20) + bytes(4 << 20))
            peer.http.reset_stream(stream)
            peer.send()
        assert peer.call() == b"0"
        peer.write(open_one, BATCH, end=True)
        assert peer.answer(open_one) == b"0"
