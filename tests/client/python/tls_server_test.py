"""The client and our server with mTLS: settings of the environment, refusals, certificates that change under load."""

import concurrent.futures
import os
import pathlib
import pickle
import subprocess
import sys
import threading

import advantaged
import pytest
from advantaged import Tls, errors
from authority import NAME, ROOT, Files, Identity
from cryptography.hazmat.primitives import serialization
from running_server import PATIENCE, eventually

TRAINER = Identity("trainer", ROOT, names=["trainer.example"])
PREFIX = "ADVANTAGED_CLIENT_TLS_"


@pytest.fixture
def files(tmp_path):
    result = Files(tmp_path)
    result.write()
    return result


@pytest.fixture
def server(start, files):
    return start(*files.mutual_flags, "--tls-client-names=*.example", "--access-log-per-second=0")


@pytest.fixture
def environment(tmp_path, monkeypatch):
    """Sets the variables of a client; gives their values."""
    values = {"SERVER_NAME": NAME}
    contents = {"CA": ROOT.certificate, "CERTIFICATE": TRAINER.certificate, "KEY": TRAINER.key}
    for name, content in contents.items():
        path = tmp_path / name
        path.write_bytes(content)
        values[name] = str(path)
    for name, value in values.items():
        monkeypatch.setenv(PREFIX + name, value)
    return values


def tls_of(client):
    return Tls(ROOT.certificate, client and client.key, client and client.certificate, NAME)


def test_settings_of_the_environment(compute, server, environment):
    run, client = compute(server.grpc[0])
    assert run([1, 0], groups=2, method="rloo").advantages == [1, -1]
    assert client.options.tls == tls_of(TRAINER)


def test_files_that_change_count_for_new_connections(compute, server, environment, files):
    """Authority and certificates of both sides change; a file that is half written changes nothing."""
    run, client = compute(server.grpc[0], max_connection_age=0.02, deadline=1)

    def works():
        try:
            return run([1, 0], groups=2, method="rloo").advantages == [1, -1]
        except errors.DeadlineExceeded:
            return False
    eventually(works, "a connection")
    for half in (b"", Identity("other").key):
        pathlib.Path(environment["KEY"]).write_bytes(half)
        for _ in range(3):
            eventually(works, "a connection by the key as it was")
    root = Identity("next", authority=True)
    trainer = Identity("trainer", root, names=["next.example"])
    files.write(server=Identity("server", root, names=[NAME]), authorities=[root])
    eventually(lambda: not works(), "a server whose authority is another")
    contents = {"CA": root.certificate, "CERTIFICATE": trainer.certificate, "KEY": trainer.key}
    for name, content in contents.items():
        pathlib.Path(environment[name]).write_bytes(content)
    eventually(works, "the new certificate")
    assert client.options.tls == Tls(root.certificate, trainer.key, trainer.certificate, NAME)
    copy = pickle.loads(pickle.dumps(client))
    assert copy.options == client.options


def test_unix_sockets_and_explicit_settings_do_not_take_them(environment, compute, start, tmp_path):
    plain = start(listen=[f"unix:{tmp_path}/a.sock"])
    run, _ = compute(plain.grpc[0])
    assert run([1, 0], groups=2, method="rloo").advantages == [1, -1]
    given = tls_of(None)
    assert compute("127.0.0.1:1", tls=given)[1].options.tls == given


@pytest.mark.parametrize("name, value, error", [
    ("CA", "/no/such/file", "ADVANTAGED_CLIENT_TLS_CA: /no/such/file: No such file or directory"),
    ("KEY", "", "tls.private_key: not set"),
    ("CERTIFICATE", "/dev/zero", "ADVANTAGED_CLIENT_TLS_CERTIFICATE: /dev/zero: is not a regular file"),
    ("CA", "PIPE", "ADVANTAGED_CLIENT_TLS_CA: PIPE: is not a regular file"),
    ("CERTIFICATE", "EMPTY", "tls.certificate_chain: bytes that is not PEM"),
])
def test_bad_settings_of_the_environment_are_named(environment, monkeypatch, tmp_path, name, value, error):
    monkeypatch.chdir(tmp_path)
    os.mkfifo("PIPE")
    pathlib.Path("EMPTY").touch()
    monkeypatch.setenv(PREFIX + name, value)
    with pytest.raises(advantaged.InvalidArgument) as caught:
        advantaged.Client("127.0.0.1:1")
    assert error in str(caught.value)


@pytest.mark.parametrize("key", [Identity("other").key, TRAINER.encoded(serialization.BestAvailableEncryption(b"secret"))],
                         ids=["other", "encrypted"])
def test_a_key_that_is_no_use_is_named(environment, key):
    pathlib.Path(environment["KEY"]).write_bytes(key)
    with pytest.raises(advantaged.InvalidArgument) as caught:
        advantaged.Client("127.0.0.1:1")
    assert str(caught.value).endswith(f"{environment['KEY']}: is not the unencrypted private key of "
                                      f"{environment['CERTIFICATE']}")


def test_doctor_goes_by_the_environment(server, environment):
    def doctor(env):
        return subprocess.run([sys.executable, "-m", "advantaged", "doctor", server.grpc[0]], env=env, check=False,
                              capture_output=True, text=True, timeout=PATIENCE)
    good = doctor(dict(os.environ))
    assert good.returncode == 0, good.stdout
    bad = doctor({name: value for name, value in os.environ.items() if not name.startswith(PREFIX)})
    assert bad.returncode == 1 and PREFIX + "CA" in bad.stdout


@pytest.mark.parametrize("client", [None, Identity("stranger", names=["a.example"]), Identity("unnamed", ROOT)],
                         ids=["no certificate", "untrusted", "unnamed"])
def test_a_refused_client_hears_that_it_may_be_its_certificate(compute, server, client):
    run, _ = compute(server.grpc[0], tls=tls_of(client), deadline=3)
    with pytest.raises(errors.DeadlineExceeded, match="a certificate of the client"):
        run([1, 0], groups=2, method="rloo")
    assert server.metrics().value("advantaged_tls_handshakes_total", result="accepted") == 0


def test_certificates_change_under_load_and_no_call_fails(server, files):
    """By a client that stays, and by one after the other; neither may try twice."""
    done = threading.Event()
    settings = {"tls": tls_of(TRAINER), "max_attempts": 1, "wait_for_ready": False}

    def stay():
        calls = 0
        with advantaged.Client(server.grpc[0], **settings) as client:
            while not done.is_set():
                client.compute([1, 0], groups=2, method="rloo")
                calls += 1
        return calls

    def come_and_go():
        calls = 0
        while not done.is_set():
            with advantaged.Client(server.grpc[0], **settings) as client:
                client.compute([1, 0], groups=2, method="rloo")
            calls += 1
        return calls

    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        running = [pool.submit(work) for work in (stay, come_and_go, come_and_go)]
        try:
            for count in (1, 2):
                files.write()
                eventually(lambda count=count: server.metrics().value("advantaged_tls_reloads_total",
                                                                      result="success") == count, "files taken")
        finally:
            done.set()
        assert min(future.result() for future in running) > 5
