"""The files of a server with TLS, exchanged as Kubernetes exchanges those of a secret, and calls to it."""

import contextlib
import pathlib
import ssl

import batches
import grpc
from advantaged.v1 import advantage_service_pb2_grpc
from authority import Identity
from running_server import PATIENCE

NAME = "server.example"
ROOT = Identity("root", authority=True)


class Files:
    """A folder with tls.crt, tls.key and ca.crt, which change all at once."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder, "tls")
        self.folder.mkdir()
        self.generation = 0
        for name in ("tls.crt", "tls.key", "ca.crt"):
            (self.folder / name).symlink_to(f"data/{name}")
        self.server = None

    def write(self, server=None, certificate=None, key=None, authorities=(ROOT,)):
        """`certificate` and `key` may be other bytes than the server's, None for no file."""
        self.server = server or Identity("server", ROOT, names=[NAME])
        contents = {"tls.crt": self.server.certificate if certificate is None else certificate,
                    "tls.key": self.server.key if key is None else key,
                    "ca.crt": b"".join(authority.certificate for authority in authorities)}
        self.generation += 1
        data = self.folder / f"data{self.generation}"
        data.mkdir()
        for name, content in contents.items():
            if content != b"":
                (data / name).write_bytes(content)
        link = self.folder / "next"
        link.symlink_to(data.name)
        link.rename(self.folder / "data")

    @property
    def flags(self):
        return [f"--tls-certificate={self.folder}/tls.crt", f"--tls-key={self.folder}/tls.key"]

    @property
    def mutual_flags(self):
        return [*self.flags, f"--tls-client-ca={self.folder}/ca.crt"]


@contextlib.contextmanager
def stub(server, client=None, roots=ROOT.certificate, chain=b"", index=0):
    """A stub on a connection of its own, with the certificate of `client`."""
    credentials = grpc.ssl_channel_credentials(
        roots, client and client.key, client and client.certificate + chain)
    options = [("grpc.ssl_target_name_override", NAME), ("grpc.use_local_subchannel_pool", 1)]
    with grpc.secure_channel(server.grpc[index], credentials, options=options) as channel:
        yield advantage_service_pb2_grpc.AdvantageServiceStub(channel)


def answers(server, client=None, **settings):
    """Whether a call over a new connection is answered; else it must be for want of a connection."""
    try:
        with stub(server, client, **settings) as service:
            service.ComputeAdvantages(batches.rloo(), timeout=PATIENCE)
        return True
    except grpc.RpcError as error:
        assert error.code() == grpc.StatusCode.UNAVAILABLE, error
        return False


def certificate_of(server):
    """What a new connection is shown, PEM."""
    host, _, port = server.grpc[0].rpartition(":")
    return ssl.get_server_certificate((host, int(port))).encode()


def handshakes(server, result):
    return server.metrics().value("advantaged_tls_handshakes_total", result=result)


def reloads(server, result):
    return server.metrics().value("advantaged_tls_reloads_total", result=result)
