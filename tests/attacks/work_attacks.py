"""Calls that are good, or nearly so, and cost more than others: time of threads, lines of the log."""

import concurrent.futures
import contextlib

import h2.config
import h2.connection
import h2.exceptions
from advantaged.v1 import describe_pb2
from attack import Attack
from raw_http2 import call, message_bytes, request_headers
from requests_attacks import COMPUTE

DESCRIBE = "/advantaged.v1.AdvantageService/DescribeMethod"
STREAMS = 50  # of a connection, one after the other


def describe_flood(target, connections, rounds):
    """The descriptions that take longest, one at a time over each connection."""
    request = describe_pb2.DescribeMethodRequest(n=4096, points=4096)
    request.method.pass_at_k_variance_stabilized.k = 4
    message = request.SerializeToString()

    def describe(_):
        with target.dial() as connection, contextlib.suppress(OSError, h2.exceptions.ProtocolError):
            call(connection, DESCRIBE, message_bytes(message))

    with concurrent.futures.ThreadPoolExecutor(connections) as pool:
        for _ in rounds:
            list(pool.map(describe, range(connections)))


def log_flood(target, connections, rounds):
    """Headers that gRPC cannot parse, and says so at length."""
    headers = request_headers(COMPUTE, ("grpc-timeout", "x" * 4000))
    for _ in rounds:
        with contextlib.ExitStack() as stack:
            for connection in [stack.enter_context(target.dial()) for _ in range(connections)]:
                http = h2.connection.H2Connection(h2.config.H2Configuration(client_side=True))
                http.initiate_connection()
                with contextlib.suppress(OSError, h2.exceptions.ProtocolError):
                    for stream in range(1, 2 * STREAMS, 2):
                        http.send_headers(stream, headers)
                        http.reset_stream(stream)
                        connection.sendall(http.data_to_send())


ATTACKS = [
    Attack(describe_flood, 16, "advantaged_compute_tasks_total", {"pool": "descriptions"}, short=True),
    Attack(log_flood, 20, "advantaged_log_lines_dropped_total", {"reason": "limited"}),
]
