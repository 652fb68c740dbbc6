"""What is a request and what is none, byte by byte: RFC 9112, so that a proxy in front and this server see the same one."""

import email.utils
import gzip
import socket
import time

import pytest
from http_test import talk
from running_server import PATIENCE

NEXT = b"GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


def ask(server, text):
    """Sends lines, with LF for CRLF, and a second request behind; returns the status and all that came back."""
    received = talk(server, text.replace("\n", "\r\n").encode() + NEXT, close_sending=False)
    return int(received.split()[1]), received


def refused(server, text):
    """The status of a request after which the connection ends: what follows it is nobody's request."""
    status, received = ask(server, text)
    assert received.count(b"\r\nContent-Type: ") == 1, received
    assert b"ready" not in received
    return status


@pytest.mark.parametrize("fields", [
    "",
    "Host: a\nHost: b\n",
    "Host: a\nHost: a\n",
    "Host: a b\n",
    "Host: a/b\n",
    "Host: user@a\n",
    "Host: a:b\n",
    "Host: [::1\n",
], ids=repr)
def test_host_that_is_missing_or_none_is_refused(shared, fields):
    assert refused(shared, f"GET /livez HTTP/1.1\n{fields}\n") == 400


@pytest.mark.parametrize("host", ["", "x", "x:", "127.0.0.1:9464", "[::1]:9464", "a_b.c%2D"])
def test_host_may_be_any(shared, host):
    assert ask(shared, f"GET /livez HTTP/1.1\nHost: {host}\nConnection: close\n\n")[0] == 200


def test_host_may_be_missing_before_http_1_1(shared):
    assert refused(shared, "GET /livez HTTP/1.0\n\n") == 200
    assert refused(shared, "GET /livez HTTP/1.0\nHost: a\nHost: b\n\n") == 400


@pytest.mark.parametrize("coding, status", [
    ("gzip", 501),
    ("identity", 501),
    ("chunked, gzip", 501),
    ("gzip, chunked", 501),
    ("xchunked", 501),
    ("chunked, chunked", 501),
    ("", 501),
    ("chunked", 411),
    ("Chunked", 411),
])
def test_body_without_a_length_is_refused(shared, coding, status):
    for line in ("GET /livez", "POST /v1/compute"):
        assert refused(shared, f"{line} HTTP/1.1\nHost: x\nTransfer-Encoding: {coding}\n\n0\n\n") == status


@pytest.mark.parametrize("line, fields", [
    ("GET /livez HTTP/1.1", "Transfer-Encoding: chunked\nContent-Length: 5"),
    ("GET /livez HTTP/1.1", "Content-Length: 5\nTransfer-Encoding: chunked"),
    ("GET /livez HTTP/1.1", "Content-Length: 5\nTransfer-Encoding: gzip"),
    ("GET /livez HTTP/1.1", "Transfer-Encoding: chunked\nTransfer-Encoding: chunked"),
    ("GET /livez HTTP/1.0", "Transfer-Encoding: chunked"),
    ("POST /v1/compute HTTP/1.1", "Content-Length: 2\nContent-Length: 3"),
    ("POST /v1/compute HTTP/1.1", "Content-Length: 2\nContent-Length: 2"),
    ("POST /v1/compute HTTP/1.1", "Content-Length: 2, 2"),
    ("POST /v1/compute HTTP/1.1", "Content-Length: +2"),
    ("POST /v1/compute HTTP/1.1", "Content-Length: -2"),
    ("POST /v1/compute HTTP/1.1", "Content-Length: 0x2"),
    ("POST /v1/compute HTTP/1.1", "Content-Length: 2 2"),
    ("POST /v1/compute HTTP/1.1", "Content-Length:"),
    ("POST /v1/compute HTTP/1.1", f"Content-Length: {1 << 64}"),
], ids=repr)
def test_length_that_is_not_one_number_is_refused(shared, line, fields):
    assert refused(shared, f"{line}\nHost: x\n{fields}\n\n0\n\n") == 400


@pytest.mark.parametrize("text", [
    b"GET /livez HTTP/1.1\nHost: x\n\n",
    b"GET /livez HTTP/1.1\r\nHost: x\n\r\n",
    b"GET /livez HTTP/1.1\r\nHost: x\r\nA: b\rc: d\r\n\r\n",
    b"GET /livez HTTP/1.1\r\r\nHost: x\r\n\r\n",
    b"GET /livez HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n",
    b"GET /livez HTTP/1.1\r\n Host: x\r\n\r\n",
    b"GET /livez HTTP/1.1\r\nHost : x\r\n\r\n",
    b"GET /livez HTTP/1.1\r\nHost: x\r\nContent-Length : 5\r\n\r\n",
    b"GET /livez HTTP/1.1\r\nHost: x\r\nA b\r\n\r\n",
    b"GET /livez HTTP/1.1\r\nHost: x\r\n: b\r\n\r\n",
    b"GET /livez HTTP/1.1\r\nHost: x\r\nA: b\0c\r\n\r\n",
    b"GET  /livez HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /livez\r\nHost: x\r\n\r\n",
    b"\x16\x03\x01\x02\0\x01\0\x01\xfc",
], ids=repr)
def test_lines_that_are_none_are_refused_at_once(shared, text):
    """Without the end of the header, and long before --http-timeout."""
    received = talk(shared, text + NEXT, close_sending=False)
    assert received.startswith(b"HTTP/1.1 400 ") and received.count(b"HTTP/1.1 ") == 1


def test_empty_lines_in_front_are_skipped(shared):
    received = talk(shared, b"\r\n\r\n" + NEXT, close_sending=False)
    assert received.startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("target", ["http://x/livez", "HTTP://other:80/livez?verbose", "http://[::1]/livez"])
def test_absolute_targets_are_paths(shared, target):
    assert ask(shared, f"GET {target} HTTP/1.1\nHost: x\nConnection: close\n\n")[0] == 200


@pytest.mark.parametrize("line, status", [
    ("GET livez", 400),
    ("GET *", 400),
    ("GET http:///livez", 400),
    ("GET http://user@x/livez", 400),
    ("GET https://x/livez", 400),
    ("CONNECT x:80", 400),
    ("BREW /livez", 501),
])
def test_targets_and_methods_that_are_none_are_refused(shared, line, status):
    assert refused(shared, f"{line} HTTP/1.1\nHost: x\n\n") == status


@pytest.mark.parametrize("target, allowed", [
    (b"/livez", b"GET, HEAD, OPTIONS"),
    (b"/v1/compute", b"POST, OPTIONS"),
    (b"/v1/describe", b"GET, HEAD, POST, OPTIONS"),
    (b"*", b"GET, HEAD, POST, OPTIONS"),
])
def test_options_says_which_methods_there_are(shared, target, allowed):
    received = talk(shared, b"OPTIONS " + target + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert received.startswith(b"HTTP/1.1 200 ")
    assert b"Allow: " + allowed + b"\r\n" in received and b"Content-Length: 0\r\n" in received


def test_a_header_has_so_many_fields(shared):
    head = "GET /livez HTTP/1.1\nHost: x\nConnection: close\n"
    assert ask(shared, head + "a:\n" * 126 + "\n")[0] == 200
    assert refused(shared, head + "a:\n" * 127 + "\n") == 431


def test_an_answer_has_its_date(shared):
    received = talk(shared, NEXT)
    date, = [line.removeprefix(b"Date: ") for line in received.split(b"\r\n") if line.startswith(b"Date: ")]
    assert abs(email.utils.parsedate_to_datetime(date.decode()).timestamp() - time.time()) < PATIENCE


def test_pipelined_requests_are_answered_in_order(shared):
    received = talk(shared, b"".join(b"GET " + path + b" HTTP/1.1\r\nHost: x\r\n\r\n" for path in
                                     (b"/v1/info", b"/livez", b"/metrics", b"/nowhere")) + NEXT, close_sending=False)
    bodies = [received.index(text) for text in (b'"numerics_version"', b"alive\n", b"# HELP", b"Not found", b"ready\n")]
    assert bodies == sorted(bodies) and received.count(b"HTTP/1.1 ") == 5


def test_expectation_is_met_before_the_body_or_refused(shared):
    host, port = shared.http.split(":")
    head = b"POST /v1/compute HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: %s\r\nContent-Length: 2\r\n\r\n"
    with socket.create_connection((host, int(port)), PATIENCE) as connection:
        connection.sendall(head % b"100-Continue")
        assert connection.recv(1 << 16) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"{}")
        assert connection.recv(1 << 16).startswith(b"HTTP/1.1 400 ")
    assert talk(shared, head % b"a miracle").startswith(b"HTTP/1.1 417 ")
    # HTTP/1.0 has no interim answers.
    old = (head % b"100-continue").replace(b"1.1", b"1.0") + b"{}"
    assert talk(shared, old, close_sending=False).startswith(b"HTTP/1.0 400 ")


def test_the_page_of_metrics_is_compressed_for_those_who_take_it(shared):
    def page(accepted):
        received = talk(shared, b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + accepted + b"\r\n")
        head, _, body = received.partition(b"\r\n\r\n")
        assert b"Vary: Accept-Encoding" in head
        return head, body

    plain_head, plain = page(b"")
    head, packed = page(b"Accept-Encoding: gzip\r\n")
    assert b"Content-Encoding: gzip" in head and b"Content-Encoding" not in plain_head
    assert gzip.decompress(packed).startswith(b"# HELP") and plain.startswith(b"# HELP")
    assert len(packed) < len(plain) / 5
