"""python -m advantaged doctor: whatever is wrong, it says what, and what to do about it."""

import concurrent.futures
import importlib.metadata
import os
import pathlib
import re
import shutil
import signal
import struct
import subprocess
import sys
import tempfile

import grpc
import pytest
from advantaged.doctor import examine
from advantaged.v1 import compute_pb2
from fake_server import Failure, Health, serving
from running_server import ENVIRONMENT, PATIENCE, Server

PROXIES = re.compile(r"_proxy$", re.IGNORECASE)
CLEAN = {name: value for name, value in ENVIRONMENT.items() if not PROXIES.search(name)}
NOBODY = 65534
GOLDEN = [1, 0, 0, 1, 0, 0, 0, 0]


class Report:
    """What it wrote: findings by check, remedies by check."""

    def __init__(self, *arguments, env=(), **settings):
        command = [sys.executable, "-m", "advantaged", "doctor", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE,
                              env={**CLEAN, **dict(env)}, **settings)
        self.text, self.code = done.stdout, done.returncode
        assert done.stderr == "", done.stderr
        self.found, self.remedies, self.notes = {}, {}, {}
        for line in done.stdout.splitlines():
            if match := re.match(r"(ok|FAIL|note) +(\w+) +(.*)", line):
                mark, check = match[1], match[2]
                if mark != "note":
                    self.found[check] = (mark, match[3])
            elif match := re.match(r" +-> (.*)", line):
                (self.notes if mark == "note" else self.remedies)[check] = match[1]
        # Each failure has its remedy, and nothing else has one.
        assert set(self.remedies) == {check for check, (mark, _) in self.found.items() if mark == "FAIL"}

    def assert_well(self, *checks):
        assert (self.code, self.remedies) == (0, {}), self.text
        assert list(self.found) == ["versions", "target", *checks], self.text
        assert self.text.endswith("\n\nall is well\n")

    def assert_fails(self, check, found, remedy):
        """This check does, no other, and it ends there."""
        assert (self.code, list(self.remedies)) == (1, [check]), self.text
        assert re.search(found, self.found[check][1]), self.text
        assert re.search(remedy, self.remedies[check]), self.text
        assert self.text.endswith("\n\n1 of the checks failed\n")


def doctor(*arguments, **settings):
    return Report(*arguments, **settings)


@pytest.fixture
def folder():
    """A folder that any user may enter: pytest's own are the user's alone."""
    path = pathlib.Path(tempfile.mkdtemp())
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture
def fake():
    with serving() as running:
        yield running


def advantages(*values):
    """An answer with these, whatever was asked."""
    return compute_pb2.ComputeAdvantagesResponse(advantages_float32_le=struct.pack(f"<{len(values)}f", *values))


def test_all_is_well(server):
    report = doctor(server.grpc[0])
    report.assert_well("proxy", "server", "limits", "batch")
    for name, version in (("grpcio", grpc.__version__), ("advantaged", "0.1.0")):
        assert f"{name} {version}" in report.found["versions"][1]
    assert re.fullmatch(r"version \S+, numerics \d+, \w+, gRPC \S+, protobuf \S+", report.found["server"][1])
    assert report.found["limits"][1].startswith("75497472 bytes a request, 16777216 responses a batch")


def test_all_is_well_on_a_unix_socket(start, tmp_path):
    start(listen=[f"unix:{tmp_path}/a.sock"])
    for spelling in f"unix:{tmp_path}/a.sock", f"unix://{tmp_path}/a.sock":
        report = doctor(spelling)
        report.assert_well("proxy", "socket", "server", "limits", "batch")
        assert f"{tmp_path}/a.sock, mode 0660" in report.found["socket"][1]


def test_the_target_of_the_environment(server):
    report = doctor(env={"ADVANTAGED_TARGET": server.grpc[0]})
    report.assert_well("proxy", "server", "limits", "batch")
    assert report.found["target"][1] == f"{server.grpc[0]}  (from ADVANTAGED_TARGET)"


def test_in_process(local):
    report = doctor()
    report.assert_well("batch")
    assert report.found["batch"][1] == "computed in-process, every bit as it should be"


def test_neither_target_nor_core(tmp_path):
    """The core is hidden by a package of its name that cannot be imported."""
    (tmp_path / "advantaged_local.py").write_text("raise ImportError")
    path = os.pathsep.join([str(tmp_path), CLEAN.get("PYTHONPATH", "")])
    doctor(env={"PYTHONPATH": path}).assert_fails(
        "target", "none, and no in-process core", r"name a server .* ADVANTAGED_TARGET.*advantaged\[local\]")


@pytest.mark.parametrize("target, remedy", [("localhost", "write host:port"), ("unix:", "unix:/path"),
                                            ("http://127.0.0.1:50051/", "write '127.0.0.1:50051'"),
                                            ("https://a.example:443", r"write 'a.example:443' and give tls=Tls\(\)")])
def test_what_is_no_target(target, remedy):
    doctor(target).assert_fails("target", re.escape(target), remedy)


def test_no_server(start):
    server = start()
    server.stop()
    doctor(server.grpc[0]).assert_fails("server", "refused", "check that the server runs")


def test_a_name_that_nobody_has():
    doctor("no-such-host.invalid:50051").assert_fails("server", "no-such-host.invalid", "that the address is right")


def test_the_http_port(server):
    doctor(server.http).assert_fails("server", "http1", r"check the port \(gRPC 50051, HTTP 9464\)")


def test_another_grpc_server():
    other = grpc.server(concurrent.futures.ThreadPoolExecutor(4), [Health()])
    address = f"127.0.0.1:{other.add_insecure_port('127.0.0.1:0')}"
    other.start()
    doctor(address).assert_fails("server", "UNIMPLEMENTED", "something else listens there")
    other.stop(None).wait()


def test_a_server_that_does_not_answer(start):
    server = start()
    server.freeze()
    try:
        doctor(server.grpc[0], "--timeout=0.5").assert_fails("server", "0.5 s", "nothing answers, or packets are dropped")
    finally:
        server.process.send_signal(signal.SIGCONT)


def test_a_full_server(fake):
    fake.failures = [Failure(grpc.StatusCode.RESOURCE_EXHAUSTED)]
    doctor(fake.address).assert_fails("batch", "as told", "the server is full")


def test_wrong_numbers(fake):
    """Off by one bit in one of eight."""
    right, wrong = 3 ** 0.5, -(3 ** -0.5)
    golden = [right if reward else wrong for reward in GOLDEN]
    fake.answer = advantages(*golden)
    doctor(fake.address).assert_well("proxy", "server", "limits", "batch")
    golden[7] = float.fromhex("-0x1.279a72p-1")  # the float32 beside it
    fake.answer = advantages(*golden)
    doctor(fake.address).assert_fails("batch", "3fddb3d7 bf13cd3a .* bf13cd39", "report this: the numbers are wrong")


def test_another_numerics_version_than_the_in_process_cores_is_noted(local, fake):
    fake.answer = advantages(*(3 ** 0.5 if reward else -(3 ** -0.5) for reward in GOLDEN))
    fake.numerics_version = local.numerics_version
    assert doctor(fake.address).notes == {}
    fake.numerics_version += 1
    report = doctor(fake.address)
    report.assert_well("proxy", "server", "limits", "batch")
    assert f"numerics      {local.numerics_version + 1} at the server, {local.numerics_version} in-process" in report.text
    assert "update the older one" in report.notes["numerics"]


def test_missing_numbers(fake):
    fake.answer = advantages(1, 2, 3)
    doctor(fake.address).assert_fails("batch", "3 advantages for 8 responses", "report this, with the versions")


def test_a_small_limit(start):
    server = start("--max-request-bytes=1MiB")
    report = doctor(server.grpc[0])
    report.assert_fails("limits", "^1048576 bytes a request", "--max-request-bytes")
    assert report.found["batch"][0] == "ok"  # it goes on: small batches are computed


@pytest.mark.parametrize("name", ["http_proxy", "HTTPS_PROXY", "grpc_proxy"])
def test_proxies_are_shown_and_not_in_the_way(server, name):
    report = doctor(server.grpc[0], env={name: "http://me:secret@127.0.0.1:9/"})
    report.assert_well("proxy", "server", "limits", "batch")
    assert f"{name.lower()}=http://127.0.0.1:9/: not used" in report.found["proxy"][1]
    assert "secret" not in report.text


def test_proxies_do_not_concern_a_socket(start, tmp_path):
    start(listen=[f"unix:{tmp_path}/a.sock"])
    report = doctor(f"unix:{tmp_path}/a.sock", env={"http_proxy": "http://127.0.0.1:9/"})
    assert report.found["proxy"] == ("ok", "none in the way")


@pytest.mark.parametrize("path", ["a.sock", "no/such/folder/a.sock", "file/a.sock"])
def test_a_socket_that_does_not_exist(tmp_path, path):
    (tmp_path / "file").touch()
    doctor(f"unix:{tmp_path}/{path}").assert_fails("socket", f"{tmp_path}/{path} does not exist",
                                                   f"--listen unix:{tmp_path}/{path}")


def test_what_is_no_socket(tmp_path):
    (tmp_path / "file").touch()
    doctor(f"unix:{tmp_path}/file").assert_fails("socket", "is no socket", "that the server listens on")


def test_a_socket_that_nobody_listens_on(tmp_path):
    server = Server(tmp_path, listen=[f"unix:{tmp_path}/a.sock"])
    server.stop(signal.SIGKILL)
    report = doctor(f"unix:{tmp_path}/a.sock")
    assert report.found["socket"][0] == "ok"
    report.assert_fails("server", "refused", "check that the server runs")


def another_user():
    """Settings of a process whose permissions are those of files, which root's are not."""
    if os.getuid() != 0:
        return {}
    try:
        subprocess.run([sys.executable, "-c", "import advantaged"], user=NOBODY, group=NOBODY, extra_groups=[],
                       env=CLEAN, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("runs as root, and no other user can read this environment")
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []}


def test_a_socket_without_permission(start, folder):
    server = start(listen=[f"unix:{folder}/a.sock"])
    (folder / "a.sock").chmod(0o400)
    doctor(f"unix:{folder}/a.sock", **another_user()).assert_fails("socket", "mode 0400, owner .*; this process is",
                                                                  "fsGroup.*--socket-mode 0666")
    (folder / "a.sock").chmod(0o666)
    doctor(f"unix:{folder}/a.sock", **another_user()).assert_well("proxy", "socket", "server", "limits", "batch")
    assert server.stop() == 0


def test_a_folder_that_may_not_be_entered(start, folder):
    server = start(listen=[f"unix:{folder}/a.sock"])
    folder.chmod(0o600)
    try:
        doctor(f"unix:{folder}/a.sock", **another_user()).assert_fails("socket", "may not be entered by uid", "x permission")
    finally:
        folder.chmod(0o700)
    assert server.stop() == 0


def test_help():
    for arguments in (), ("doctor",):
        done = subprocess.run([sys.executable, "-m", "advantaged", *arguments, "--help"], capture_output=True, text=True,
                              env=CLEAN, check=True)
        assert "doctor" in done.stdout and done.stderr == ""
    assert "ADVANTAGED_TARGET" in done.stdout and "--timeout" in done.stdout


@pytest.mark.parametrize("arguments", [(), ("cure",), ("doctor", "a:1", "b:1"), ("doctor", "--timeout=soon"),
                                       ("doctor", "--timeout=0"), ("doctor", "--timeout=nan")])
def test_wrong_usage(arguments):
    done = subprocess.run([sys.executable, "-m", "advantaged", *arguments], capture_output=True, text=True,
                          env=CLEAN, check=False)
    assert done.returncode == 2 and done.stdout == "" and "usage:" in done.stderr


def entry_point(module):
    return importlib.metadata.EntryPoint("advantaged", module, "verl.plugins")


@pytest.mark.parametrize("plugins, environment, found, remedy", [
    ([], "auto", "sees no plug-in called advantaged", "pip install advantaged again"),
    ([entry_point("no.such.module")], "auto", "ModuleNotFoundError: No module named 'no'", "verl swallows this error"),
    ([entry_point("string")], "none", "VERL_USE_EXTERNAL_PLUGINS=none leaves it out", "unset it"),
    ([entry_point("string")], "other,Advantaged", "loads it: algorithm.adv_estimator=advantaged", "")])
def test_why_verl_has_no_such_estimator(monkeypatch, plugins, environment, found, remedy):
    version = importlib.metadata.version
    monkeypatch.setattr(importlib.metadata, "version", lambda name: "0.9.1" if name == "verl" else version(name))
    monkeypatch.setattr(importlib.metadata, "entry_points", lambda group: plugins)
    monkeypatch.setenv("VERL_USE_EXTERNAL_PLUGINS", environment)
    finding, = (finding for finding in examine("localhost", 1) if finding.check == "verl plug-in")
    assert found in finding.found
    assert finding.remedy.startswith(remedy)
    assert bool(finding.remedy) == bool(remedy)
