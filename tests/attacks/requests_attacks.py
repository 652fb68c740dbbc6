"""Requests that are small on the wire and large, or dear, behind it."""

import contextlib
import zlib

import h2.exceptions
from advantaged.v1 import compute_pb2
from attack import Attack
from raw_http2 import call, message_bytes

COMPUTE = "/advantaged.v1.AdvantageService/ComputeAdvantages"
OVERSIZED = 40 << 20  # above the manifests' --max-request-bytes
UNPACKED = 60 << 20


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
    repeat(target, connections, rounds, message_bytes(message))


def gzip_bombs(target, connections, rounds):
    packed = zlib.compress(bytes(UNPACKED), 9, wbits=31)
    repeat(target, connections, rounds, message_bytes(packed, compressed=True), "gzip")


ATTACKS = [
    Attack(oversized_requests, 20, "advantaged_rejected_total", {"reason": "too_large"}, short=True),
    Attack(gzip_bombs, 20, "grpc_server_handled_total", {"grpc_code": "Unimplemented"}),
]
