"""Clients of the HTTP port that ask too much, read nothing, or never end what they begin."""

import contextlib
import resource
import socket

from attack import SOURCE, Attack

SCRAPE = b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"
CHUNKED = b"GET /livez HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
HALF_HEADER = b"GET /metrics HTTP/1.1\r\nHost: x\r\nA: " + b"x" * 16_000
PIPELINED = 1000


def dial(target, small_window=False):
    if not small_window:
        return target.dial(http=True)
    host, port = target.http.rsplit(":", 1)
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.bind(SOURCE)
    connection.connect((host, int(port)))
    return connection


def raise_limit(connections):
    """Of file descriptors, for a crowd."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(connections + 100, hard), hard))


def read_answer(connection):
    """All of one answer; False if the connection has ended."""
    received = b""
    while b"\r\n\r\n" not in received:
        if not (more := connection.recv(1 << 18)):
            return False
        received += more
    head, _, body = received.partition(b"\r\n\r\n")
    left = int(head.split(b"Content-Length: ")[1].split(b"\r\n")[0]) - len(body)
    while left > 0:
        if not (more := connection.recv(1 << 18)):
            return False
        left -= len(more)
    return True


def many_readers(target, connections, rounds):
    """As scrapers that never pause."""
    with contextlib.ExitStack() as stack:
        readers = [stack.enter_context(dial(target)) for _ in range(connections)]
        for _ in rounds:
            for reader in readers:
                reader.sendall(SCRAPE)
            if not all([read_answer(reader) for reader in readers]):
                return


def abandoned_scrapes(target, connections, rounds):
    """Asked for and not waited for."""
    raise_limit(connections)
    for _ in rounds:
        crowd = []
        for _ in range(connections):
            crowd.append(dial(target))
            crowd[-1].sendall(SCRAPE)
        for connection in crowd:
            connection.close()


def ended(connection):
    """Whether the server has ended it; what it has sent is left unread."""
    try:
        return not connection.recv(1, socket.MSG_PEEK)
    except BlockingIOError:
        return False
    except OSError:
        return True


def crowd_of(target, connections, rounds, sent):
    """Connections that send this and then neither send nor read; anew where the server has ended them."""
    raise_limit(connections)
    crowd = {}
    for count in rounds:
        place = count % connections
        if place in crowd:
            if not ended(crowd[place]):
                continue
            crowd[place].close()
        crowd[place] = dial(target, small_window=True)
        crowd[place].setblocking(False)
        with contextlib.suppress(OSError):
            crowd[place].sendall(sent)


def slow_readers(target, connections, rounds):
    crowd_of(target, connections, rounds, SCRAPE * PIPELINED)


def half_headers(target, connections, rounds):
    crowd_of(target, connections, rounds, HALF_HEADER)


def endless_chunks(target, connections, rounds):
    """The extension of a chunk, and the trailer, without an end."""
    for count in rounds:
        with contextlib.ExitStack() as stack:
            for _ in range(connections):
                connection = stack.enter_context(dial(target))
                connection.settimeout(0.1)
                begin, rest = (b"1;a=", b"x" * (1 << 20)) if count % 2 else (b"0\r\n", b"a: b\r\n" * (1 << 17))
                with contextlib.suppress(OSError):
                    connection.sendall(CHUNKED + begin)
                    for _ in range(64):
                        connection.sendall(rest)


ATTACKS = [
    Attack(many_readers, 100, "advantaged_http_requests_total", {"path": "/metrics", "code": "200"}),
    Attack(abandoned_scrapes, 100, "advantaged_http_requests_started_total", {"path": "/metrics"}),
    Attack(slow_readers, 1000, "advantaged_http_dropped_total", {"reason": "bytes"}),
    Attack(half_headers, 2000, "advantaged_http_dropped_total", {"reason": "bytes"}),
    Attack(endless_chunks, 20, "advantaged_http_requests_total", {"path": "other", "code": "411"}, short=True),
]
