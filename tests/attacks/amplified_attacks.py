"""Requests whose bytes would take many times as much memory: entries of two or three bytes by the million, over gRPC
and as JSON."""

import contextlib
import http.client

from advantaged.v1 import compute_pb2, method_pb2
from amplified import inside, repeated, varint
from attack import PATIENCE, Attack
from raw_http2 import message_bytes
from requests_attacks import repeat

SIZE = 4 << 20
LARGEST = 60 << 20  # that gRPC lets through with the shared server's settings
BATCH = compute_pb2.ComputeAdvantagesRequest.DESCRIPTOR.fields_by_name
METHOD = method_pb2.MethodSpec.DESCRIPTOR.fields_by_name
INVALID = "advantaged_invalid_requests_total"


def send(target, connections, rounds, content):
    repeat(target, connections, rounds, message_bytes(content))


def list_of(name, content):
    return inside(BATCH[name].number, content)


def many_pass_at(target, connections, rounds):
    send(target, connections, rounds, list_of("pass_at", b"\1" * SIZE))


def largest_pass_at(target, connections, rounds):
    send(target, connections, rounds, list_of("pass_at", b"\1" * LARGEST))


def empty_stages(target, connections, rounds):
    send(target, connections, rounds, repeated(list_of("stages", b""), SIZE))


def empty_moments(target, connections, rounds):
    send(target, connections, rounds, repeated(list_of("batch_moments", b""), SIZE))


def empty_tables(target, connections, rounds):
    tables = inside(METHOD["custom_table"].number, repeated(inside(1, b""), SIZE))
    send(target, connections, rounds, list_of("method", tables))


def unknown_fields(target, connections, rounds):
    send(target, connections, rounds, repeated(varint(4000 << 3) + b"\1", SIZE))


def ignored_fields(target, connections, rounds):
    send(target, connections, rounds, repeated(inside(500, b""), SIZE))


def post(target, connections, rounds, text):
    host, port = target.http.rsplit(":", 1)
    for _ in rounds:
        open_ones = [http.client.HTTPConnection(host, int(port), timeout=PATIENCE) for _ in range(connections)]
        for connection in open_ones:
            with contextlib.suppress(OSError, http.client.HTTPException):  # the server ended it
                connection.request("POST", "/v1/compute", text, {"Content-Type": "application/json"})
                connection.getresponse().read()
            connection.close()


def many_pass_at_as_json(target, connections, rounds):
    post(target, connections, rounds, b'{"pass_at":[' + b"1," * (SIZE // 2) + b"1]}")


def empty_tables_as_json(target, connections, rounds):
    tables = b"{}," * (SIZE // 3) + b"{}"
    post(target, connections, rounds, b'{"method":{"custom_table":{"tables":[' + tables + b"]}}}")


def words_as_json(target, connections, rounds):
    """Each of them a mistake."""
    post(target, connections, rounds, b'{"rewards":[' + b"a," * (SIZE // 2) + b"a]}")


ATTACKS = [
    Attack(many_pass_at, 20, INVALID, {"field": "pass_at"}, short=True),
    Attack(largest_pass_at, 4, INVALID, {"field": "pass_at"}),
    Attack(empty_stages, 20, INVALID, {"field": "stages"}),
    Attack(empty_moments, 20, INVALID, {"field": "batch_moments"}),
    Attack(empty_tables, 20, INVALID, {"field": "method"}),
    Attack(unknown_fields, 20, "grpc_server_handled_total", {"grpc_code": "Unimplemented"}),
    Attack(ignored_fields, 20, INVALID, {"field": "other"}),
    Attack(many_pass_at_as_json, 20, INVALID, {"field": "pass_at"}),
    Attack(empty_tables_as_json, 20, INVALID, {"field": "method"}),
    Attack(words_as_json, 20, INVALID, {"field": "rewards"}),
]
