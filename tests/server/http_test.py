"""The HTTP port: its pages, what it refuses, and that no client can hold up another."""

import base64
import json
import resource
import socket
import struct

import pytest
from running_server import PATIENCE, eventually
from transports import post, post_head

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
    assert version["version"] and version["max_request_bytes"] == 72 << 20
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
    assert fields["Allow"] == "GET, HEAD, OPTIONS"
    assert b"GET" in body


def test_body_where_none_is_taken(shared):
    assert request(shared, "GET /livez HTTP/1.1\nHost: x\nContent-Length: 1", b"x")[0] == 413
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


def test_half_open_connections_hold_up_nobody(start, many_files):
    del many_files
    server = start("--http-timeout=3600")  # so who waits for one of them has no answer in time
    files = server.metrics().value("process_open_fds")
    connections = half_open(server, CROWD)
    eventually(lambda: server.metrics().value("advantaged_http_connections") > CROWD, "a crowd")
    assert server.metrics().value("process_open_fds") > CROWD
    for path in ("/livez", "/metrics"):
        for _ in range(20):
            assert server.get(path), path
    assert server.metrics().value("advantaged_http_connections") > CROWD, "it still stands"
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


def connect(server):
    host, port = server.http.split(":")
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)  # that little fits unread
    connection.settimeout(PATIENCE)
    connection.connect((host, int(port)))
    return connection


def lingering(server):
    """Has been refused, and does not close."""
    connection = connect(server)
    connection.sendall(b"garbage\r\n\r\n")
    while connection.recv(LIMIT):
        pass
    return connection


def slow_writer(server):
    """Has been told to go on with its body."""
    connection = connect(server)
    connection.sendall(b"POST /v1/compute HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n")
    assert connection.recv(LIMIT).startswith(b"HTTP/1.1 100 ")
    connection.sendall(b"{")
    return connection


def slow_reader(server):
    """Has got the beginning of an answer that no buffer takes whole."""
    connection = connect(server)
    responses = 1 << 20
    body = json.dumps({"method": {"rloo": {}}, "group_size": 16, "response_count": responses,
                       "reward_bits": base64.b64encode(b"\7" * (responses // 8)).decode()}).encode()
    connection.sendall(post_head(len(body)).replace("\n", "\r\n").encode() + b"\r\n\r\n" + body)
    assert connection.recv(1) == b"H"
    return connection


@pytest.mark.parametrize("slow", [lingering, slow_writer, slow_reader], ids=lambda slow: slow.__name__)
def test_who_is_slow_makes_room(start, slow):
    """A crowd that has sent its headers keeps no probe away, long before --http-timeout."""
    crowd = 16
    server = start(f"--http-max-connections={crowd}", "--http-timeout=3600")
    connections = [slow(server) for _ in range(crowd)]
    for _ in range(3):
        assert server.get("/livez") == "alive\n"
    metrics = server.metrics()
    assert metrics.value("advantaged_rejected_total", reason="http_connections") >= 1
    assert metrics.value("advantaged_http_connections") <= crowd
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


def test_requests_without_an_answer_are_counted(start):
    """What has started has ended once, whatever became of it."""
    server = start("--http-timeout=2")
    slow_writer(server).close()
    too_slow = slow_writer(server)
    assert too_slow.recv(1) == b""
    reset = slow_writer(server)
    reset.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    for connection in (reset, too_slow):
        connection.close()
    good = json.dumps({"method": {"rloo": {}}, "rewards": [1, 0], "group_size": 2}).encode()
    for body, code in ((good, 200), (b"{}", 400)):
        assert post(server, body)[0] == code
    def counted(code):
        return server.metrics().value("advantaged_http_requests_total", path="/v1/compute", code=code)
    eventually(lambda: counted("499") == 3, "three without an answer")
    assert counted("200") == counted("400") == 1
    metrics = server.metrics()
    for labels, started in metrics.select("advantaged_http_requests_started_total"):
        # The scrape itself has not ended.
        ended = metrics.sum("advantaged_http_requests_total", **labels) + (labels["path"] == "/metrics")
        assert started == ended, labels
    assert metrics.value("advantaged_http_requests_started_total", path="/v1/compute") == 5
    assert metrics.value("advantaged_http_dropped_total", reason="slow_request") == 1
    assert "its request did not arrive in time" in server.log()
    assert metrics.value("advantaged_in_flight_bytes") == 0
