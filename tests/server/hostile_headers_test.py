"""HTTP/2 headers that are known to have brought gRPC servers down, sent by hand: Debian's gRPC 1.51.1
has no fix of its own for what was reported after 2022 (docs/threat_model.md). The server stays up
and a good client on another connection is served."""

import contextlib
import socket
import struct

import batches
import hpack
import pytest
from raw_http2 import GREETING, frame
from running_server import PATIENCE

HEADERS, CONTINUATION = 1, 9
END_HEADERS = 4
FRAME = 16000


def send(server, headers, stream=1):
    """One request of these headers on a connection of its own; returns what came back."""
    block = hpack.Encoder().encode(headers, huffman=False)
    parts = [block[i:i + FRAME] for i in range(0, len(block), FRAME)]
    data = GREETING
    for i, part in enumerate(parts):
        kind = HEADERS if i == 0 else CONTINUATION
        data += frame(kind, END_HEADERS if i == len(parts) - 1 else 0, stream, part)
    with socket.create_connection(server.grpc[0].split(":"), PATIENCE) as connection:
        with contextlib.suppress(OSError):  # the server may close before it has read all
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
        answer = b""
        with contextlib.suppress(OSError):
            while received := connection.recv(65536):
                answer += received
        return answer


def request(**changed):
    headers = {":method": "POST", ":scheme": "http", ":path": "/advantaged.v1.AdvantageService/ListMethods",
               ":authority": "x", "content-type": "application/grpc", "te": "trailers"}
    headers.update(changed)
    return list(headers.items())


@pytest.fixture(scope="module")
def good(shared):
    """A good client beside the bad ones; the server is alive at the end."""
    with shared.stub() as stub:
        yield stub


SIZES = [100, 7000, 8192, 9000, 16000, 17000, 40000, 1 << 20]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("changed", [{"te": "x"}, {":scheme": "x"}, {"grpclb_client_stats": "x"},
                                     {"te": "x", ":scheme": "x", "grpclb_client_stats": "x"}],
                         ids=["te", "scheme", "grpclb_client_stats", "all"])
def test_invalid_headers_before_large_ones(shared, good, changed, size):
    """CVE-2023-1428: an invalid value, then more bytes than the limit, ended in abort()."""
    assert send(shared, request(**changed) + [("big", "y" * size)])
    good.ComputeAdvantages(batches.rloo(), timeout=PATIENCE)


def test_base64_that_is_none(shared, good):
    """CVE-2023-32732: an error in one "-bin" header may end its connection, not others."""
    send(shared, request() + [("note-bin", "*not base64*")])
    good.ComputeAdvantages(batches.rloo(), timeout=PATIENCE)


def test_many_headers(shared, good):
    """CVE-2023-33953: many small headers in many CONTINUATION frames."""
    send(shared, request() + [(f"h{i}", "") for i in range(50000)])
    good.ComputeAdvantages(batches.rloo(), timeout=PATIENCE)


def test_rapid_reset(shared, good):
    """CVE-2023-44487: streams opened and reset at once, ten thousand of them."""
    encoder = hpack.Encoder()
    data = GREETING
    for stream in range(1, 20001, 2):
        data += frame(HEADERS, END_HEADERS, stream, encoder.encode(request(), huffman=False))
        data += frame(3, 0, stream, struct.pack(">I", 8))
    with socket.create_connection(shared.grpc[0].split(":"), PATIENCE) as connection:
        with contextlib.suppress(OSError):
            connection.sendall(data)
            good.ComputeAdvantages(batches.rloo(), timeout=PATIENCE)
    good.ComputeAdvantages(batches.rloo(), timeout=PATIENCE)
