"""TLS and mTLS: what works, and that an error says what does not. Against a server of grpcio, which shows what it was
sent; ours: tls_server_test.py."""

import pathlib
import pickle
import subprocess

import advantaged
import grpc
import pytest
from advantaged import Tls, errors
from fake_server import serving

REWARDS = [0.5, 0.25, 3.0, 1.0]  # Fake answers them
NAME = "server.example"


@pytest.fixture(scope="module")
def pem(tmp_path_factory):
    """pem("authority.crt"): bytes of certificates and keys, made for this run."""
    folder = tmp_path_factory.mktemp("pem")

    def make(name, authority=None, *extensions):
        sign = ["-CA", f"{authority}.crt", "-CAkey", f"{authority}.key"] if authority else []
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                        "-days", "2", "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.crt", *sign,
                        *(word for extension in extensions for word in ("-addext", extension))],
                       cwd=folder, check=True, capture_output=True)

    leaf = "basicConstraints=critical,CA:FALSE"
    make("authority")
    make("other_authority")
    make("server", "authority", leaf, f"subjectAltName=DNS:{NAME}")
    make("trainer", "authority", leaf)
    make("stranger", "other_authority", leaf)
    return lambda name: pathlib.Path(folder, name).read_bytes()


@pytest.fixture(scope="module")
def server(pem):
    """Wants TLS."""
    with serving(credentials=grpc.ssl_server_credentials([(pem("server.key"), pem("server.crt"))])) as fake:
        yield fake


@pytest.fixture(scope="module")
def strict(pem):
    """Wants a certificate of the client, too."""
    credentials = grpc.ssl_server_credentials([(pem("server.key"), pem("server.crt"))], pem("authority.crt"), True)
    with serving(credentials=credentials) as fake:
        yield fake


@pytest.fixture
def refused(compute):
    """Texts of the errors of a call that waits for a connection, and of one that does not; neither reaches a server."""
    def call(fake, tls):
        before = len(fake.attempts)
        waiting, _ = compute(fake.address, tls=tls, deadline=2.5)
        with pytest.raises(errors.DeadlineExceeded) as late:
            waiting(REWARDS, groups=2, method="rloo")
        assert str(late.value).startswith(f"no connection to {fake.address} within 2.5 s: ")
        asking, _ = compute(fake.address, tls=tls, wait_for_ready=False, max_attempts=1)
        with pytest.raises(errors.Unavailable) as early:
            asking(REWARDS, groups=2, method="rloo")
        assert len(fake.attempts) == before
        return str(late.value), str(early.value)

    return call


def test_tls_with_a_root_certificate_and_another_name(compute, server, pem):
    run, _ = compute(server.address, tls=Tls(pem("authority.crt"), server_name=NAME))
    assert run(REWARDS, groups=2, method="rloo").advantages == REWARDS


def test_mtls_with_a_certificate_of_the_client(compute, strict, pem):
    tls = Tls(pem("authority.crt"), pem("trainer.key"), pem("trainer.crt"), NAME)
    run, client = compute(strict.address, tls=tls)
    assert run(REWARDS, groups=2, method="rloo").advantages == REWARDS
    assert pickle.loads(pickle.dumps(client)).options.tls == tls


@pytest.mark.parametrize("root", ["other_authority.crt", None], ids=["another authority", "the system's"])
def test_a_certificate_of_nobody_one_trusts(refused, server, pem, root):
    for text in refused(server, Tls(root and pem(root), server_name=NAME)):
        assert "CERTIFICATE_VERIFY_FAILED" in text


def test_a_certificate_of_another_name(refused, server, pem):
    for text in refused(server, Tls(pem("authority.crt"))):
        assert "Hostname Verification Check failed" in text


def test_no_tls_where_the_server_wants_it(refused, server):
    for text in refused(server, None):
        assert text.endswith("if the server wants TLS, or a certificate of the client: give tls=Tls(...)")


def test_tls_where_the_server_has_none(refused, pem):
    with serving() as plain:
        for text in refused(plain, Tls(pem("authority.crt"), server_name=NAME)):
            assert "WRONG_VERSION_NUMBER" in text


@pytest.mark.parametrize("own", [None, "stranger"], ids=["none", "of another authority"])
def test_no_certificate_where_the_server_wants_one(refused, strict, pem, own):
    """In TLS 1.3 a server that does not like the client's just hangs up."""
    tls = Tls(pem("authority.crt"), own and pem(f"{own}.key"), own and pem(f"{own}.crt"), NAME)
    for text in refused(strict, tls):
        assert text.endswith("if the server wants TLS, or a certificate of the client: give tls=Tls(...)")


@pytest.mark.parametrize("field", ["root_certificates", "private_key", "certificate_chain"])
@pytest.mark.parametrize("value", [b"secret", "-----BEGIN secret", "/path/of/a.pem"])
def test_what_is_not_pem_is_named_and_not_shown(field, value):
    with pytest.raises(advantaged.InvalidArgument, match=f"tls.{field}: .* PEM") as caught:
        Tls(**{field: value})
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("given, missing", [("private_key", "certificate_chain"), ("certificate_chain", "private_key")])
def test_half_a_certificate_is_refused(pem, given, missing):
    """gRPC would end the process."""
    with pytest.raises(advantaged.InvalidArgument, match=f"tls.{missing}: not set"):
        Tls(**{given: pem("trainer.key")})
