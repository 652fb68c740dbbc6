"""The HTTP port: its pages, what it refuses, and that no client can hold up another."""

import json
import resource
import socket
import time

import pytest
from conftest import PATIENCE, eventually

LIMIT = 1 << 20
CROWD = 8000


def talk(server, sent, close_sending=True):
    """Sends bytes on a fresh connection; returns all that comes back."""
    host, port = server.http.split(":")
    with socket.create_connection((host, int(port)), PATIENCE) as connection:
        connection.sendall(sent)
        if close_sending:
            connection.shutdown(socket.SHUT_WR)
        received = b""
        while chunk := connection.recv(LIMIT):
            received += chunk
        return received


def request(server, text, body=b""):
    head, _, content = talk(server, text.replace("\n", "\r\n").encode() + b"\r\n\r\n" + body
                            ).partition(b"\r\n\r\n")
    status, *fields = head.decode().split("\r\n")
    return int(status.split()[1]), dict(field.split(": ", 1) for field in fields), content


def test_pages(shared):
    assert shared.get("/livez") == "alive\n"
    assert shared.get("/startupz") == "started\n"
    assert shared.get("/readyz") == "ready\n"
    version = json.loads(shared.get("/v1/info"))
    assert version["version"] and version["max_request_bytes"] == 64 << 20
    status, fields, body = request(shared, "GET /metrics HTTP/1.1\nHost: x\nConnection: close")
    assert status == 200
    assert fields["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert body.startswith(b"# HELP ")
    assert request(shared, "GET /livez?verbose HTTP/1.0")[0] == 200


def test_head_has_the_length_and_no_body(shared):
    status, fields, body = request(shared, "HEAD /livez HTTP/1.0")
    assert (status, fields["Content-Length"], body) == (200, "6", b"")


def test_not_found_says_what_there_is(shared):
    status, _, body = request(shared, "GET /metric HTTP/1.0")
    assert status == 404
    assert b"/metrics" in body


def test_method_not_allowed_says_which_is(shared):
    status, fields, body = request(shared, "POST /metrics HTTP/1.1\nHost: x\nContent-Length: 1",
                                   b"x")
    assert status == 405
    assert fields["Allow"] == "GET, HEAD"
    assert b"GET" in body


def test_body_where_none_is_taken(shared):
    assert request(shared, "GET /livez HTTP/1.1\nHost: x\nContent-Length: 1", b"x")[0] == 413
    assert request(shared, "GET /livez HTTP/1.1\nHost: x\nTransfer-Encoding: chunked",
                   b"1\r\nx\r\n0\r\n\r\n")[0] == 413
    # Refused by its length, not after reading it.
    assert request(shared, f"GET /livez HTTP/1.1\nHost: x\nContent-Length: {1 << 60}")[0] == 413


def test_header_too_large(shared):
    assert request(shared, "GET /livez HTTP/1.1\nHost: x\nA: " + "x" * 20000)[0] == 431


def test_garbage(shared):
    assert request(shared, "garbage")[0] == 400
    assert request(shared, "GET /livez HTTP/9.9")[0] == 400
    assert talk(shared, b"\0" * 1000).startswith(b"HTTP/1.1 400")
    assert talk(shared, b"") == b""
    assert talk(shared, b"GET /livez HT") == b""


def test_several_requests_on_one_connection(shared):
    received = talk(shared, b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n" * 3
                    + b"GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
                    close_sending=False)
    assert received.count(b"alive\n") == 3
    assert received.count(b"ready\n") == 1


@pytest.fixture
def many_files():
    """As many file descriptors as the system allows; the server raises its own limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < CROWD + 1000:
        pytest.skip(f"needs {CROWD + 1000} file descriptors, the hard limit is {hard}")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def half_open(server, count):
    """Connections on which nothing, or half a header, has been sent."""
    host, port = server.http.split(":")
    connections = []
    for i in range(count):
        connections.append(socket.create_connection((host, int(port)), PATIENCE))
        if i % 2:
            connections[-1].sendall(b"GET /metrics HT")
    return connections


def seconds_of_a_probe(server):
    """The best of several, each on a new connection: what else the machine does is not meant."""
    def probe():
        begin = time.monotonic()
        assert server.get("/livez") == "alive\n"
        return time.monotonic() - begin
    return min(probe() for _ in range(20))


def test_half_open_connections_hold_up_nobody(start, many_files):
    del many_files
    server = start("--http-timeout=120")
    files = server.metrics().value("process_open_fds")
    calm = seconds_of_a_probe(server)
    connections = half_open(server, CROWD)
    eventually(lambda: server.metrics().value("advantaged_http_connections") > CROWD, "a crowd")
    assert server.metrics().value("process_open_fds") > CROWD
    assert seconds_of_a_probe(server) < 10 * calm + 0.05
    for connection in connections:
        connection.close()
    eventually(lambda: server.metrics().value("advantaged_http_connections") <= 2, "an end")
    assert server.metrics().value("process_open_fds") <= files + 2


def test_the_longest_idle_connection_makes_room(start):
    server = start("--http-max-connections=16")
    connections = half_open(server, 40)
    assert server.get("/livez") == "alive\n"
    assert all(connection.recv(1) == b"" for connection in connections[:24])
    # The newest still stand.
    connections[-2].sendall(b"GET /livez HTTP/1.0\r\n\r\n")
    assert b"alive" in connections[-2].recv(LIMIT)
    for connection in connections:
        connection.close()


def test_requests_are_counted(start):
    server = start()
    for sent in (b"GET /livez HTTP/1.0\r\n\r\n", b"GET /nowhere HTTP/1.0\r\n\r\n", b"garbage\r\n\r\n"):
        talk(server, sent)
    def counted(**labels):
        return server.metrics().value("advantaged_http_requests_total", **labels)
    assert counted(path="/livez", code="200") == 1
    assert counted(path="other", code="404") == 1
    assert counted(path="other", code="400") == 1
    assert server.metrics().sum("advantaged_http_requests_total", path="/metrics") > 2
