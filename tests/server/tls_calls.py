"""Calls to a server with TLS, and what it says of them."""

import contextlib
import ssl

import batches
import grpc
from advantaged.v1 import advantage_service_pb2_grpc
from authority import NAME, ROOT
from running_server import PATIENCE


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
