"""Certificates that change while the server runs."""

import concurrent.futures
import json
import signal
import threading

import batches
import pytest
from authority import NAME, ROOT, Files, Identity
from running_server import eventually
from tls_calls import answers, certificate_of, handshakes, reloads, stub
from tls_test import PASSPHRASE, TRAINER

NEW_ROOT = Identity("new root", authority=True)


@pytest.fixture
def files(tmp_path):
    result = Files(tmp_path)
    result.write()
    return result


def renewed(server, files, count):
    """Waits until new connections get the certificate of the files, the `count`th after the first."""
    eventually(lambda: reloads(server, "success") == count, "files taken")
    eventually(lambda: certificate_of(server) == files.server.certificate, "new certificate in use")


def test_rotation_under_load_fails_no_call(start, files):
    """Certificates and, with an overlap, authorities of both sides are exchanged while calls go over connections that
    stay and over new ones, none of which may try twice."""
    server = start(*files.mutual_flags, "--access-log-per-second=0")
    done = threading.Event()
    both = ROOT.certificate + NEW_ROOT.certificate
    client = TRAINER

    def keep_calling():
        calls = 0
        with stub(server, TRAINER, roots=both) as service:
            while not done.is_set():
                service.ComputeAdvantages(batches.rloo())
                calls += 1
        return calls

    def keep_connecting():
        calls = 0
        while not done.is_set():
            with stub(server, client, roots=both) as service:
                service.ComputeAdvantages(batches.rloo())
            calls += 1
        return calls

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        running = [pool.submit(work) for work in (keep_calling, keep_calling, keep_connecting, keep_connecting)]
        try:
            files.write()  # a renewal
            renewed(server, files, 1)
            files.write(authorities=(ROOT, NEW_ROOT))  # clients of either authority
            renewed(server, files, 2)
            client = Identity("trainer", NEW_ROOT)
            files.write(Identity("server", NEW_ROOT, names=[NAME]), authorities=(ROOT, NEW_ROOT))
            renewed(server, files, 3)
        finally:
            done.set()
        counts = [future.result() for future in running]
    assert min(counts) > 10, counts
    assert sum(handshakes(server, result) for result in ("untrusted", "expired", "no_certificate")) == 0
    # Who has only the old authority is refused once it has left the bundle.
    files.write(Identity("server", NEW_ROOT, names=[NAME]), authorities=(NEW_ROOT,))
    renewed(server, files, 4)
    assert not answers(server, TRAINER, roots=NEW_ROOT.certificate)
    assert answers(server, client, roots=NEW_ROOT.certificate)


@pytest.mark.parametrize("what, error", [
    ({"certificate": b"garbage"}, "tls.crt: holds no certificate in PEM"),
    ({"certificate": b""}, "tls.crt: No such file or directory"),
    ({"key": TRAINER.key}, "tls.key: is not that of the certificate"),
    ({"key": TRAINER.encoded(PASSPHRASE)}, "tls.key: the private key is encrypted, which a server cannot use"),
    ({"authorities": ()}, "ca.crt: No such file or directory"),
])
def test_bad_files_change_nothing_and_good_ones_mend_it(start, files, what, error):
    server = start(*files.mutual_flags)
    before = certificate_of(server)
    files.write(**what)
    server.process.send_signal(signal.SIGHUP)
    eventually(lambda: reloads(server, "failure") == 1, "files refused")
    for _ in range(2):  # an unchanged fault is told once
        server.process.send_signal(signal.SIGHUP)
    messages = [line["message"] for line in map(json.loads, server.log().splitlines()) if line["level"] == "error"]
    assert [message for message in messages if message.startswith("TLS")] == [
        f"TLS: {files.folder}/{error}; the certificates are left as they were"]
    assert answers(server, TRAINER)
    assert certificate_of(server) == before
    files.write()
    server.process.send_signal(signal.SIGHUP)
    renewed(server, files, 1)
    assert answers(server, TRAINER)
    assert reloads(server, "failure") == 1


def test_a_pair_that_changes_file_by_file_is_taken_when_it_fits(start, files):
    server = start(*files.flags)
    old = files.server
    new = Identity("server", ROOT, names=[NAME])
    files.write(certificate=new.certificate, key=old.key)
    eventually(lambda: reloads(server, "failure") == 1, "half a change refused")
    assert answers(server)
    files.write(new)
    renewed(server, files, 1)
    assert answers(server)


def test_unchanged_files_are_not_reloaded(start, files):
    server = start(*files.flags)
    for _ in range(3):
        server.process.send_signal(signal.SIGHUP)
    eventually(lambda: server.log().count("SIGHUP: no setting has changed") >= 1, "SIGHUP seen")
    assert server.metrics().sum("advantaged_tls_reloads_total") == 0
