"""Requests that are small on the wire and large, or dear, behind it."""

import contextlib
import struct
import zlib

import h2.config
import h2.connection
import h2.events
import h2.exceptions
from advantaged.v1 import compute_pb2
from attack import Attack

COMPUTE = "/advantaged.v1.AdvantageService/ComputeAdvantages"
OVERSIZED = 40 << 20  # above the manifests' --max-request-bytes
UNPACKED = 60 << 20


def call(connection, path, content, encoding="identity"):
    """Sends one gRPC message, whole, and reads until the stream or the connection ends."""
    content = memoryview(content)  # slices of it are no copies
    http = h2.connection.H2Connection(h2.config.H2Configuration(client_side=True))
    http.initiate_connection()
    http.send_headers(1, [(":method", "POST"), (":scheme", "http"), (":authority", "test"), (":path", path),
                          ("content-type", "application/grpc"), ("te", "trailers"), ("grpc-encoding", encoding)])
    while True:
        while content and (room := min(http.local_flow_control_window(1), http.max_outbound_frame_size)) > 0:
            http.send_data(1, bytes(content[:room]), end_stream=len(content) <= room)
            content = content[room:]
        connection.sendall(http.data_to_send())
        received = connection.recv(1 << 16)
        if not received:
            return
        if any(isinstance(event, (h2.events.StreamEnded, h2.events.StreamReset))
               for event in http.receive_data(received)):
            return


def repeat(target, connections, rounds, message, encoding="identity"):
    """Sends the message over so many connections, one after the other, then over new ones."""
    for _ in rounds:
        with contextlib.ExitStack() as stack:
            for connection in [stack.enter_context(target.dial()) for _ in range(connections)]:
                with contextlib.suppress(OSError, h2.exceptions.ProtocolError):  # the server ended it
                    call(connection, COMPUTE, message, encoding)


def oversized_requests(target, connections, rounds):
    request = compute_pb2.ComputeAdvantagesRequest(rewards_float32_le=bytes(OVERSIZED), group_size=16)
    request.method.grpo.SetInParent()
    message = request.SerializeToString()
    repeat(target, connections, rounds, struct.pack(">BI", 0, len(message)) + message)


def gzip_bombs(target, connections, rounds):
    packed = zlib.compress(bytes(UNPACKED), 9, wbits=31)
    repeat(target, connections, rounds, struct.pack(">BI", 1, len(packed)) + packed, "gzip")


ATTACKS = [
    Attack(oversized_requests, 20, "advantaged_rejected_total", {"reason": "too_large"}, short=True),
    Attack(gzip_bombs, 20, "grpc_server_handled_total", {"grpc_code": "Unimplemented"}),
]
