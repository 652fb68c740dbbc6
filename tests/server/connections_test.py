"""Connections below the calls: their limit, half-open ones, and descriptors that run out."""

import contextlib
import os
import pathlib
import resource
import socket
import struct
import subprocess
import time

import batches
import pytest
from raw_http2 import GREETING, SETTINGS
from running_server import BINARY, PATIENCE, eventually

MAX_CONCURRENT_STREAMS, MAX_HEADER_LIST_SIZE = 3, 6


def dial(address):
    """A connected socket that says nothing yet."""
    if address.startswith("unix:"):
        client = socket.socket(socket.AF_UNIX)
        client.settimeout(PATIENCE)
        client.connect(address.removeprefix("unix:"))
        return client
    host, port = address.rsplit(":", 1)
    return socket.create_connection((host, port), PATIENCE)


def greet(client):
    """Speaks HTTP/2 as far as it takes to be a connection that stays. Returns whether it does."""
    try:
        client.sendall(GREETING)
        return client.recv(1) != b""
    except ConnectionError:
        return False


def settings(client):
    """What the server's first frame says."""
    stream = client.makefile("rb")
    head = stream.read(9)
    assert head[3] == SETTINGS
    body = stream.read(int.from_bytes(head[:3], "big"))
    return dict(struct.iter_unpack(">HI", body))


def reset(client):
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


def descriptors(server):
    return len(os.listdir(f"/proc/{server.process.pid}/fd"))


def open_connections(server):
    return server.metrics().sum("advantaged_connections")


def at_rest(server, baseline):
    return lambda: open_connections(server) == 0 and descriptors(server) <= baseline


@pytest.fixture(name="clients")
def close_clients():
    """A list of sockets, closed at the end."""
    with contextlib.ExitStack() as stack:
        class Clients(list):
            def dial(self, address):
                self.append(stack.enter_context(dial(address)))
                return self[-1]
        yield Clients()


def warmed_up(server):
    """The number of descriptors of a server that has served a call and holds no connection."""
    for index in range(len(server.grpc)):
        with server.stub(index) as stub:
            stub.ComputeAdvantages(batches.rloo())
    eventually(lambda: open_connections(server) == 0, "no connection")
    return descriptors(server)


def test_one_too_many(start, clients, listen):
    server = start("--max-connections=3", listen=[listen])
    transport = "unix" if listen.startswith("unix") else "tcp"
    baseline = warmed_up(server)
    before = server.metrics().value("advantaged_connections_total", transport=transport)
    for _ in range(3):
        assert greet(clients.dial(server.grpc[0]))
    assert not greet(clients.dial(server.grpc[0]))
    metrics = server.metrics()
    assert metrics.value("advantaged_connections", transport=transport) == 3
    assert metrics.value("advantaged_connections_total", transport=transport) == before + 3
    assert metrics.value("advantaged_rejected_total", reason="connections") == 1
    assert metrics.sum("advantaged_connections") == 3

    clients[0].close()
    eventually(lambda: open_connections(server) == 2, "a place that is free again")
    assert greet(clients.dial(server.grpc[0]))
    assert not greet(clients.dial(server.grpc[0]))
    for client in clients:
        client.close()
    eventually(at_rest(server, baseline), "descriptors as before")


def test_whatever_way_a_connection_ends(start, clients, listen):
    server = start(listen=[listen])
    baseline = warmed_up(server)
    leaving = {
        "closed": lambda client: client.close(),
        "closed, after a greeting": lambda client: (greet(client), client.close()),
        "half closed": lambda client: client.shutdown(socket.SHUT_WR),
        "reset": reset,
        "reset, after a greeting": lambda client: (greet(client), reset(client)),
        "never closed, but nonsense": lambda client: client.sendall(b"GET / HTTP/1.0\r\n\r\n" * 9),
    }
    if listen.startswith("unix"):
        leaving = {way: leave for way, leave in leaving.items() if not way.startswith("reset")}
    for way, leave in leaving.items():
        for _ in range(50):
            leave(clients.dial(server.grpc[0]))
        eventually(at_rest(server, baseline), f"descriptors as before: {way}")
    with server.stub() as stub:
        stub.ComputeAdvantages(batches.rloo())


def test_half_open_connections_hold_up_nobody(start, clients):
    count = 8000
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most < 2 * count + 2000:
        pytest.skip(f"at most {most} file descriptors")
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    server = start(f"--max-connections={count + 100}")
    baseline = warmed_up(server)
    for _ in range(count):
        clients.dial(server.grpc[0])
    begin, slowest = time.monotonic(), 0
    with server.stub() as stub:
        # All have been accepted; on a busy machine the first are gone already.
        assert server.metrics().value("advantaged_connections_total", transport="tcp") == count + 2
        assert open_connections(server) > count / 10
        while open_connections(server) > 1:
            sent = time.monotonic()
            stub.ComputeAdvantages(batches.rloo(), timeout=PATIENCE)
            slowest = max(slowest, time.monotonic() - sent)
    print(f"slowest call beside {count} half-open connections: {slowest:.3f} s")
    assert time.monotonic() < begin + 100  # gRPC's own patience is 120 s
    eventually(at_rest(server, baseline), "descriptors as before")


def test_descriptors_run_out(start, clients, listen):
    server = start(listen=[listen])
    warmed_up(server)
    pid = server.process.pid
    with server.stub() as stub:
        few = descriptors(server) + 4
        _, most = resource.prlimit(pid, resource.RLIMIT_NOFILE)
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (few, most))
        for _ in range(20):
            clients.dial(server.grpc[0])
        eventually(lambda: "Too many open files" in server.log(), "a warning")

        # Who is connected is served, and the wait for descriptors costs next to nothing.
        begin, busy = time.monotonic(), cpu_seconds(pid)
        stub.ComputeAdvantages(batches.rloo(), timeout=PATIENCE)
        eventually(lambda: time.monotonic() > begin + 1, "a second")
        assert cpu_seconds(pid) - busy < 0.5
        assert server.log().count("cannot accept") == 1

        resource.prlimit(pid, resource.RLIMIT_NOFILE, (most, most))
        # The one whose accept succeeded when no second descriptor was left has been closed.
        assert sum(greet(client) for client in clients) >= 19


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_a_limit_beyond_the_descriptors(tmp_path):
    ended = subprocess.run(
        ["prlimit", "--nofile=3023:3023", BINARY, "--http-listen=off", f"--listen=unix:{tmp_path}/a"],
        capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert ended.returncode == 1
    assert "--max-connections 1000 needs 3024 file descriptors" in ended.stderr
    assert "3023 (ulimit -n)" in ended.stderr


def test_http_leaves_descriptors_to_grpc(start, tmp_path):
    """What the limit allows beyond 2 x 1000 connections of gRPC and 512 is for HTTP."""
    limited = tmp_path / "limited"
    limited.write_text(f'#!/bin/sh\nexec prlimit --nofile=4000:4000 {BINARY} "$@"\n', encoding="ascii")
    limited.chmod(0o755)
    server = start(binary=limited)
    # The log is written by a thread of its own.
    eventually(lambda: "--http-max-connections 10000 is lowered to 1488" in server.log(), "a warning")
    assert server.metrics().value("advantaged_limit", limit="http_max_connections") == 1488


def test_limits_are_told_to_clients(start, clients):
    server = start("--max-streams-per-connection=7", "--max-metadata-bytes=2000")
    told = settings(clients.dial(server.grpc[0]))
    assert told[MAX_CONCURRENT_STREAMS] == 7
    assert told[MAX_HEADER_LIST_SIZE] == 2 * 2000 + 8192


def numbers_of(host):
    return {entry[4][0] for entry in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)}


@pytest.mark.parametrize("host, numbers", [("localhost", numbers_of("localhost")),
                                           ("[::]", {"127.0.0.1", "::1"})])
def test_every_address_of_a_name(start, clients, host, numbers):
    if not pathlib.Path("/proc/net/if_inet6").exists():
        pytest.skip("no IPv6")
    server = start(listen=[f"{host}:0"])
    port = server.grpc[0].removeprefix(f"{host}:")
    for number in numbers:
        assert greet(clients.dial(f"{number}:{port}"))


def test_socket_mode_is_exact(start, tmp_path):
    """Whatever the mask of the process: wider than it, and narrower."""
    previous = os.umask(0o027)
    try:
        for mode in ("0666", "0600"):
            path = tmp_path / mode
            start(f"--socket-mode={mode}", listen=[f"unix:{path}"])
            assert path.stat().st_mode & 0o777 == int(mode, 8)
    finally:
        os.umask(previous)
