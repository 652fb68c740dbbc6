"""advctl and servers with TLS."""

import os
import pathlib

import pytest
from authority import NAME, ROOT, Files, Identity

from programs import advctl
from programs import server as server_with

VARIABLES = {"--tls-ca": "ADVANTAGED_CLIENT_TLS_CA", "--tls-certificate": "ADVANTAGED_CLIENT_TLS_CERTIFICATE",
             "--tls-key": "ADVANTAGED_CLIENT_TLS_KEY", "--tls-server-name": "ADVANTAGED_CLIENT_TLS_SERVER_NAME"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with what a trainer has: ca.crt, trainer.crt, trainer.key; and those of the server in tls."""
    folder = tmp_path_factory.mktemp("files")
    Files(folder).write()
    trainer = Identity("trainer", ROOT)
    for name, content in {"ca.crt": ROOT.certificate, "trainer.crt": trainer.certificate,
                          "trainer.key": trainer.key}.items():
        pathlib.Path(folder, name).write_bytes(content)
    return folder


@pytest.fixture(scope="module")
def addresses(folder):
    tls = folder / "tls"
    with server_with("--tls-certificate", f"{tls}/tls.crt", "--tls-key", f"{tls}/tls.key",
                     "--tls-client-ca", f"{tls}/ca.crt") as addresses:
        yield addresses


@pytest.fixture
def given(folder):
    """Flags and values of a client that may come in."""
    return {"--tls-ca": f"{folder}/ca.crt", "--tls-certificate": f"{folder}/trainer.crt",
            "--tls-key": f"{folder}/trainer.key", "--tls-server-name": NAME}


def run(command, address, flags, **options):
    words = [word for flag in flags.items() for word in flag]
    words += ["--responses=64", "--seconds=0.1", "--warm-up=0"] if command == "bench" else []
    return advctl(command, "--server", address, "--timeout", "50", *words, **options)


@pytest.mark.parametrize("command", ["ping", "info", "doctor", "bench"])
def test_flags(addresses, given, command):
    done = run(command, addresses[0], given)
    assert (done.returncode, done.stderr) == (0, "")


def test_environment(addresses, given):
    done = run("ping", addresses[0], {}, environment={VARIABLES[flag]: value for flag, value in given.items()})
    assert (done.returncode, done.stderr) == (0, "")


def test_unix_sockets_are_plain(addresses, given):
    assert run("ping", addresses[1], given).returncode == 0


@pytest.mark.parametrize("without", [("--tls-certificate", "--tls-key"), ("--tls-ca",), ("--tls-server-name",)])
def test_doctor_says_what_may_be_missing(addresses, given, without):
    done = run("doctor", addresses[0], {flag: value for flag, value in given.items() if flag not in without})
    assert done.returncode == 3
    assert "--tls-ca" in done.stdout and "--tls-certificate" in done.stdout


@pytest.mark.parametrize("changes, error", [
    ({"--tls-key": ""}, "advctl: --tls-certificate and --tls-key go together"),
    ({"--tls-certificate": ""}, "advctl: --tls-certificate and --tls-key go together"),
    ({"--tls-ca": "/no/such/file"}, "advctl: --tls-ca: /no/such/file: No such file or directory"),
    ({"--tls-key": "/dev/null"}, "advctl: --tls-key: /dev/null: is not a regular file"),
    ({"--tls-ca": "/dev/zero"}, "advctl: --tls-ca: /dev/zero: is not a regular file"),
    ({"--tls-key": "EMPTY"}, "advctl: --tls-key: EMPTY: is empty"),
    ({"--tls-certificate": "PIPE"}, "advctl: --tls-certificate: PIPE: is not a regular file"),
])
def test_what_cannot_be_used_is_named(addresses, given, tmp_path, monkeypatch, changes, error):
    monkeypatch.chdir(tmp_path)
    os.mkfifo("PIPE")
    pathlib.Path("EMPTY").touch()
    done = run("ping", addresses[0], {**given, **changes})
    assert (done.returncode, done.stderr.splitlines()[0]) == (2, error)
