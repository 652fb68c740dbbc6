"""The same call over gRPC and as JSON over HTTP."""

import dataclasses
import json
import socket
import urllib.error
import urllib.request

import grpc
from advantaged.rpc import status_pb2
from advantaged.v1 import compute_pb2, stream_pb2
from google.protobuf import json_format
from running_server import PATIENCE


@dataclasses.dataclass
class Refusal:
    """A failed call: the code as a number, the message, the details by type name."""

    code: int
    message: str
    details: dict


def detail_name(type_url):
    """Of one that every gRPC library knows, or of our own."""
    prefix, name = type_url.rsplit(".", 1)
    package = "advantaged.rpc" if name in ("Mentions", "UnknownFields") else "google.rpc"
    assert prefix == f"type.googleapis.com/{package}"
    return name


def status_to_refusal(status):
    details = {}
    for detail in status.details:
        name = detail_name(detail.type_url)
        details[name] = getattr(status_pb2, name).FromString(detail.value)
    return Refusal(status.code, status.message, details)


def fetch(server, target, body=None, **fields):
    """Gets, or posts bytes; returns the HTTP status, the header fields and the parsed body."""
    request = urllib.request.Request(f"http://{server.http}{target}", data=body,
                                     headers={"Content-Type": "application/json", **fields})
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as response:
            return response.status, response.headers, json.loads(response.read())
    except urllib.error.HTTPError as error:
        text = error.read()
        is_json = error.headers["Content-Type"] == "application/json"
        return error.code, error.headers, json.loads(text) if is_json else text.decode()


def post(server, body, **fields):
    return fetch(server, "/v1/compute", body, **fields)


def send(server, head, body=b"", half_close=False):
    """Sends a request as bytes on a connection of its own, which is returned."""
    host, port = server.http.split(":")
    connection = socket.create_connection((host, int(port)), PATIENCE)
    connection.sendall(head.replace("\n", "\r\n").encode() + b"\r\n\r\n" + body)
    if half_close:
        connection.shutdown(socket.SHUT_WR)
    return connection


def read_all(connection):
    received = b""
    while chunk := connection.recv(1 << 16):
        received += chunk
    connection.close()
    return received


def post_head(length, extra=""):
    return f"POST /v1/compute HTTP/1.1\nHost: x\nConnection: close\nContent-Length: {length}{extra}"


def to_json(request):
    return json_format.MessageToJson(request, preserving_proto_field_name=True).encode()


def read_status(value):
    """The refusal in google.rpc.Status as JSON."""
    details = {}
    for detail in value["details"]:
        name = detail_name(detail.pop("@type"))
        details[name] = json_format.ParseDict(detail, getattr(status_pb2, name)())
    return Refusal(value["code"], value["message"], details)


def grpc_refusal(error):
    """The refusal in the trailers of a call."""
    trailers = dict(error.trailing_metadata())
    status = status_pb2.Status.FromString(trailers["grpc-status-details-bin"])
    assert (status.code, status.message) == (error.code().value[0], error.details())
    return status_to_refusal(status)


class Grpc:
    def __init__(self, server, stub):
        del server
        self.stub = stub

    def compute(self, request):
        """The response, or the refusal."""
        try:
            return self.stub.ComputeAdvantages(request, timeout=PATIENCE)
        except grpc.RpcError as error:
            return grpc_refusal(error)


class Stream:
    def __init__(self, server, stub):
        del server
        self.stub = stub

    def compute(self, request):
        """The same of an item of a stream."""
        item = stream_pb2.StreamAdvantagesRequest(id="a", batch=request)
        (reply,) = self.stub.StreamAdvantages(iter([item]), timeout=PATIENCE)
        return status_to_refusal(reply.status) if reply.HasField("status") else reply.batch


class Http:
    STATUS = {3: {400}, 8: {413, 429}, 9: {400}}

    def __init__(self, server, stub):
        del stub
        self.server = server

    def compute(self, request):
        code, _, body = post(self.server, to_json(request))
        if code == 200:
            return json_format.ParseDict(body, compute_pb2.ComputeAdvantagesResponse())
        refusal = read_status(body)
        assert code in self.STATUS[refusal.code]
        return refusal


TRANSPORTS = {"grpc": Grpc, "stream": Stream, "http": Http}
