"""One fault has one refusal whatever brought the request: the same code, message and details over gRPC, on a stream, by
POST and by GET. error_table_test.py does the same with every way in which a batch can be wrong."""

import json
import re

import batches
import grpc
import pytest
from advantaged.v1 import describe_pb2
from busy_server import ONE_THREAD, connect, start_slow
from google.protobuf import json_format
from rest import at_rest
from transports import TRANSPORTS, fetch, grpc_refusal, read_status

RESOURCE_EXHAUSTED = 8

# By query, and as JSON.
DESCRIPTIONS = {
    "no method": ("", {}),
    "K of 0": ("method=pass_at_k_grpo&k=0", {"method": {"pass_at_k_grpo": {"k": 0}}}),
    "n too large": ("method=grpo&n=5000", {"method": {"grpo": {}}, "n": 5000}),
    "too many points": ("method=grpo&points=5000", {"method": {"grpo": {}}, "points": 5000}),
    "a rho that is no rate": ("method=grpo&rho=0.5,2", {"method": {"grpo": {}}, "rho": [0.5, 2]}),
    "several": ("method=pass_at_k_grpo&k=0&n=5000&rho=2,-1",
                {"method": {"pass_at_k_grpo": {"k": 0}}, "n": 5000, "rho": [2, -1]}),
    "a formula that does not parse": ("method=surrogate&formula=log(", {"method": {"surrogate": {"formula": "log("}}}),
}


@pytest.mark.parametrize("query, fields", DESCRIPTIONS.values(), ids=DESCRIPTIONS)
def test_of_a_description(shared, stub, query, fields):
    request = json_format.ParseDict(fields, describe_pb2.DescribeMethodRequest())
    with pytest.raises(grpc.RpcError) as raised:
        stub.DescribeMethod(request)
    by_grpc = grpc_refusal(raised.value)
    get_status, _, got = fetch(shared, f"/v1/describe?{query}")
    post_status, _, posted = fetch(shared, "/v1/describe", json.dumps(fields).encode())
    assert (get_status, post_status) == (400, 400)
    assert read_status(got) == read_status(posted) == by_grpc
    assert len(by_grpc.details["BadRequest"].field_violations) >= 1


# Of values that no message can hold, so gRPC has no such fault.
UNREADABLE = {
    "K that is no number": ("method=pass_at_k_grpo&k=four", {"method": {"pass_at_k_grpo": {"k": "four"}}}),
    "n that is no number": ("method=grpo&n=many", {"method": {"grpo": {}}, "n": "many"}),
    "a flag that is none": ("method=pass_at_k_grpo&k=4&keep_factor_k=yes",
                            {"method": {"pass_at_k_grpo": {"k": 4, "keep_factor_k": "yes"}}}),
    "rates that are no numbers": ("method=grpo&rho=0.5,high,low", {"method": {"grpo": {}}, "rho": [0.5, "high", "low"]}),
}


@pytest.mark.parametrize("query, fields", UNREADABLE.values(), ids=UNREADABLE)
def test_of_a_value_that_cannot_be_read(shared, query, fields):
    get_status, _, got = fetch(shared, f"/v1/describe?{query}")
    post_status, _, posted = fetch(shared, "/v1/describe", json.dumps(fields).encode())
    assert (get_status, post_status) == (400, 400)
    assert read_status(got) == read_status(posted)


def test_of_a_batch_with_several_faults_counts_them(shared, stub):
    request = batches.rloo(rewards=[1, float("nan"), 2], group_size=2, constant_tolerance=-1, pass_at=[0])
    refusals = [make(shared, stub).compute(request) for make in TRANSPORTS.values()]
    assert refusals[0].message.endswith(" more)")
    assert all(refusal == refusals[0] for refusal in refusals)


def test_of_a_full_queue(start):
    server = start(*ONE_THREAD, "--max-queued-calls=0")
    with connect(server) as busy, connect(server) as stub:
        first = start_slow(server, busy)
        refusals = [make(server, stub).compute(batches.rloo()) for make in TRANSPORTS.values()]
        first.cancel()
    assert {(refusal.code, refusal.message) for refusal in refusals} == {
        (RESOURCE_EXHAUSTED, "the queue is full (--max-queued-calls)")}
    assert all(set(refusal.details) == {"RetryInfo", "ErrorInfo"} for refusal in refusals)
    at_rest(server)


def test_of_a_request_that_is_too_large(start):
    server = start("--max-request-bytes=64KiB")
    request = batches.rloo(rewards=[0.125] * 20_000, group_size=2)
    with connect(server) as stub:
        refusals = [make(server, stub).compute(request) for make in TRANSPORTS.values()]
    texts = {re.sub(r"has \d+ bytes", "has N bytes", refusal.message) for refusal in refusals}
    assert len(texts) == 1 and "--max-request-bytes" in texts.pop()
    assert all(refusal.code == RESOURCE_EXHAUSTED and refusal.details == refusals[0].details for refusal in refusals)
