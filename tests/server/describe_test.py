"""DescribeMethod over gRPC and HTTP: what it says, what it refuses, and that it does not get in the way."""

import struct

import batches
import grpc
import pytest
from advantaged.rpc import status_pb2
from advantaged.v1 import compute_pb2, describe_pb2
from busy_server import CODE, ONE_THREAD, busy, connect, details, refused, start_slow, wait
from google.protobuf import json_format
from log_lines import ALL, STAGES, calls
from rest import at_rest, handled, started
from running_server import PATIENCE, eventually
from transports import fetch, read_all, read_status, send, status_to_refusal, to_json

RPC = "DescribeMethod"
# The largest there is.
LARGE = describe_pb2.DescribeMethodRequest(n=4096, points=4096)
LARGE.method.grpo.SetInParent()
# The one that takes longest.
SLOW = describe_pb2.DescribeMethodRequest(n=4096, points=4096)
SLOW.method.pass_at_k_variance_stabilized.k = 4


def request(method="grpo", parameters=None, **fields):
    return json_format.ParseDict({"method": {method: parameters or {}}, **fields},
                                 describe_pb2.DescribeMethodRequest())


def settled(server):
    """A scrape at rest, once the answers of HTTP have been sent, too."""
    eventually(lambda: server.metrics().value("advantaged_in_flight_bytes") == 0, "rest")
    return at_rest(server)


def float_bits(values):
    return struct.pack(f"<{len(values)}f", *values)


def test_keys_and_sizes(shared):
    """The keys that the page which draws it relies on."""
    code, fields, body = fetch(shared, "/v1/describe?method=pass_at_k_grpo&k=4&n=16&points=9")
    assert (code, fields["Content-Type"]) == (200, "application/json")
    assert list(body) == ["name", "equation", "source", "parameters", "n", "table", "curve"]
    assert body["name"] == "pass_at_k_grpo" and body["n"] == 16
    assert body["equation"] == "A+ = A_GRPO f+, A- = A_GRPO f-" and "2510.23049v1" in body["source"]
    assert body["parameters"] == {"pass_at_k_grpo": {"k": 4, "keep_factor_k": False}}
    table, curve = body["table"], body["curve"]
    assert list(table) == ["c", "advantage_correct", "advantage_wrong", "weight_correct", "weight_wrong"]
    assert table["c"] == list(range(17))
    assert {len(column) for column in table.values()} == {17}
    assert set(curve) >= {
        "rho", "weight_correct", "weight_wrong", "surrogate_derivative", "surrogate", "surrogate_kind",
        "finite_n_surrogate_derivative", "finite_n_surrogate", "coefficient_sd", "mean_square_advantage",
        "pass_at_k_mean", "pass_at_k_sd", "surrogate_anchor", "surrogate_error_bound", "surrogate_formula"}
    assert curve["rho"] == [i / 10 for i in range(1, 10)]
    assert {len(column) for column in curve.values() if isinstance(column, list)} - {0} == {9}
    assert curve["surrogate_kind"] in ("SURROGATE_KIND_CLOSED_FORM", "SURROGATE_KIND_INTEGRATED")
    assert curve["surrogate_anchor"] == "SURROGATE_ANCHOR_ZERO_AT_ZERO"


def test_json_has_the_bits_of_grpc(shared, stub):
    asked = request("entropy_regularized", {"entropy_coefficient": 0.3}, n=300, points=1000)
    reply = stub.DescribeMethod(asked)
    code, _, body = fetch(shared, "/v1/describe", to_json(asked))
    assert code == 200
    answer = json_format.ParseDict(body, describe_pb2.DescribeMethodResponse())
    assert answer.SerializeToString(deterministic=True) == reply.SerializeToString(deterministic=True)


def test_defaults(stub):
    reply = stub.DescribeMethod(request())
    assert reply.n == 16 and len(reply.table.c) == 17
    assert list(reply.curve.rho) == pytest.approx([i / 200 for i in range(1, 200)])
    assert reply.parameters.grpo.epsilon == 0 and reply.parameters.grpo.HasField("ddof")


def test_every_method_over_every_transport(shared, stub):
    described = set()
    for method in batches.every_method(shared):
        asked = json_format.ParseDict({"method": method, "n": 7, "rho": [0.25, 0.5]},
                                      describe_pb2.DescribeMethodRequest())
        expected = stub.DescribeMethod(asked)
        code, _, body = fetch(shared, "/v1/describe", to_json(asked))
        assert code == 200, body
        assert json_format.ParseDict(body, describe_pb2.DescribeMethodResponse()) == expected
        assert {expected.name} == set(method)
        has_limit = expected.curve.surrogate_kind != describe_pb2.SURROGATE_KIND_NONE
        assert len(expected.curve.surrogate) == 2 * has_limit
        assert has_limit == (expected.curve.surrogate_anchor != describe_pb2.SURROGATE_ANCHOR_UNSPECIFIED)
        described.add(expected.name)
    assert len(described) > 15


@pytest.mark.parametrize("query, method, parameters", [
    ("method=pass_at_k_grpo&k=4", "pass_at_k_grpo", {"k": 4}),
    ("k=4&method=pass%5fat_k_%67rpo&keep_factor_k=true", "pass_at_k_grpo", {"k": 4, "keep_factor_k": True}),
    ("method=surrogate&formula=2*asin(sqrt(rho))%2Ba*rho&constants=a=0.25,b=2&regularizer=b*std(rho)"
     "&regularizer_coefficient=0.5",
     "surrogate", {"formula": "2*asin(sqrt(rho))+a*rho", "constants": {"a": 0.25, "b": 2},
                   "regularizer": "b*std(rho)", "regularizer_coefficient": 0.5}),
    ("method=focal&gamma=5e-1&base=dr_grpo", "focal", {"gamma": 0.5, "base": "BASE_METHOD_DR_GRPO"}),
])
def test_query_is_the_posted_request(shared, stub, query, method, parameters):
    expected = stub.DescribeMethod(request(method, parameters, n=5, rho=[0.125, 0.5]))
    for rho in ("0.125,0.5", "0.125%2C0.5"):
        code, _, body = fetch(shared, f"/v1/describe?{query}&n=5&rho={rho}")
        assert code == 200, body
        assert json_format.ParseDict(body, describe_pb2.DescribeMethodResponse()) == expected


@pytest.mark.parametrize("method, parameters", [
    ("grpo", {}), ("reinforce", {}), ("pass_at_k_shaped", {"k": 3}), ("entropy_regularized", {"entropy_coefficient": 2})])
def test_table_is_what_batches_get(stub, method, parameters):
    n = 6
    table = stub.DescribeMethod(request(method, parameters, n=n)).table
    for c in range(n + 1):
        batch = json_format.ParseDict({"method": {method: parameters}, "group_size": n,
                                       "rewards": [1] * c + [0] * (n - c)}, compute_pb2.ComputeAdvantagesRequest())
        advantages = stub.ComputeAdvantages(batch).advantages
        expected = [table.advantage_correct[c]] * c + [table.advantage_wrong[c]] * (n - c)
        assert float_bits(advantages) == float_bits(expected), c
        assert table.weight_correct[c] == pytest.approx(c / n * table.advantage_correct[c], abs=1e-6)
        assert table.weight_wrong[c] == pytest.approx((n - c) / n * abs(table.advantage_wrong[c]), abs=1e-6)


BAD = [
    ({"method": {}}, "method"),
    ({"method": {"pass_at_k_grpo": {}}}, "method.pass_at_k_grpo.k"),
    ({"method": {"pass_at_k_grpo": {"k": 0}}}, "method.pass_at_k_grpo.k"),
    ({"method": {"std_regularized": {"std_coefficient": -1}}}, "method.std_regularized.std_coefficient"),
    ({"method": {"grpo": {}}, "n": 0}, "n"),
    ({"method": {"grpo": {}}, "n": 4097}, "n"),
    ({"method": {"grpo": {}}, "n": 4294967295, "points": 4096}, "n"),
    ({"method": {"surrogate": {"formula": "rho +"}}}, "method.surrogate.formula"),
    ({"method": {"surrogate": {"formula": "rho", "regularizer": "ln(rho)", "regularizer_coefficient": 1}}},
     "method.surrogate.regularizer"),
    ({"method": {"surrogate": {"formula": "rho", "constants": {"a": 1}}}}, "method.surrogate.constants[a]"),
    ({"method": {"grpo": {}}, "points": 0}, "points"),
    ({"method": {"grpo": {}}, "points": 4097}, "points"),
    ({"method": {"grpo": {}}, "points": 4294967295}, "points"),
    ({"method": {"grpo": {}}, "points": 3, "rho": [0.5]}, "points"),
    ({"method": {"grpo": {}}, "rho": [0.5, 0]}, "rho[1]"),
    ({"method": {"grpo": {}}, "rho": [1]}, "rho[0]"),
    ({"method": {"grpo": {}}, "rho": ["NaN"]}, "rho[0]"),
    ({"method": {"grpo": {}}, "rho": [0.1, 0.2, 0.4, 0.3]}, "rho[3]"),
    ({"method": {"grpo": {}}, "rho": [i / 8192 for i in range(1, 4098)]}, "rho"),
]


@pytest.mark.parametrize("fields, field", BAD, ids=[field + str(i) for i, (_, field) in enumerate(BAD)])
def test_what_is_refused(shared, stub, fields, field):
    asked = json_format.ParseDict(fields, describe_pb2.DescribeMethodRequest())
    with pytest.raises(grpc.RpcError) as caught:
        stub.DescribeMethod(asked)
    assert caught.value.code() == CODE.INVALID_ARGUMENT
    trailers = dict(caught.value.trailing_metadata())
    refusal = status_to_refusal(status_pb2.Status.FromString(trailers["grpc-status-details-bin"]))
    assert refusal.details["BadRequest"].field_violations[0].field == field
    code, _, body = fetch(shared, "/v1/describe", to_json(asked))
    assert code == 400 and read_status(body) == refusal


@pytest.mark.parametrize("query, field, said", [
    ("", "method", "no method is set"),
    ("?method=gpro", "method", 'did you mean "grpo"?'),
    ("?method=grpo&k=4", "k", "neither a parameter of grpo"),
    ("?method=grpo&n=4&n=4", "n", "twice"),
    ("?method=grpo&n=%", "query", "hexadecimal"),
    ("?method=pass_at_k_grpo&k=x", "method.pass_at_k_grpo.k", '"x"; must be a whole number'),
    ("?method=pass_at_k_grpo", "method.pass_at_k_grpo.k", "required"),
    ("?method=grpo&n=1", "n", "1"),
    # A sign that is not encoded is a space.
    ("?method=surrogate&formula=rho+rho", "method.surrogate.formula", "character 5: expected an operator"),
    ("?method=surrogate&formula=a*rho&constants=a", "method.surrogate.constants", '"a" is not NAME=NUMBER'),
    ("?method=grpo&%FF%00=%FF", "??", "neither"),
])
def test_bad_queries(shared, query, field, said):
    code, _, body = fetch(shared, "/v1/describe" + query)
    assert code == 400
    refusal = read_status(body)
    violation, = refusal.details["BadRequest"].field_violations
    assert (refusal.code, violation.field) == (3, field)
    assert said in violation.description and refusal.message.startswith(field)


def test_bad_posts(shared):
    body = to_json(request())
    assert fetch(shared, "/v1/describe", body, **{"Content-Type": "text/plain"})[0] == 415
    code, _, refusal = fetch(shared, "/v1/describe?n=4", body)
    assert code == 400 and "query" in refusal["message"]
    code, _, refusal = fetch(shared, "/v1/describe", b'{"point": 3}')
    assert code == 400 and refusal["message"] == 'point: is not a field of the request; did you mean "points"?'


def test_verbs(shared):
    target = "/v1/describe?method=grpo&n=2&points=1"
    head = "{} " + target + " HTTP/1.1\nHost: x\nConnection: close"
    whole = read_all(send(shared, head.format("GET")))
    fields, _, body = whole.partition(b"\r\n\r\n")
    assert body.startswith(b"{") and body.endswith(b"}\n")
    assert read_all(send(shared, head.format("HEAD"))) == fields + b"\r\n\r\n"
    answer = read_all(send(shared, head.format("PUT")))
    assert answer.startswith(b"HTTP/1.1 405") and b"\r\nAllow: GET, HEAD, POST, OPTIONS\r\n" in answer
    assert read_all(send(shared, head.format("GET") + "\nContent-Length: 1", b"x")).startswith(b"HTTP/1.1 413")


def test_the_answer_counts_as_bytes_in_flight(start):
    """Its size is known from n and points: a few bytes of request ask for most of a megabyte."""
    server = start("--max-in-flight-bytes=1MiB", "--connection-share=0.5")
    with connect(server) as stub:
        error = refused(stub.DescribeMethod.future(LARGE, timeout=PATIENCE))
        assert dict(error.trailing_metadata())["grpc-retry-pushback-ms"] == "-1"
        assert "--max-in-flight-bytes" in error.details()
        stub.DescribeMethod(request(), timeout=PATIENCE)
    assert fetch(server, "/v1/describe?method=grpo&n=4096&points=4096")[0] == 413
    assert fetch(server, "/v1/describe?method=grpo")[0] == 200
    assert settled(server).value("advantaged_rejected_total", reason="bytes") == 2


def test_a_flood_of_descriptions_leaves_room_for_batches(start):
    """They wait in a bounded queue of their own, for a thread of their own."""
    server = start(*ONE_THREAD, "--max-queued-calls=4")
    with connect(server) as flood, connect(server) as other:
        first = start_slow(server, flood)
        floods = [flood.DescribeMethod.future(SLOW, timeout=PATIENCE) for _ in range(12)]
        batch = other.ComputeAdvantages.future(batches.rloo(), timeout=PATIENCE)
        assert fetch(server, "/v1/info")[0] == 200, "the thread of HTTP is free"
        assert wait(batch) == CODE.OK and wait(first) == CODE.OK
        codes = [wait(call) for call in floods]
    turned_away = codes.count(CODE.RESOURCE_EXHAUSTED)
    assert turned_away > 0 and turned_away + codes.count(CODE.OK) == len(floods)
    error = refused(floods[codes.index(CODE.RESOURCE_EXHAUSTED)])
    assert details(error, "ErrorInfo").reason == "BUSY" and details(error, "RetryInfo") is not None
    metrics = at_rest(server)
    assert metrics.value("advantaged_rejected_total", reason="queue") == turned_away
    assert handled(metrics, "ResourceExhausted", RPC) == turned_away
    assert metrics.value("advantaged_compute_tasks_total", pool="descriptions") == codes.count(CODE.OK)
    assert metrics.value("advantaged_compute_tasks_total", pool="batches") == 2


def test_descriptions_over_http_wait_for_the_same_thread(start):
    server = start("--max-queued-calls=0")
    with connect(server) as stub:
        def full():
            """Two answers while a description was computed."""
            first = stub.DescribeMethod.future(SLOW, timeout=PATIENCE)
            eventually(lambda: busy(server, "descriptions") == 1 or first.done(), "a busy thread")
            answers = [fetch(server, "/v1/describe?method=grpo"), fetch(server, "/v1/describe", to_json(request()))]
            return None if wait(first) != CODE.OK or {code for code, _, _ in answers} != {429} else answers
        for _, fields, _ in eventually(full, "a description that took longer than two requests"):
            assert int(fields["Retry-After"]) >= 1
    assert settled(server).value("advantaged_rejected_total", reason="queue") >= 2


def test_an_expired_description_is_not_computed_to_its_end(start):
    server = start()
    with connect(server) as stub:
        first = stub.DescribeMethod.future(SLOW, timeout=PATIENCE)
        assert wait(stub.DescribeMethod.future(SLOW, timeout=0.05)) == CODE.DEADLINE_EXCEEDED
        cancelled = stub.DescribeMethod.future(SLOW, timeout=PATIENCE)
        eventually(lambda: started(server.metrics(), RPC) == 3, "the third")
        cancelled.cancel()
        assert wait(first) == CODE.OK
    metrics = at_rest(server)
    assert metrics.sum("advantaged_expired_total") == 1
    assert metrics.sum("advantaged_cancelled_total") == 1
    assert handled(metrics, "DeadlineExceeded", RPC) == handled(metrics, "Canceled", RPC) == 1
    assert handled(metrics, "OK", RPC) == 1


def test_too_much_metadata(start):
    server = start("--max-metadata-bytes=1000")
    with connect(server) as stub, pytest.raises(grpc.RpcError) as caught:
        stub.DescribeMethod(request(), metadata=[("note", "x" * 1000)])
    assert caught.value.code() == CODE.RESOURCE_EXHAUSTED
    at_rest(server)


def test_descriptions_are_calls_and_no_batches(start):
    server = start(ALL)
    asked = request("pass_at_k_grpo", {"k": 2})
    with server.stub() as stub:
        reply = stub.DescribeMethod(asked)
        with pytest.raises(grpc.RpcError):
            stub.DescribeMethod(request(n=1))
    fetch(server, "/v1/describe?method=rloo")
    metrics = settled(server)
    assert handled(metrics, "OK", RPC) == handled(metrics, "InvalidArgument", RPC) == 1
    assert metrics.value("advantaged_http_requests_total", path="/v1/describe", code="200") == 1
    for name in ("advantaged_groups_total", "advantaged_request_size_bytes_count", "advantaged_stage_seconds_count",
                 "advantaged_response_size_bytes_count", "advantaged_invalid_requests_total"):
        assert metrics.sum(name) == 0, name

    good, bad, page = sorted(calls(server, 3), key=lambda line: (line["transport"], line["code"] != "OK"))
    assert {line["rpc"] for line in (good, bad, page)} == {RPC}
    assert (good["method"], good["code"]) == ("pass_at_k_grpo", "OK")
    assert (good["request_bytes"], good["response_bytes"]) == (asked.ByteSize(), reply.ByteSize())
    assert good["compute_us"] > 0 and sum(good[stage] for stage in STAGES) <= good["total_us"] + 0.4
    assert bad["code"] == "InvalidArgument" and "response_bytes" not in bad
    assert (page["transport"], page["method"], page["code"]) == ("http", "rloo", "OK")
    assert page["response_bytes"] > 1000 and page["compute_us"] > 0 and page["encode_us"] > 0
    for line in (good, bad, page):
        assert not {"groups", "responses", "run"} & set(line)
