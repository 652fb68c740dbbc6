"""Start and end: addresses, sockets, the ready file, signals, usage."""

import fcntl
import json
import os
import signal
import socket
import subprocess

import batches
import pytest
from running_server import BINARY, ENVIRONMENT, PATIENCE, Server, eventually


def run(*flags, env=None):
    """Runs a server that must end by itself."""
    return subprocess.run([BINARY, *flags], capture_output=True, text=True, timeout=PATIENCE,
                          env={**ENVIRONMENT, **(env or {})}, check=False)


def run_on(*listen):
    return run("--http-listen=off", *(f"--listen={address}" for address in listen))


def test_busy_port(start):
    server = start()
    address = server.grpc[0]
    ended = run_on(address)
    assert ended.returncode == 1
    assert f"cannot listen on {address}: Address already in use" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1
    with server.stub() as stub:
        stub.ComputeAdvantages(batches.rloo())


def test_busy_http_port(start):
    server = start()
    ended = run("--listen=127.0.0.1:0", f"--http-listen={server.http}")
    assert ended.returncode == 1
    assert f"cannot listen on {server.http}: Address already in use" in ended.stderr


def test_the_second_of_two_addresses_is_named(start):
    busy = start().grpc[0]
    ended = run_on("127.0.0.1:0", busy)
    assert ended.returncode == 1
    assert f"cannot listen on {busy}" in ended.stderr


def test_unknown_host():
    ended = run_on("host.invalid:0")
    assert ended.returncode == 1
    assert "cannot listen on host.invalid:0: Name or service not known" in ended.stderr


def test_stale_socket_is_taken_over(start, tmp_path):
    path = tmp_path / "a.sock"
    first = start(listen=[f"unix:{path}"])
    first.process.kill()
    first.process.wait()
    assert path.exists()
    second = start(listen=[f"unix:{path}"])
    with second.stub() as stub:
        stub.ComputeAdvantages(batches.rloo())


def test_live_socket_is_left_alone(start, tmp_path):
    path = tmp_path / "a.sock"
    first = start(listen=[f"unix:{path}"])
    ended = run_on(f"unix:{path}")
    assert ended.returncode == 1
    assert f"cannot listen on unix:{path}: another server" in ended.stderr
    with first.stub() as stub:
        stub.ComputeAdvantages(batches.rloo())


def test_socket_of_another_program_is_left_alone(tmp_path):
    path = tmp_path / "a.sock"
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(path))
        other.listen()
        ended = run_on(f"unix:{path}")
    assert ended.returncode == 1
    assert "another server listens there" in ended.stderr
    assert path.exists()


def test_lock_of_a_server_without_a_socket_yet(tmp_path):
    path = tmp_path / "a.sock"
    with open(f"{path}.lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ended = run_on(f"unix:{path}")
    assert ended.returncode == 1
    assert f"cannot listen on unix:{path}: another server holds {path}.lock" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1
    assert not path.exists()


def test_file_that_is_no_socket_is_left_alone(tmp_path):
    path = tmp_path / "precious"
    path.write_text("data", encoding="utf-8")
    ended = run_on(f"unix:{path}")
    assert ended.returncode == 1
    assert "not a socket" in ended.stderr
    assert path.read_text(encoding="utf-8") == "data"


def test_socket_in_a_folder_that_is_not_there(tmp_path):
    ended = run_on(f"unix:{tmp_path}/nowhere/a.sock")
    assert ended.returncode == 1
    assert "No such file or directory" in ended.stderr


def test_socket_mode(start, tmp_path):
    path = tmp_path / "a.sock"
    start("--socket-mode=0600", listen=[f"unix:{path}"])
    assert path.stat().st_mode & 0o777 == 0o600


def test_socket_is_removed_at_the_end(start, tmp_path):
    path = tmp_path / "a.sock"
    assert start(listen=[f"unix:{path}"]).stop() == 0
    assert not path.exists()


def test_ready_file_is_there_while_serving(start):
    server = start(http="off")
    assert server.http is None
    assert not list(server.ready_file.parent.glob("*.new"))
    assert server.stop() == 0
    assert not server.ready_file.exists()


def test_ready_file_that_cannot_be_written(tmp_path):
    ended = run("--listen=127.0.0.1:0", "--http-listen=off", f"--ready-file={tmp_path}/nowhere/r")
    assert ended.returncode == 1
    assert f"cannot write {tmp_path}/nowhere/r" in ended.stderr


def test_a_named_pipe_in_the_way_of_the_ready_file_is_not_waited_for(tmp_path):
    """Also where the draft goes, which then takes its place. A reader of the pipe would end the wait of open()."""
    os.mkfifo(tmp_path / "ready.json.new")
    server = Server(tmp_path)
    assert json.loads(server.ready_file.read_text())["grpc"] == server.grpc
    assert server.stop() == 0
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    ended = run("--listen=127.0.0.1:0", "--http-listen=off", f"--ready-file={pipe}")
    assert ended.returncode == 1
    assert f"cannot write {pipe}: is not a regular file" in ended.stderr
    assert pipe.is_fifo(), "what the server has not made is left"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_finishes_what_is_in_flight(start, number):
    server = start()
    with server.stub() as stub:
        request = batches.slow()
        call = stub.ComputeAdvantages.future(request)
        eventually(lambda: server.metrics().value("advantaged_requests_in_flight") == 1, "a call")
        assert server.stop(number) == 0
        assert len(call.result(PATIENCE).advantages_float32_le) == 4 * request.response_count


def test_not_ready_while_finishing(start):
    server = start()
    with server.stub() as stub:
        call = stub.ComputeAdvantages.future(batches.slow())
        eventually(lambda: server.metrics().value("advantaged_requests_in_flight") == 1, "a call")
        assert server.get("/readyz") == "ready\n"
        server.process.send_signal(signal.SIGTERM)
        statuses = set()

        def told():
            try:
                with socket.create_connection(server.http.split(":"), PATIENCE) as http:
                    http.sendall(b"GET /readyz HTTP/1.0\r\n\r\n")
                    statuses.add(http.makefile().readline().split()[1])
            except OSError:
                return True  # ended
            return "503" in statuses
        eventually(told, "503")
        assert "503" in statuses
        assert call.result(PATIENCE)
        assert server.process.wait(PATIENCE) == 0


def test_environment_and_precedence(start, tmp_path):
    path = tmp_path / "a.sock"
    server = start("--max-request-bytes=2048", listen=(),
                   env={"ADVANTAGED_LISTEN": f"127.0.0.1:0,unix:{path}",
                        "ADVANTAGED_MAX_REQUEST_BYTES": "1024"})
    assert server.grpc[1] == f"unix:{path}"
    assert '"max_request_bytes":2048' in server.get("/v1/info")


@pytest.mark.parametrize("flag, complaint", [
    ("--listen=localhost", "localhost"),
    ("--listen=127.0.0.1:65536", "65536"),
    ("--listen=::1:50051", "brackets"),
    ("--listen=unix:", "no path"),
    ("--listen=unix:/" + "x" * 108, "109 bytes"),
    ("--http-listen=unix:/x", "HOST:PORT"),
    ("--max-request-bytes=10", "10"),
    ("--socket-mode=0999", "0999"),
    ("--no-such-flag", "no-such-flag"),
])
def test_wrong_usage(flag, complaint):
    ended = run(flag)
    assert ended.returncode == 2
    assert complaint in ended.stderr


def test_help_and_version():
    help_ = run("--help")
    assert help_.returncode == 0
    for text in ("--listen", "ADVANTAGED_LISTEN", "gRPC:", "HTTP:", "Process:"):
        assert text in help_.stdout
    version = run("--version")
    assert version.returncode == 0
    assert version.stdout.startswith("advantaged ")
