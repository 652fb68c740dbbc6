"""TLS and mTLS: who may come in, who may not, and what an operator hears of it."""

import concurrent.futures
import json
import os
import subprocess
import urllib.error
import urllib.request

import batches
import pytest
from authority import HOUR, ROOT, SERVER, Files, Identity
from cryptography.hazmat.primitives import serialization
from running_server import BINARY, ENVIRONMENT, PATIENCE, eventually
from tls_calls import answers, handshakes

INTERMEDIATE = Identity("intermediate", ROOT, authority=True)
OTHER_ROOT = Identity("other root", authority=True)
TRAINER = Identity("trainer", ROOT, names=["trainer.example"])
ALLOWED = ["--tls-client-names=trainer.example,*.team.example", "--tls-client-names=spiffe://cluster/ns/a/sa/b"]


@pytest.fixture
def files(tmp_path):
    result = Files(tmp_path)
    result.write()
    return result


def lines(server, text):
    return [line["message"] for line in map(json.loads, server.log().splitlines()) if text in line["message"]]


def test_tls_on_tcp_and_plain_unix_sockets(start, files, tmp_path):
    server = start(*files.flags, listen=["127.0.0.1:0", f"unix:{tmp_path}/a.sock"])
    assert answers(server)
    assert not answers(server, roots=OTHER_ROOT.certificate)  # the client does not trust us
    with server.stub(1) as plain:
        plain.ComputeAdvantages(batches.rloo())
    assert handshakes(server, "accepted") == 1  # nobody else finished one
    assert server.stop() == 0


def test_plain_clients_are_turned_away_and_the_server_stays(start, files):
    server = start(*files.flags)
    host, _, port = server.grpc[0].rpartition(":")
    with pytest.raises(OSError):
        urllib.request.urlopen(f"http://{host}:{port}/", timeout=PATIENCE)
    assert answers(server)


def test_without_an_authority_clients_need_no_certificate(start, files):
    server = start(*files.flags)
    assert answers(server)
    assert answers(server, Identity("stranger"))


@pytest.mark.parametrize("client, chain", [
    (TRAINER, b""),
    (Identity("by an intermediate", INTERMEDIATE, names=["trainer.example"]), INTERMEDIATE.certificate),
    (Identity("one label", ROOT, names=["x.example", "a.TEAM.example"]), b""),
    (Identity("uri", ROOT, names=["spiffe://cluster/ns/a/sa/b"]), b""),
    (Identity("no usage", ROOT, names=["trainer.example"], usages=()), b""),
], ids=lambda value: getattr(value, "name", None) and value.name.rfc4514_string())
def test_client_with_a_good_certificate(start, files, client, chain):
    server = start(*files.mutual_flags, *ALLOWED)
    assert answers(server, client, chain=chain)
    assert handshakes(server, "accepted") == 1


@pytest.mark.parametrize("result, reason, client", [
    ("no_certificate", "", None),
    ("untrusted", "unable to get local issuer certificate", Identity("a", OTHER_ROOT, names=["trainer.example"])),
    ("untrusted", "self", Identity("a", names=["trainer.example"])),  # "self-signed" or "self signed"
    ("untrusted", "unable to get local issuer certificate", Identity("a", INTERMEDIATE, names=["trainer.example"])),
    ("untrusted", "purpose", Identity("a", ROOT, names=["trainer.example"], usages=[SERVER])),
    ("expired", "expired", Identity("a", ROOT, names=["trainer.example"], begins=-2 * HOUR, ends=-HOUR)),
    ("expired", "not yet valid", Identity("a", ROOT, names=["trainer.example"], begins=HOUR)),
    ("name_not_allowed", "its names are none", Identity("trainer.example", ROOT)),
    ("name_not_allowed", "its names are a.b.team.example, team.example",
     Identity("a", ROOT, names=["a.b.team.example", "team.example"])),
    ("name_not_allowed", "its names are *.team.example", Identity("a", ROOT, names=["*.team.example"])),
    ("name_not_allowed", "its names are spiffe://cluster/ns/A/sa/b",
     Identity("a", ROOT, names=["spiffe://cluster/ns/A/sa/b"])),
])
def test_refused_client_is_counted_and_logged_without_secrets(start, files, result, reason, client):
    server = start(*files.mutual_flags, *ALLOWED)
    assert not answers(server, client)
    refused = handshakes(server, result)
    assert refused >= 1
    said = lines(server, f"client refused: {result}")
    assert len(said) == refused and all(reason in line for line in said), said
    if client is not None:
        assert all(f"({client.x509.subject.rfc4514_string()}, signed by " in line for line in said)
    for secret in ("BEGIN", files.server.key.decode().splitlines()[1]):
        assert secret not in server.log()
    assert handshakes(server, "accepted") == 0
    assert answers(server, TRAINER)
    # Refused connections are gone, too.
    eventually(lambda: server.metrics().value("advantaged_connections", transport="tcp") == 0, "connections closed")


def test_a_flood_of_refusals_has_few_lines(start, files):
    server = start(*files.mutual_flags)

    def said_so():
        list(pool.map(lambda _: answers(server), range(64)))  # many within a second, however slow the machine
        return any("before it without a line" in line for line in lines(server, "client refused"))

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        eventually(said_so, "lines are left out")
    assert len(lines(server, "client refused")) < handshakes(server, "no_certificate")


def test_names_change_with_sighup(start, files, tmp_path):
    config = tmp_path / "advantaged.toml"
    config.write_text('tls_client_names = ["other.example"]')
    server = start(*files.mutual_flags, f"--config={config}")
    assert not answers(server, TRAINER)
    config.write_text('tls_client_names = ["TRAINER.example"]')
    server.process.send_signal(subprocess.signal.SIGHUP)
    eventually(lambda: lines(server, "tls_client_names has changed"), "reload in the log")
    assert answers(server, TRAINER)


def test_http_computes_for_nobody_where_clients_need_certificates(start, files):
    server = start(*files.mutual_flags)
    request = urllib.request.Request(f"http://{server.http}/v1/compute", b'{"method": {"rloo": {}}}',
                                     {"Content-Type": "application/json"})
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=PATIENCE)
    body = json.load(refused.value)
    assert (refused.value.code, body["code"]) == (403, 7)
    assert "--tls-client-ca" in body["message"]
    assert server.get("/readyz") and server.get("/v1/info")
    assert server.metrics().value("advantaged_http_requests_total", path="/v1/compute", code="403") == 1


def test_expiry_of_certificates_is_on_the_metrics_page(start, files):
    server = start(*files.mutual_flags)
    family = "advantaged_tls_certificate_expiry_timestamp_seconds"
    assert server.metrics().value(family, certificate="server") == files.server.expiry
    assert server.metrics().value(family, certificate="client_ca") == ROOT.expiry
    assert start().metrics().sum(family) == 0


def run(*flags):
    return subprocess.run([BINARY, "--listen=127.0.0.1:0", "--http-listen=off", *flags], capture_output=True, text=True,
                          timeout=PATIENCE, env=ENVIRONMENT, check=False)


PASSPHRASE = serialization.BestAvailableEncryption(b"secret")


@pytest.mark.parametrize("what, name, text", [
    ({"certificate": b""}, "tls.crt", "No such file or directory"),
    ({"certificate": b"garbage"}, "tls.crt", "holds no certificate in PEM"),
    ({"certificate": TRAINER.certificate + TRAINER.certificate[:300]}, "tls.crt", "certificate 2 cannot be read"),
    ({"key": b"garbage"}, "tls.key", "holds no private key in PEM"),
    ({"key": TRAINER.key}, "tls.key", "is not that of the certificate"),
    ({"key": TRAINER.encoded(PASSPHRASE)}, "tls.key", "the private key is encrypted, which a server cannot use"),
    ({"authorities": ()}, "ca.crt", "No such file or directory"),
    ({"certificate": TRAINER.certificate * 3000}, "tls.crt", "is larger than 1 MiB"),
])
def test_start_with_a_bad_file_ends_and_names_it(files, what, name, text):
    files.write(**what)
    ended = run(*files.mutual_flags)
    assert ended.returncode == 1
    error, = ended.stderr.splitlines()
    assert f"{files.folder}/{name}: {text}" in error


@pytest.mark.parametrize("name", ["tls.crt", "tls.key", "ca.crt"])
def test_a_named_pipe_in_place_of_a_file_is_refused_without_waiting_for_a_writer(files, name):
    path = files.folder / name
    path.unlink()
    os.mkfifo(path)
    ended = run(*files.mutual_flags)
    assert ended.returncode == 1
    error, = ended.stderr.splitlines()
    assert f"{path}: is not a regular file" in error


@pytest.mark.parametrize("flags, error", [
    (["--tls-certificate=a"], "--tls-certificate: needs --tls-key beside it"),
    (["--tls-key=a"], "--tls-key: needs --tls-certificate beside it"),
    (["--tls-client-ca=a"], "--tls-client-ca: needs --tls-certificate beside it"),
    (["--tls-certificate=a", "--tls-key=b", "--tls-client-names=a"],
     "--tls-client-names: needs --tls-client-ca beside it"),
    (["--tls-client-names=a b"],
     '--tls-client-names: "a b" is neither a DNS name (a.example, *.example) nor a URI'),
])
def test_flags_that_do_not_go_together_end_the_start(flags, error):
    for check in ([], ["--check-config"]):
        ended = run(*flags, *check)
        assert ended.returncode == 2
        assert ended.stderr.splitlines()[0] == error


