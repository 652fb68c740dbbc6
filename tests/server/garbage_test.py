"""Bytes that are no call, on either port: the next good call is served."""

import random
import socket

import batches
import pytest
from raw_http2 import GREETING
from running_server import PATIENCE

SEEDS = range(40)


def throw(address, data):
    """Sends bytes and hangs up, as rudely as a crash would."""
    host, port = address.split(":")
    with socket.create_connection((host, int(port)), PATIENCE) as connection:
        try:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(1 << 16):
                pass
        except OSError:
            pass  # hung up on


def samples():
    for seed in SEEDS:
        source = random.Random(seed)
        yield source.randbytes(source.randrange(1, 5000))
        yield GREETING + source.randbytes(source.randrange(1, 500))
        # Frames of a plausible length with random types, flags and contents.
        frames = b""
        for _ in range(10):
            content = source.randbytes(source.randrange(0, 60))
            frames += len(content).to_bytes(3, "big") + source.randbytes(2) + b"\0\0\0"
            frames += bytes([source.randrange(4)]) + content
        yield GREETING + frames
        yield b"GET /metrics HTTP/1.1\r\n" + source.randbytes(200) + b"\r\n\r\n"


@pytest.mark.parametrize("port", ["grpc", "http"])
def test_random_bytes(shared, stub, port):
    address = shared.grpc[0] if port == "grpc" else shared.http
    for sample in samples():
        throw(address, sample)
    assert len(stub.ComputeAdvantages(batches.rloo()).advantages) == 4
    assert shared.get("/livez") == "alive\n"
    # A new connection as well.
    with shared.stub() as fresh:
        fresh.ComputeAdvantages(batches.rloo())


def test_truncated_and_corrupted_messages(shared, stub):
    """A message cut or bent anywhere is refused or computed, never fatal."""
    good = batches.rloo(rewards=[1, 0, 0.5, 0.25] * 8, group_size=4).SerializeToString()
    source = random.Random(0)
    with shared.channel() as channel:
        call = channel.unary_unary("/advantaged.v1.AdvantageService/ComputeAdvantages")
        outcomes = set()
        for cut in range(len(good)):
            outcomes.add(call.future(good[:cut]).exception(PATIENCE) is None)
        for _ in range(500):
            bent = bytearray(good)
            for _ in range(source.randrange(1, 4)):
                bent[source.randrange(len(bent))] = source.randrange(256)
            call.future(bytes(bent)).exception(PATIENCE)
    assert outcomes == {False}
    assert len(stub.ComputeAdvantages(batches.rloo()).advantages) == 4
