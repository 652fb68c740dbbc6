"""advctl doctor: every failure it knows, its exit code and its remedy."""

import concurrent.futures
import contextlib
import os
import pathlib
import re
import shutil
import socket
import subprocess
import tempfile

import grpc
import pytest
from advantaged.v1 import advantage_service_pb2_grpc, catalog_pb2, compute_pb2

from programs import ADVCTL, PATIENCE, advctl
from programs import server as server_with

NOT_SERVING = b"\x08\x02"  # grpc.health.v1.HealthCheckResponse
PROXIES = ("grpc_proxy", "https_proxy", "http_proxy", "no_grpc_proxy", "no_proxy")


def doctor(address, environment=None, timeout=50, program=ADVCTL, **options):
    """The finished process, and the result and text of each check."""
    env = {name: value for name, value in os.environ.items() if name not in PROXIES}
    process = subprocess.run([program, "doctor", "--server", address, "--timeout", str(timeout)], check=False,
                             capture_output=True, text=True, timeout=PATIENCE, env={**env, **(environment or {})}, **options)
    table = re.findall(r"^(\w+(?: \w+)?) +(ok|note|FAILED|skipped) +(.*)$", process.stdout, re.MULTILINE)
    return process, {check: (result, found) for check, result, found in table}


def remedy(process, check):
    """What is to be done about it: the paragraph that begins with its name."""
    return re.search(rf"^{check}: (.*?)(?:\n\n|\Z)", process.stdout, re.MULTILINE | re.DOTALL).group(1)


class Fake(advantage_service_pb2_grpc.AdvantageServiceServicer):
    """Answers what the test wants."""

    def __init__(self, info=None, advantages=None):
        self.info = catalog_pb2.GetServerInfoResponse(
            version="0.1.0", numerics_version=2, max_request_bytes=64 << 20, max_responses=1 << 24, **(info or {}))
        self.advantages = advantages
        self.observed = []

    def GetServerInfo(self, request, context):
        return self.info

    def ComputeAdvantages(self, request, context):
        self.observed.append(request.observe)
        if self.advantages is None:
            context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, "too many calls in flight")
        reply = compute_pb2.ComputeAdvantagesResponse(numerics_version=1)
        if request.reply_form == compute_pb2.REPLY_FORM_ADVANTAGES_PER_GROUP:
            reply.advantages_per_group.extend(self.advantages[:4])
        else:
            reply.advantages.extend(self.advantages)
        return reply


@contextlib.contextmanager
def fake_server(service=None, *handlers):
    """A gRPC server that is not advantaged; yields its address."""
    server = grpc.server(concurrent.futures.ThreadPoolExecutor(4))
    server.add_generic_rpc_handlers(handlers)
    if service is not None:
        advantage_service_pb2_grpc.add_AdvantageServiceServicer_to_server(service, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.stop(None).wait()


@contextlib.contextmanager
def listening(family=socket.AF_INET, address=("127.0.0.1", 0)):
    with socket.socket(family) as listener:
        listener.bind(address)
        listener.listen()
        yield listener


def test_all_is_well(server):
    for address in server:
        process, checks = doctor(address)
        assert process.returncode == 0, process.stdout + process.stderr
        assert process.stderr == ""
        assert {result for result, _ in checks.values()} == {"ok"}
        assert list(checks) == ["proxy", *(["socket"] if address.startswith("unix:") else []), "connection", "health",
                                "versions", "limits", "golden batch"]
        assert checks["health"][1] == "serving"
        assert checks["golden batch"][1] == "two batches have the known bits"
    assert f"owner {os.getuid()}:" in checks["socket"][1]


def test_nobody_listens():
    with listening() as listener:
        address = f"127.0.0.1:{listener.getsockname()[1]}"
    process, checks = doctor(address)
    assert process.returncode == 3
    assert process.stderr == "advctl: failed: connection\n"
    assert checks["connection"][0] == "FAILED" and "Connection refused" in checks["connection"][1]
    assert f"advantaged --listen {address}" in remedy(process, "connection")
    assert {checks[check][0] for check in ("health", "versions", "limits", "golden batch")} == {"skipped"}


def test_silence():
    with listening() as listener:
        process, checks = doctor(f"127.0.0.1:{listener.getsockname()[1]}", timeout=0.5)
    assert process.returncode == 3 and checks["connection"][0] == "FAILED"
    assert "firewalls" in remedy(process, "connection")


def test_http_port(server):
    process, checks = doctor(server.http)
    assert process.returncode == 3 and checks["connection"][0] == "FAILED"
    assert "--http-listen" in remedy(process, "connection")


def test_another_service():
    with fake_server() as address:
        process, checks = doctor(address)
    assert process.returncode == 1
    assert checks["connection"][0] == "FAILED" and "a gRPC server answered" in checks["connection"][1]
    assert "it is no advantaged" in remedy(process, "connection")


def test_socket_missing(tmp_path):
    process, checks = doctor(f"unix:{tmp_path}/none.sock")
    assert process.returncode == 3
    assert checks["socket"] == ("FAILED", f"{tmp_path}/none.sock: No such file or directory")
    assert f"advantaged --listen unix:{tmp_path}/none.sock" in remedy(process, "socket")


def test_no_socket(tmp_path):
    path = tmp_path / "file"
    path.write_text("", encoding="utf-8")
    process, checks = doctor(f"unix:{path}")
    assert process.returncode == 3
    assert checks["socket"] == ("FAILED", f"{path} is no socket")
    assert "remove it" in remedy(process, "socket")


def test_socket_of_others():
    """Root may write everything, so it asks as another user, who may not look into root's own folders."""
    user = {"user": 65534, "group": 65534, "extra_groups": []} if os.getuid() == 0 else {}
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as programs:
        os.chmod(folder, 0o755)
        os.chmod(programs, 0o755)
        options = {**user, "cwd": "/", "program": shutil.copy(ADVCTL, programs)}
        path = pathlib.Path(folder, "own.sock")
        with listening(socket.AF_UNIX, str(path)):
            path.chmod(0o600 if user else 0)
            process, checks = doctor(f"unix:{path}", **options)
            assert process.returncode == 3
            assert checks["socket"][0] == "FAILED"
            assert f"mode {'0600' if user else '0000'}, owner {os.getuid()}:" in checks["socket"][1]
            assert f"this process is {65534 if user else os.getuid()}:" in checks["socket"][1]
            assert "--socket-mode" in remedy(process, "socket")
            if user:
                os.chmod(folder, 0o700)
                process, checks = doctor(f"unix:{path}", **options)
                assert "Permission denied" in checks["socket"][1] and "folders" in remedy(process, "socket")


@pytest.mark.parametrize("environment, result, found", [
    ({}, "ok", "none of grpc_proxy, https_proxy and http_proxy is set"),
    ({"http_proxy": "http://p:3128"}, "note", "http_proxy=http://p:3128 would catch 127.0.0.1"),
    ({"grpc_proxy": "http://g:1", "http_proxy": "http://p:3128"}, "note", "grpc_proxy=http://g:1 would catch 127.0.0.1"),
    ({"https_proxy": "http://s:1", "no_proxy": "example.com, .0.0.1"}, "ok",
     "https_proxy=http://s:1, but no_proxy exempts 127.0.0.1"),
    ({"http_proxy": "http://p:1", "no_proxy": "127.0.0.1", "no_grpc_proxy": "other"}, "note",
     "http_proxy=http://p:1 would catch 127.0.0.1"),
], ids=str)
def test_proxies(server, environment, result, found):
    """They are told, and not used: the call arrives."""
    process, checks = doctor(server[0], environment)
    assert process.returncode == 0, process.stdout
    assert checks["proxy"] == (result, found)
    assert checks["golden batch"][0] == "ok"
    assert result == "ok" or "no_proxy=127.0.0.1" in remedy(process, "proxy")
    assert doctor(server[1], environment)[1]["proxy"] == ("ok", "a Unix socket goes through none")


def test_not_serving():
    health = grpc.method_handlers_generic_handler("grpc.health.v1.Health", {
        "Check": grpc.unary_unary_rpc_method_handler(lambda request, context: NOT_SERVING)})
    with fake_server(Fake(advantages=[0]), health) as address:
        process, checks = doctor(address)
    assert process.returncode == 3
    assert checks["connection"][0] == "ok"
    assert checks["health"] == ("FAILED", "NOT_SERVING")
    assert "/readyz" in remedy(process, "health")


def test_no_health_service():
    with fake_server(Fake(advantages=[0])) as address:
        process, checks = doctor(address)
    assert process.returncode == 1  # for its batch
    assert checks["health"] == ("note", "the server has no grpc.health.v1")


@pytest.mark.parametrize("info, found", [
    ({"version": "0.2.0"}, "server 0.2.0 with numerics 2"),
    ({"numerics_version": 1}, "server 0.1.0 with numerics 1"),
])
def test_other_versions(info, found):
    service = Fake(advantages=[0] * 12)
    service.info.MergeFrom(catalog_pb2.GetServerInfoResponse(**info))
    with fake_server(service) as address:
        process, checks = doctor(address)
    assert checks["versions"][0] == "note" and found in checks["versions"][1]
    assert "required_numerics_version" in remedy(process, "versions") or "numerics_version" not in info
    if "numerics_version" in info:
        # No bits are known of it.
        assert checks["golden batch"] == ("note", "computed; bits are known of numerics 2 only")
        assert process.returncode == 0


def test_small_limits():
    with server_with("--max-request-bytes", "2000") as (address, _):
        process, checks = doctor(address)
    assert process.returncode == 0
    assert checks["limits"][0] == "note" and "requests of 2000 bytes" in checks["limits"][1]
    assert "--max-request-bytes" in remedy(process, "limits")


@pytest.mark.parametrize("advantages, found", [
    ([0.5] * 12, "pass_at_k_grpo: advantage 0 is 0.5 instead of 1.1313709"),
    (None, "pass_at_k_grpo: too many calls in flight"),
])
def test_golden_batch(advantages, found):
    service = Fake(advantages=advantages)
    with fake_server(service) as address:
        process, checks = doctor(address)
    assert process.returncode == 1
    assert process.stderr == "advctl: failed: golden batch\n"
    assert checks["golden batch"] == ("FAILED", found)
    assert ("do not train with it" if advantages else "it is full") in remedy(process, "golden batch")
    assert service.observed == [False]


def test_usage():
    assert advctl("doctor", "--server", "localhost").returncode == 2
    assert "Exit codes: 0 all is well" in advctl("doctor", "--help").stdout
