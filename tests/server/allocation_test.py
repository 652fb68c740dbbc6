"""No memory for a call: what is refused, and what ends the process (docs/operations.md, Memory)."""

import pathlib
import resource
import signal

import batches
import grpc
import pytest
from advantaged.v1 import compute_pb2
from busy_server import CODE, connect, details
from rest import at_rest
from running_server import PATIENCE
from transports import fetch, to_json

RESPONSES = 1 << 24
SPARE = 32 << 20  # what small calls need and large ones exceed


def large():
    """Bits: 2 MiB that take some hundred to compute."""
    request = compute_pb2.ComputeAdvantagesRequest(reward_bits=b"\x5a" * (RESPONSES // 8), response_count=RESPONSES,
                                                   group_size=16)
    request.method.grpo.SetInParent()
    request.stages.add().center.SetInParent()
    return request


def limit_memory(server, spare):
    """No more address space than it has, and so much; None: as much as it wants."""
    status = pathlib.Path(f"/proc/{server.process.pid}/status").read_text(encoding="ascii")
    size = int(status.split("VmSize:")[1].split()[0]) << 10
    limit = resource.RLIM_INFINITY if spare is None else size + spare
    resource.prlimit(server.process.pid, resource.RLIMIT_AS, (limit, resource.RLIM_INFINITY))


def test_a_call_for_which_there_is_no_memory_is_refused_and_others_go_on(start):
    server = start()
    with connect(server) as stub:
        stub.ComputeAdvantages(batches.rloo())
        limit_memory(server, SPARE)
        for _ in range(3):
            with pytest.raises(grpc.RpcError) as caught:
                stub.ComputeAdvantages(large(), timeout=PATIENCE)
            assert caught.value.code() == CODE.RESOURCE_EXHAUSTED, caught.value
            assert "no memory for this call" in caught.value.details()
            assert details(caught.value, "RetryInfo").retry_delay.seconds == 1
            stub.ComputeAdvantages(batches.rloo())
        assert fetch(server, "/v1/compute", to_json(large()))[0] == 429
        limit_memory(server, None)
        assert len(stub.ComputeAdvantages(large(), timeout=PATIENCE).advantages) == RESPONSES
    assert at_rest(server).value("advantaged_rejected_total", reason="allocation") == 4


def test_a_message_for_whose_bytes_grpc_has_no_memory_ends_the_process(start):
    """So says the page. Where a newer gRPC survives it, the page can promise more."""
    server = start()
    with connect(server) as stub:
        stub.ComputeAdvantages(batches.rloo())
        limit_memory(server, 0)
        request = compute_pb2.ComputeAdvantagesRequest(rewards_float32_le=bytes(120 << 20))
        with pytest.raises(grpc.RpcError):
            stub.ComputeAdvantages(request, timeout=PATIENCE)
    assert server.process.wait(PATIENCE) in (-signal.SIGSEGV, -signal.SIGABRT)
