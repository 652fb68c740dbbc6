"""Requests that are compressed: refused before they are unpacked, in every method."""

import pathlib
import zlib

import batches
import grpc
import pytest
from connections_test import dial
from raw_http2 import call, message_bytes
from running_server import PATIENCE

UNPACKED = 128 << 20  # just below gRPC's own cap with the default settings
NOTICED = 32 << 10  # KiB: a server that is at rest needs less for a call that it refuses
SERVICE = "/advantaged.v1.AdvantageService/"
PATHS = [SERVICE + "ComputeAdvantages", SERVICE + "StreamAdvantages", SERVICE + "DescribeMethod",
         SERVICE + "GetServerInfo", SERVICE + "NoSuchMethod", "/grpc.health.v1.Health/Check",
         "/grpc.health.v1.Health/Watch", "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"]
WINDOW_BITS = {"gzip": 31, "deflate": 15}


def bomb(encoding):
    """A gRPC message of 128 KiB that unpacks to a thousand times that."""
    packer = zlib.compressobj(9, wbits=WINDOW_BITS[encoding])
    zeros = bytes(1 << 20)
    packed = b"".join(packer.compress(zeros) for _ in range(UNPACKED >> 20)) + packer.flush()
    return message_bytes(packed, compressed=True)


@pytest.fixture(scope="module")
def bombs():
    return {encoding: bomb(encoding) for encoding in WINDOW_BITS}


def peak(server):
    """The most memory that the process ever had, in KiB."""
    status = pathlib.Path(f"/proc/{server.process.pid}/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0])


@pytest.mark.parametrize("encoding", WINDOW_BITS)
@pytest.mark.parametrize("path", PATHS)
def test_a_compressed_request_is_refused_before_it_is_unpacked(shared, bombs, path, encoding):
    before = peak(shared)
    with dial(shared.grpc[0]) as connection:
        trailers = call(connection, path, bombs[encoding], encoding)
    assert trailers["grpc-status"] == str(grpc.StatusCode.UNIMPLEMENTED.value[0])
    assert encoding in trailers["grpc-message"]
    assert peak(shared) < before + NOTICED
    with shared.stub() as stub:
        stub.ComputeAdvantages(batches.rloo(), timeout=PATIENCE)


@pytest.mark.parametrize("path", PATHS)
def test_a_message_that_contradicts_its_call_and_is_compressed_is_not_unpacked(shared, bombs, path):
    before = peak(shared)
    with dial(shared.grpc[0]) as connection:
        call(connection, path, bombs["gzip"])
    assert peak(shared) < before + NOTICED
    with shared.stub() as stub:
        stub.ComputeAdvantages(batches.rloo(), timeout=PATIENCE)


@pytest.mark.parametrize("compression", [grpc.Compression.Gzip, grpc.Compression.Deflate])
def test_a_client_that_compresses_is_told_which_encoding_is_refused(shared, compression):
    with shared.stub() as stub, pytest.raises(grpc.RpcError) as raised:
        stub.ComputeAdvantages(batches.rloo(), compression=compression, timeout=PATIENCE)
    assert raised.value.code() == grpc.StatusCode.UNIMPLEMENTED
    assert f"'{compression.name.lower()}'" in raised.value.details()
    with shared.stub() as stub:  # as it is without
        assert stub.ComputeAdvantages(batches.rloo(), timeout=PATIENCE).advantages
