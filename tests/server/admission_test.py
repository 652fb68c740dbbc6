"""Limits of a real server: who is refused, what the refusal says, and who is served all the same."""

import batches
import grpc
import pytest
from advantaged.v1 import catalog_pb2, compute_pb2, describe_pb2
from busy_server import CODE, ONE_THREAD, connect, details, queued, refused, start_slow, wait
from rest import at_rest
from running_server import PATIENCE, eventually


def test_a_full_queue_says_when_to_come_back(start):
    server = start(*ONE_THREAD, "--max-queued-calls=1")
    with connect(server) as stub:
        first = start_slow(server, stub)
        second = stub.ComputeAdvantages.future(batches.rloo(), timeout=PATIENCE)
        eventually(lambda: queued(server) == 1, "a queue")
        error = refused(stub.ComputeAdvantages.future(batches.rloo(), timeout=PATIENCE))
        assert not first.done(), "a refusal waits for nothing"
        delay = details(error, "RetryInfo").retry_delay
        milliseconds = delay.ToMilliseconds()
        assert 10 <= milliseconds <= 10000
        assert dict(error.trailing_metadata())["grpc-retry-pushback-ms"] == str(milliseconds)
        assert details(error, "ErrorInfo").reason == "BUSY"
        assert "--max-queued-calls" in error.details()
        first.cancel()
        assert wait(second) == CODE.OK
    metrics = at_rest(server)
    assert metrics.value("advantaged_rejected_total", reason="queue") == 1
    assert metrics.value("grpc_server_handled_total", grpc_method="ComputeAdvantages",
                         grpc_code="ResourceExhausted") == 1


def test_bytes_in_flight(start):
    request = batches.slow()
    size = request.ByteSize() + 4 * request.response_count  # a call holds its request and its answer
    server = start(*ONE_THREAD, f"--max-in-flight-bytes={3 * size // 2}", "--connection-share=1")
    with connect(server) as stub:
        first = start_slow(server, stub)
        assert server.metrics().value("advantaged_in_flight_bytes") == pytest.approx(size, rel=1e-3)
        error = refused(stub.ComputeAdvantages.future(batches.slow(), timeout=PATIENCE))
        assert "--max-in-flight-bytes" in error.details()
        assert details(error, "RetryInfo") is not None
        first.cancel()
        at_rest(server)
        assert wait(stub.ComputeAdvantages.future(batches.slow(), timeout=PATIENCE)) == CODE.OK
    assert at_rest(server).value("advantaged_rejected_total", reason="bytes") == 1


def test_what_can_never_be_in_flight_is_refused_for_good(start):
    server = start("--max-in-flight-bytes=1MiB")
    with connect(server) as stub:
        error = refused(stub.ComputeAdvantages.future(batches.slow(), timeout=PATIENCE))
    assert dict(error.trailing_metadata())["grpc-retry-pushback-ms"] == "-1"
    assert details(error, "RetryInfo") is None
    at_rest(server)


def test_statistics_count_as_part_of_the_answer(start):
    """16 KiB of bits that ask for 40 MB: of each group an advantage, four integers and 36 doubles."""
    groups = 1 << 17
    request = compute_pb2.ComputeAdvantagesRequest(
        reward_bits=bytes(groups // 8), response_count=groups, group_size=1, group_statistics=True,
        pass_at=range(1, 33))
    request.method.reinforce.SetInParent()
    server = start("--max-in-flight-bytes=64MiB")
    with connect(server) as stub:
        error = refused(stub.ComputeAdvantages.future(request, timeout=PATIENCE))
        assert str(request.ByteSize() + groups * (4 + 4 * 4 + 36 * 8)) in error.details()
        del request.pass_at[:]
        assert wait(stub.ComputeAdvantages.future(request, timeout=PATIENCE)) == CODE.OK
    at_rest(server)


def test_calls_in_flight(start):
    server = start(*ONE_THREAD, "--max-in-flight-calls=1", "--connection-share=1")
    with connect(server) as stub:
        first = start_slow(server, stub)
        error = refused(stub.ComputeAdvantages.future(batches.rloo(), timeout=PATIENCE))
        assert "--max-in-flight-calls" in error.details()
        first.cancel()
    assert at_rest(server).value("advantaged_rejected_total", reason="calls") == 1


@pytest.mark.parametrize("transport", ["tcp", "unix"])
def test_one_connection_has_its_share(start, tmp_path, transport):
    listen = "127.0.0.1:0" if transport == "tcp" else f"unix:{tmp_path}/a.sock"
    server = start(*ONE_THREAD, "--max-in-flight-calls=4", "--connection-share=0.5", listen=[listen])
    with connect(server) as flood, connect(server) as other:
        calls = [start_slow(server, flood)]
        calls.append(flood.ComputeAdvantages.future(batches.rloo(), timeout=PATIENCE))
        eventually(lambda: queued(server) == 1, "a queue")
        error = refused(flood.ComputeAdvantages.future(batches.rloo(), timeout=PATIENCE))
        assert "--connection-share" in error.details()
        calls.append(other.ComputeAdvantages.future(batches.rloo(), timeout=PATIENCE))
        calls.pop(0).cancel()
        assert [wait(call) for call in calls] == [CODE.OK] * 2
    assert at_rest(server).value("advantaged_rejected_total", reason="connection_share") == 1


@pytest.mark.parametrize("transport", ["tcp", "unix"])
def test_a_flood_does_not_push_another_out_of_the_queue(start, tmp_path, transport):
    listen = "127.0.0.1:0" if transport == "tcp" else f"unix:{tmp_path}/a.sock"
    server = start(*ONE_THREAD, "--max-queued-calls=4", listen=[listen])
    with connect(server) as flood, connect(server) as other:
        calls = [start_slow(server, flood)]
        for i in range(4):
            # Long enough to be seen unfinished by whoever was served before it, with a short answer.
            batch = batches.slow() if i == 0 else batches.rloo()
            if i == 0:
                batch.stages.add().scale.SetInParent()
                batch.moments_only = True
            calls.append(flood.ComputeAdvantages.future(batch, timeout=PATIENCE))
            eventually(lambda: queued(server) == i + 1, "a longer queue")
        polite = other.ComputeAdvantages.future(batches.rloo(), timeout=PATIENCE)
        # The newest call of the flood made room.
        assert refused(calls[-1]).code() == CODE.RESOURCE_EXHAUSTED
        assert wait(polite) == CODE.OK
        assert not calls[1].done(), "served before the flood's queue"
        assert [wait(call) for call in calls[:-1]] == [CODE.OK] * 4
    at_rest(server)


def test_an_expired_call_is_not_computed(start):
    server = start(*ONE_THREAD)
    with connect(server) as stub:
        first = start_slow(server, stub)
        second = stub.ComputeAdvantages.future(batches.rloo(), timeout=0.5)
        assert wait(second) == CODE.DEADLINE_EXCEEDED
        assert wait(first) == CODE.OK
    metrics = at_rest(server)
    assert metrics.value("advantaged_compute_tasks_total", pool="batches") == 2
    assert metrics.value("advantaged_compute_wait_seconds_total", pool="batches") >= 0.5, "the second waited for longer than it had"
    assert metrics.value("advantaged_compute_busy_seconds_total", pool="batches") > 0
    assert metrics.value("advantaged_expired_total", stage="queue") == 1
    assert metrics.sum("advantaged_cancelled_total") == 0
    assert metrics.value("advantaged_stage_seconds_count", stage="compute") == 1


def test_a_call_cancelled_in_the_queue_is_not_computed(start):
    server = start(*ONE_THREAD)
    with connect(server) as stub:
        first = start_slow(server, stub)
        second = stub.ComputeAdvantages.future(batches.rloo(), timeout=PATIENCE)
        eventually(lambda: queued(server) == 1, "a queue")
        second.cancel()
        assert wait(first) == CODE.OK
    metrics = at_rest(server)
    assert metrics.value("advantaged_cancelled_total", stage="queue") == 1
    assert metrics.sum("advantaged_expired_total") == 0
    assert metrics.value("advantaged_stage_seconds_count", stage="compute") == 1


def test_a_call_cancelled_while_computing_stops(start):
    server = start(*ONE_THREAD)
    with connect(server) as stub:
        call = start_slow(server, stub)
        call.cancel()
    metrics = at_rest(server)
    assert metrics.value("advantaged_cancelled_total", stage="compute") == 1
    assert metrics.value("grpc_server_handled_total", grpc_method="ComputeAdvantages",
                         grpc_code="Canceled") == 1
    assert metrics.value("advantaged_stage_seconds_count", stage="compute") == 0
    assert metrics.sum("advantaged_responses_total") == 0


@pytest.mark.parametrize("method, request_", [
    ("ComputeAdvantages", batches.rloo()),
    ("DescribeMethod", describe_pb2.DescribeMethodRequest(method={"rloo": {}}, n=4)),
    ("ListMethods", catalog_pb2.ListMethodsRequest()),
    ("GetServerInfo", catalog_pb2.GetServerInfoRequest()),
])
def test_too_much_metadata(start, method, request_):
    server = start("--max-metadata-bytes=1000")
    with connect(server) as stub:
        call = getattr(stub, method)
        call(request_, metadata=[("note", "x" * 500)])
        with pytest.raises(grpc.RpcError) as caught:
            call(request_, metadata=[("note", "x" * 1000)])
    assert caught.value.code() == CODE.RESOURCE_EXHAUSTED
    assert "--max-metadata-bytes" in caught.value.details()
    assert dict(caught.value.trailing_metadata())["grpc-retry-pushback-ms"] == "-1"
    assert at_rest(server).value("advantaged_rejected_total", reason="metadata_too_large") == 1


def test_small_batches_do_not_wait_for_a_thread(start):
    server = start("--compute-threads=1", "--max-queued-calls=0")
    with connect(server) as stub:
        first = start_slow(server, stub)
        response = stub.ComputeAdvantages(batches.rloo(), timeout=PATIENCE)
        assert response.timings.queue_us == 0
        assert not first.done()
        first.cancel()


def hungry():
    """Few responses whose table is made by evaluating a formula, and one beside more than a network thread reads."""
    formula = compute_pb2.ComputeAdvantagesRequest(rewards=[1, 0], group_size=2)
    formula.method.surrogate.formula = "log(rho)"
    stabilized = compute_pb2.ComputeAdvantagesRequest(rewards=[1, 0], group_size=2)
    stabilized.method.pass_at_k_variance_stabilized.k = 2
    tables = compute_pb2.ComputeAdvantagesRequest(rewards=[1], group_size=1)
    for n in range(1, 129):
        tables.method.custom_table.tables.add(n=n, advantage_correct=[1] * (n + 1), advantage_wrong=[0] * (n + 1))
    assert tables.ByteSize() > 1 << 17
    return [formula, stabilized, tables]


def test_small_batches_that_take_long_wait_for_a_thread(start):
    server = start("--compute-threads=1")
    with connect(server) as stub:
        first = start_slow(server, stub)
        calls = [stub.ComputeAdvantages.future(request, timeout=PATIENCE) for request in hungry()]
        eventually(lambda: queued(server) == 3, "a queue of all of them")
        first.cancel()
        assert [wait(call) for call in calls] == [CODE.OK] * 3
    at_rest(server)


def test_limits_in_force(start):
    server = start("--max-queued-calls=7", "--connection-share=0.25", "--compute-threads=3")
    metrics = server.metrics()
    assert metrics.value("advantaged_limit", limit="compute_threads") == 3
    assert metrics.value("advantaged_limit", limit="http_max_connections") == 10000
    assert metrics.value("advantaged_limit", limit="max_streams_per_connection") == 256
    assert metrics.value("advantaged_limit", limit="max_queued_calls") == 7
    assert metrics.value("advantaged_limit", limit="connection_share") == 0.25
    assert metrics.value("advantaged_limit", limit="max_request_bytes") == 72 << 20
