"""Calls from another language: every transport, every end a call can have."""

import concurrent.futures
import os
import socket
import stat

import batches
import grpc
import pytest
from advantaged.rpc import status_pb2
from advantaged.v1 import catalog_pb2, compute_pb2
from raw_http2 import GREETING, frame, literal, message_bytes
from rest import RPC, at_rest, handled
from running_server import PATIENCE, eventually


def wait_until_computing(server):
    eventually(lambda: server.metrics().value("advantaged_requests_in_flight") == 1, "a call")


def test_tcp_and_unix_socket_at_once(start, tmp_path):
    path = tmp_path / "advantaged.sock"
    server = start(listen=["127.0.0.1:0", f"unix:{path}"])
    assert server.grpc[1] == f"unix:{path}"
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o660
    request = batches.rloo(rewards=[1, 0, 0.1, 0.7], group_size=4, group_statistics=True)
    with server.stub(0) as tcp, server.stub(1) as unix, \
            concurrent.futures.ThreadPoolExecutor() as pool:
        calls = [pool.submit(stub.ComputeAdvantages, request) for stub in (tcp, unix) * 8]
        replies = [call.result() for call in calls]
    for reply in replies:
        reply.ClearField("timings")
    assert len({reply.SerializeToString(deterministic=True) for reply in replies}) == 1
    assert list(replies[0].advantages) == pytest.approx([0.7333333, -0.6, -0.4666667, 0.3333333])


def test_list_methods(stub):
    methods = stub.ListMethods(catalog_pb2.ListMethodsRequest()).methods
    names = [field.name for field in compute_pb2.ComputeAdvantagesRequest.DESCRIPTOR
             .fields_by_name["method"].message_type.oneofs_by_name["method"].fields]
    assert sorted(method.name for method in methods) == sorted(names)
    assert all(method.equation and method.source for method in methods)


def test_server_info(start):
    server = start("--max-request-bytes=123456")
    with server.stub() as stub:
        info = stub.GetServerInfo(catalog_pb2.GetServerInfoRequest())
    assert info.max_request_bytes == 123456
    assert info.numerics_version >= 1
    for text in (info.version, info.instruction_set, info.grpc_version, info.protobuf_version):
        assert text


@pytest.mark.parametrize("message", [b"\xff", b"\x0a\x05ab"])
@pytest.mark.parametrize("method", ["ComputeAdvantages", "DescribeMethod"])
def test_a_message_that_is_no_request(shared, method, message):
    with shared.channel() as channel:
        call = channel.unary_unary(f"/advantaged.v1.AdvantageService/{method}")
        with pytest.raises(grpc.RpcError) as raised:
            call(message, timeout=PATIENCE)
    assert raised.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert raised.value.details().startswith("the message is no ")


def test_a_call_without_a_message(shared):
    with shared.channel() as channel:
        call = channel.stream_unary("/advantaged.v1.AdvantageService/ComputeAdvantages")
        with pytest.raises(grpc.RpcError) as raised:
            call(iter([]), timeout=PATIENCE)
    assert raised.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert raised.value.details() == "there is no message"


@pytest.mark.parametrize("path", ["/advantaged.v1.AdvantageService/Nothing", "/nobody.Service/ComputeAdvantages", "/x"])
def test_a_method_that_is_not_there(shared, path):
    with shared.channel() as channel:
        with pytest.raises(grpc.RpcError) as raised:
            channel.unary_unary(path)(b"", timeout=PATIENCE)
    assert raised.value.code() == grpc.StatusCode.UNIMPLEMENTED
    assert path in raised.value.details()


def test_every_way_to_end_is_counted(start):
    server = start()
    with server.stub() as stub:
        stub.ComputeAdvantages(batches.rloo())
        with pytest.raises(grpc.RpcError) as raised:
            stub.ComputeAdvantages(batches.rloo(group_size=3))
        assert raised.value.code() == grpc.StatusCode.INVALID_ARGUMENT
        stub.ListMethods(catalog_pb2.ListMethodsRequest())
    metrics = at_rest(server)
    assert handled(metrics, "OK") == 1
    assert handled(metrics, "InvalidArgument") == 1
    # A refused batch is no batch.
    assert metrics.sum("advantaged_groups_total") == 2


def test_cancelled_while_computing(start):
    server = start()
    with server.stub() as stub:
        call = stub.ComputeAdvantages.future(batches.slow())
        wait_until_computing(server)
        call.cancel()
        metrics = at_rest(server)
        assert handled(metrics, "Canceled") == 1
        assert metrics.sum("advantaged_groups_total") == 0
        assert len(stub.ComputeAdvantages(batches.rloo()).advantages) == 4


def test_deadline_while_computing(start):
    server = start()
    request = batches.slow()
    with server.stub() as stub:
        # The first may pass before the request has arrived. Computing takes much longer than that.
        for timeout in (0.2, 0.4, 0.8, 1.6, 3.2):
            with pytest.raises(grpc.RpcError) as raised:
                stub.ComputeAdvantages(request, timeout=timeout)
            assert raised.value.code() == grpc.StatusCode.DEADLINE_EXCEEDED
            metrics = at_rest(server)
            if metrics.value("advantaged_expired_total", stage="compute") > 0:
                break
    started = metrics.value("grpc_server_started_total", grpc_method=RPC)
    assert handled(metrics, "DeadlineExceeded") == metrics.sum("advantaged_expired_total") == started > 0
    assert metrics.value("advantaged_expired_total", stage="compute") == 1
    assert metrics.sum("advantaged_cancelled_total") == 0
    assert metrics.sum("advantaged_groups_total") == 0


def bare_call(address, message, **headers):
    """A call as bytes on the wire: client libraries end hopeless calls without sending them."""
    fields = {":method": "POST", ":scheme": "http", ":authority": address,
              ":path": f"/advantaged.v1.AdvantageService/{RPC}", "te": "trailers",
              "content-type": "application/grpc", **headers}
    block = b"".join(literal(name.encode(), value.encode()) for name, value in fields.items())
    return GREETING + frame(1, 4, 1, block) + frame(0, 1, 1, message_bytes(message))


def test_deadlines_that_cannot_be_met(start):
    server = start()
    host, port = server.grpc[0].split(":")
    message = batches.rloo().SerializeToString()
    with socket.create_connection((host, int(port)), PATIENCE) as connection:
        connection.sendall(bare_call(server.grpc[0], message))
        eventually(lambda: handled(server.metrics(), "OK") == 1, "a call of these bytes")
    # gRPC counts in milliseconds, so some are in time and some never reach the service.
    for _ in range(20):
        with socket.create_connection((host, int(port)), PATIENCE) as connection:
            connection.sendall(bare_call(server.grpc[0], message, **{"grpc-timeout": "1n"}))
    with server.stub() as stub:
        assert len(stub.ComputeAdvantages(batches.rloo()).advantages) == 4
    at_rest(server)


def test_too_large_is_refused_for_good_and_counted(start):
    server = start("--max-request-bytes=4096")
    with server.stub() as stub:
        with pytest.raises(grpc.RpcError) as raised:
            stub.ComputeAdvantages(batches.rloo(rewards=[0] * 1100))
        stub.ComputeAdvantages(batches.rloo(rewards=[0] * 1000))
    error = raised.value
    assert error.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
    assert "4096" in error.details()
    trailers = dict(error.trailing_metadata())
    assert trailers["grpc-retry-pushback-ms"] == "-1"
    status = status_pb2.Status.FromString(trailers["grpc-status-details-bin"])
    assert [detail.type_url for detail in status.details] == [
        "type.googleapis.com/google.rpc.ErrorInfo"]
    metrics = at_rest(server)
    assert metrics.value("advantaged_rejected_total", reason="too_large") == 1
    assert handled(metrics, "ResourceExhausted") == 1


def test_bytes_that_are_no_message_and_too_many_are_refused_for_their_number(start):
    server = start("--max-request-bytes=4096")
    with server.channel() as channel:
        for rpc in ("ComputeAdvantages", "DescribeMethod"):
            call = channel.unary_unary(f"/advantaged.v1.AdvantageService/{rpc}")
            with pytest.raises(grpc.RpcError) as raised:
                call(bytes(4097), timeout=PATIENCE)
            assert raised.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
            assert "4097 bytes" in raised.value.details()
            with pytest.raises(grpc.RpcError) as raised:
                call(bytes(4096), timeout=PATIENCE)
            assert raised.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert at_rest(server).value("advantaged_rejected_total", reason="too_large") == 2


def test_beyond_the_transport_cap(start):
    server = start("--max-request-bytes=4096")
    with server.stub() as stub:
        with pytest.raises(grpc.RpcError) as raised:
            stub.ComputeAdvantages(batches.rloo(rewards=[0] * (1 << 20)))
        assert raised.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
        assert len(stub.ComputeAdvantages(batches.rloo()).advantages) == 4
