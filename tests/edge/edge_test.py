"""What clients see through HAProxy is what they see without, and what HAProxy keeps away."""

import contextlib
import queue
import socket

import batches
import grpc
import pytest
from advantaged.v1 import advantage_service_pb2_grpc, compute_pb2, stream_pb2
from authority import NAME, ROOT, Identity
from running_server import PATIENCE
from tls_calls import answers

MEBIBYTES = 16


@contextlib.contextmanager
def stub_of(proxy, **options):
    with grpc.insecure_channel(proxy.grpc[0], list({"grpc.max_receive_message_length": -1, **options}.items())) as channel:
        yield advantage_service_pb2_grpc.AdvantageServiceStub(channel)


def test_a_batch_of_many_mebibytes_goes_through_and_back(start, put_before):
    request = compute_pb2.ComputeAdvantagesRequest(rewards_float32_le=bytes(MEBIBYTES << 20), group_size=16,
                                                   reply_form=compute_pb2.REPLY_FORM_ADVANTAGES_FLOAT32_LE)
    request.method.grpo.SetInParent()
    with stub_of(put_before(start())) as stub:
        assert len(stub.ComputeAdvantages(request, timeout=PATIENCE).advantages_float32_le) == MEBIBYTES << 20


def test_a_stream_goes_on_item_by_item(start, put_before):
    """Each item is sent when the one before has been answered: nothing on the way waits for more."""
    with stub_of(put_before(start())) as stub:
        answered = queue.Queue()

        def items():
            for i in range(5):
                yield stream_pb2.StreamAdvantagesRequest(id=str(i), batch=batches.rloo())
                assert answered.get(timeout=PATIENCE) == str(i)

        replies = 0
        for reply in stub.StreamAdvantages(items(), timeout=PATIENCE):
            answered.put(reply.id)
            replies += 1
        assert replies == 5


def test_a_refusal_keeps_its_code_and_details(start, put_before):
    with stub_of(put_before(start())) as stub, pytest.raises(grpc.RpcError) as raised:
        stub.ComputeAdvantages(compute_pb2.ComputeAdvantagesRequest(), timeout=PATIENCE)
    assert raised.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert "grpc-status-details-bin" in dict(raised.value.trailing_metadata())


def test_each_client_has_connections_of_its_own(start, put_before):
    """The server shares by connection, and what one client's headers do to it must not touch another's calls."""
    server = start()
    proxy = put_before(server)
    with stub_of(proxy, **{"grpc.use_local_subchannel_pool": 1}) as one, \
            stub_of(proxy, **{"grpc.use_local_subchannel_pool": 1}) as other:
        one.ComputeAdvantages(batches.rloo(), timeout=PATIENCE)
        other.ComputeAdvantages(batches.rloo(), timeout=PATIENCE)
        one.ComputeAdvantages(batches.rloo(), timeout=PATIENCE)
        assert server.metrics().value("advantaged_connections", transport="tcp") == 2


def test_a_compressed_request_does_not_reach_the_server(start, put_before):
    server = start()
    with stub_of(put_before(server)) as stub, pytest.raises(grpc.RpcError) as raised:
        stub.ComputeAdvantages(batches.rloo(), compression=grpc.Compression.Gzip, timeout=PATIENCE)
    assert raised.value.code() != grpc.StatusCode.OK
    assert server.metrics().value("advantaged_connections_total", transport="tcp") == 0


def test_what_is_no_http2_is_closed(start, put_before):
    proxy = put_before(start())
    host, port = proxy.grpc[0].split(":")
    with socket.create_connection((host, int(port)), PATIENCE) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: test\r\n\r\n" * 4)
        while client.recv(1 << 16):
            pass


def test_tls_ends_at_the_edge_and_strangers_are_kept_out(start, put_before, tmp_path):
    """With the files as the chart mounts them: the key under the certificate's name."""
    identity = Identity("server", ROOT, names=[NAME])
    (tmp_path / "tls.crt").write_bytes(identity.certificate)
    (tmp_path / "tls.crt.key").write_bytes(identity.key)
    (tmp_path / "ca.crt").write_bytes(ROOT.certificate)
    server = start()
    proxy = put_before(server, f"ssl crt {tmp_path}/tls.crt alpn h2 ca-file {tmp_path}/ca.crt verify required")
    assert answers(proxy, Identity("trainer", ROOT))
    assert not answers(proxy, None)
    other = Identity("other authority", authority=True)
    assert not answers(proxy, Identity("trainer", other))
