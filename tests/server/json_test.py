"""POST /v1/compute: the same answers and refusals as over gRPC, and what only HTTP can get wrong."""

import base64
import concurrent.futures
import http.client
import json
import math
import os
import pathlib
import random
import struct
import subprocess

import batches
import pytest
from advantaged.v1 import catalog_pb2, compute_pb2
from google.protobuf import json_format
from running_server import PATIENCE, eventually
from transports import post, post_head, read_all, read_status, send, to_json

ONE_THREAD = ("--compute-threads=1",)
SIMPLE = b'{"method": {"rloo": {}}, "rewards": [1, 0, 0, 1], "group_size": 2}'


def float_bits(values):
    return struct.pack(f"<{len(values)}f", *values)


def post_message(server, message):
    code, _, body = post(server, to_json(message))
    assert code == 200, body
    return body


def settled(server):
    """The metrics, once nothing is in flight."""
    eventually(lambda: server.metrics().value("advantaged_in_flight_bytes") == 0, "rest")
    return server.metrics()


def slow_json():
    """Takes the server seconds to read and compute."""
    return to_json(batches.slow())


def test_answer_has_proto_names_and_zeros(shared):
    code, fields, body = post(shared, SIMPLE)
    assert (code, fields["Content-Type"]) == (200, "application/json")
    assert body["advantages"] == [1, -1, -1, 1]
    assert body["advantages_per_group"] == [] and body["summary"]["masked_responses"] == 0
    camel = b'{"method": {"rloo": {}}, "rewards": [1, 0, 0, 1], "groupSize": 2}'
    assert post(shared, camel)[2]["advantages"] == body["advantages"]


def test_same_bits_as_grpc(shared, stub):
    rewards = [1, 0, 0, 1, 0, 0, 0, 1, 1, 1, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0]
    methods = list(batches.every_method(shared))
    assert len(methods) > 15
    for method in methods:
        request = json_format.ParseDict(
            {"method": method, "rewards": rewards, "group_size": 7, "group_statistics": True,
             "lengths": list(range(1, 22)), "pass_at": [1, 4]}, compute_pb2.ComputeAdvantagesRequest())
        expected = stub.ComputeAdvantages(request)
        body = post_message(shared, request)
        assert float_bits(body["advantages"]) == float_bits(expected.advantages), method
        answer = json_format.ParseDict(body, compute_pb2.ComputeAdvantagesResponse())
        for message in (answer, expected):
            message.ClearField("timings")
        assert answer == expected, method


def test_real_rewards_have_the_same_bits(shared, stub):
    rewards = [math.sin(i * i) * 10.0 ** (i % 60 - 30) for i in range(5000)]
    for name in ("rloo", "grpo", "reinforce"):
        request = compute_pb2.ComputeAdvantagesRequest(rewards=rewards + [-0.0] * 8, group_size=8)
        getattr(request.method, name).SetInParent()
        expected = stub.ComputeAdvantages(request)
        assert float_bits(post_message(shared, request)["advantages"]) == float_bits(expected.advantages)


def test_bytes_are_base64(shared, stub):
    request = compute_pb2.ComputeAdvantagesRequest(
        reward_bits=b"\x0f", response_count=8, group_size=8,
        reply_form=compute_pb2.REPLY_FORM_ADVANTAGES_FLOAT32_LE)
    request.method.grpo.SetInParent()
    expected = stub.ComputeAdvantages(request).advantages_float32_le
    assert base64.b64decode(post_message(shared, request)["advantages_float32_le"]) == expected


@pytest.mark.parametrize("body, field, said", [
    (b'{"group_siz": 2}', "group_siz", "not a field"),
    (b'{"method": {"rloo": {"kk": 1}}}', "method.rloo.kk", "not a field"),
    (b'{"rewards": [1, "one"]}', "rewards[1]", "one"),
    (b'{"rewards": [1, 1e39]}', "rewards[1]", "1e39"),
    (b'{"group_size": -1}', "group_size", "-1"),
    (b'{"group_size": 1.5}', "group_size", "1.5"),
    (b'{"reward_bits": "@"}', "reward_bits", "@"),
    (b'{"small_group": "BIG"}', "small_group", "BIG"),
    (b'{"method": {"rloo": {}, "grpo": {}}}', "method", "grpo"),
    (b'{"method": {"rloo": {}}, "rewards": ["NaN", "Infinity"], "group_size": 2}', "rewards[0]", "nan"),
    (b"", "", "end"),
    (b"null", "", ""),
    (b"[]", "", ""),
    (b'{"rewards": [1,', "", "end"),
    (b'{"rewards": [1]} x', "", "x"),
    (b"\xff\xfe\x00", "", ""),
    (b'{"\xff": 1}', "", ""),
    (b"[" * 1000000, "", ""),
    (b'{"stages": [' * 20000, "", ""),
    (b'{"' + b"x" * 100000 + b'": 1}', "x" * 256, ""),
    ('{"ключ": 1}'.encode(), "?" * 8, ""),
], ids=lambda value: repr(value)[:30])
def test_what_is_no_request(shared, body, field, said):
    code, _, value = post(shared, body)
    assert code == 400, value
    refusal = read_status(value)
    assert refusal.code == 3
    violation = refusal.details["BadRequest"].field_violations[0]
    assert violation.field == field or not field
    assert said in violation.description
    assert len(value["message"]) < 1000


# What is no UTF-8: a lone byte, half a character, a surrogate, a character too long, one out of range.
NO_UTF8 = (b"\xff", b"\xe2\x82", b"\xed\xa0\x80", b"\xc0\x80", b"\xf4\x90\x80\x80")
PLACES = (b'{"run": "%s"}', b'{"%s": 1}', b'{"method": {"%s": {}}}', b'{"small_group": "%s"}', b'{"rewards": ["%s"]}',
          b'{"rewards": [%s]}', b'{"group_ids": {"%s": 1}}', b'{"reward_bits": "%s"}', b'"%s', b"%s", b"{} %s")


def refusals(server, bodies):
    """The answers, all 400, to bodies sent on one connection: each is UTF-8 and google.rpc.Status as JSON."""
    connection = http.client.HTTPConnection(server.http, timeout=PATIENCE)
    for body in bodies:
        connection.request("POST", "/v1/compute", body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        text = response.read().decode("utf-8", "strict")
        assert (response.status, response.headers["Content-Type"]) == (400, "application/json"), (body, text)
        yield read_status(json.loads(text))
    connection.close()


def test_bytes_that_are_no_utf8(shared):
    texts = NO_UTF8 + (rb"\ud800", rb"\udc00", rb"\ud800\u0041", b"\x00", rb"\u0000")
    for refusal in refusals(shared, [place % text for place in PLACES for text in texts]):
        assert refusal.code == 3 and refusal.message
        assert refusal.details["BadRequest"].field_violations


def test_broken_bodies(shared):
    """Requests with bytes that were changed, cut out or put in: always JSON comes back, and no 500."""
    random_ = random.Random(4)
    full = b'{"method": {"rloo": {}}, "run": "r\xc3\xa4", "rewards": [1, 0.5], "group_size": 3, "lengths": [1, 2]}'

    def broken():
        body = bytearray(full)  # a refusal itself: 2 rewards are no group of 3
        for _ in range(random_.randrange(1, 6)):
            at = random_.randrange(len(body))
            body[at:at + random_.randrange(3)] = random_.randbytes(random_.randrange(3))
        return bytes(body)
    assert len(list(refusals(shared, [broken() for _ in range(1500)]))) == 1500


def test_content_type(shared):
    for good in ("application/json", "Application/JSON; charset=utf-8"):
        assert post(shared, SIMPLE, **{"Content-Type": good})[0] == 200
    code, _, text = post(shared, SIMPLE, **{"Content-Type": "text/plain"})
    assert code == 415 and "application/json" in text


def test_other_verbs(shared):
    for verb in ("GET", "HEAD", "PUT", "DELETE"):
        head = f"{verb} /v1/compute HTTP/1.1\nHost: x\nConnection: close"
        received = read_all(send(shared, head))
        assert received.startswith(b"HTTP/1.1 405") and b"Allow: POST" in received


def test_length_is_required(shared):
    head = "POST /v1/compute HTTP/1.1\nHost: x\nConnection: close\nTransfer-Encoding: chunked"
    assert read_all(send(shared, head, b"2\r\n{}\r\n0\r\n\r\n")).startswith(b"HTTP/1.1 411")


def test_too_large_is_refused_unread(start):
    server = start("--max-request-bytes=2000")
    received = read_all(send(server, post_head(2001)))
    assert received.startswith(b"HTTP/1.1 413")
    assert b"--max-request-bytes" in received and b"REQUEST_TOO_LARGE" in received
    assert b"Retry-After" not in received
    metrics = settled(server)
    assert metrics.value("advantaged_rejected_total", reason="too_large") == 1
    assert metrics.value("advantaged_http_requests_total", path="/v1/compute", code="413") == 1


def test_bodies_to_come_are_admitted_and_given_back(start):
    server = start("--max-in-flight-bytes=1MiB", "--connection-share=1")
    half = 300000
    waiting = send(server, post_head(half), b"{")
    eventually(lambda: server.metrics().value("advantaged_in_flight_bytes") >= half, "admission")
    received = read_all(send(server, post_head(half)))
    assert received.startswith(b"HTTP/1.1 429")
    assert b"Retry-After: 1\r\n" in received and b"retry_delay" in received
    waiting.close()
    assert settled(server).value("advantaged_rejected_total", reason="bytes") == 1
    assert post(server, SIMPLE)[0] == 200


def test_a_few_bits_that_ask_for_much(start):
    server = start("--max-in-flight-bytes=1MiB", "--connection-share=1")
    request = compute_pb2.ComputeAdvantagesRequest(reward_bits=b"\0" * 20000, response_count=160000,
                                                   group_size=8)
    request.method.rloo.SetInParent()
    code, _, body = post(server, to_json(request))
    assert code == 413 and "--max-in-flight-bytes" in body["message"]
    request.ClearField("reward_bits")
    request.ClearField("response_count")
    request.rewards.extend([0] * 8000)
    assert post(server, to_json(request))[0] == 200
    request.group_statistics = True
    request.pass_at.extend(range(1, 33))
    code, _, body = post(server, to_json(request))
    assert code == 413 and "--max-in-flight-bytes" in body["message"]
    settled(server)


def test_http_leaves_room_for_grpc(start):
    server = start("--max-in-flight-calls=2", "--connection-share=0.5")
    waiting = send(server, post_head(10))
    eventually(lambda: server.metrics().value("advantaged_in_flight_bytes") > 0, "admission")
    assert read_all(send(server, post_head(10))).startswith(b"HTTP/1.1 429")
    with server.stub() as stub:
        stub.ComputeAdvantages(batches.rloo(), timeout=PATIENCE)
    waiting.close()
    settled(server)


def test_full_queue(start):
    server = start(*ONE_THREAD, "--max-queued-calls=0")
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        first = pool.submit(post, server, slow_json())
        eventually(lambda: server.metrics().value("advantaged_compute_threads_busy", pool="batches") == 1, "busy")
        code, fields, body = post(server, SIMPLE)
        assert code == 429 and int(fields["Retry-After"]) >= 1
        assert read_status(body).details["ErrorInfo"].reason == "BUSY"
        assert server.get("/livez") == "alive\n", "the HTTP thread is free"
        assert not first.done()
        first.result()


def test_slow_body_is_cut_off(start):
    server = start("--http-timeout=1")
    assert read_all(send(server, post_head(100), b"{")) == b""
    settled(server)


def test_answer_later_than_the_time_limit(start):
    """The limit begins anew when the request has arrived."""
    server = start(*ONE_THREAD, "--http-timeout=1")
    code, _, body = post(server, slow_json())
    assert code == 504 and read_status(body).code == 4
    assert settled(server).sum("advantaged_expired_total") == 1


@pytest.mark.parametrize("half_close", [False, True])
def test_client_that_leaves_is_noticed(start, half_close):
    server = start(*ONE_THREAD)
    body = slow_json()
    connection = send(server, post_head(len(body)), body, half_close)
    if half_close:  # noticed wherever it is by then
        assert read_all(connection).startswith(b"HTTP/1.1 499")
    else:
        eventually(lambda: server.metrics().value("advantaged_compute_threads_busy", pool="batches") == 1, "busy")
        connection.close()
    metrics = settled(server)
    assert metrics.sum("advantaged_cancelled_total") == 1
    assert metrics.sum("advantaged_responses_total") == 0


def test_drain_answers_what_is_in_flight(start):
    """What computes, what waits in the queue, and what is still being sent, which holds the end off until it is."""
    server = start(*ONE_THREAD, f"--drain-timeout={PATIENCE}", f"--http-timeout={PATIENCE}")
    sending = send(server, post_head(len(SIMPLE)), SIMPLE[:-1])
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        answers = [pool.submit(post, server, slow_json()) for _ in range(2)]
        eventually(lambda: server.metrics().value("advantaged_queued_calls", pool="batches") == 1, "one busy, one queued")
        end = pool.submit(server.stop)
        eventually(lambda: post(server, SIMPLE)[0] == 503, "refusal of new calls")
        assert server.metrics().value("advantaged_rejected_total", reason="draining") >= 1
        sending.sendall(SIMPLE[-1:])
        assert read_all(sending).startswith(b"HTTP/1.1 200")
        assert [answer.result()[0] for answer in answers] == [200, 200]
        assert end.result() == 0


def test_drain_cancels_at_its_end(start):
    server = start(*ONE_THREAD, "--drain-timeout=0.1")
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        answer = pool.submit(post, server, slow_json())
        eventually(lambda: server.metrics().value("advantaged_compute_threads_busy", pool="batches") == 1, "busy")
        assert server.stop() == 0
        # The answer may come or be cut off by the end of the process, but it is no success.
        try:
            assert answer.result()[0] == 499
        except OSError:
            pass


def test_curl_waits_for_continue(shared, tmp_path):
    """curl asks before it sends more than a MiB."""
    request = compute_pb2.ComputeAdvantagesRequest(rewards=[0.125, 0.5] * 150000, group_size=2)
    request.method.rloo.SetInParent()
    file = pathlib.Path(tmp_path, "request.json")
    file.write_bytes(to_json(request))
    assert file.stat().st_size > 1 << 20
    done = subprocess.run(
        ["curl", "-sv", "--expect100-timeout", "60", "-H", "Content-Type: application/json",
         "--data-binary", f"@{file}", f"http://{shared.http}/v1/compute"],
        capture_output=True, timeout=PATIENCE, check=True, env={"PATH": os.environ["PATH"]})
    assert b"< HTTP/1.1 100 Continue" in done.stderr
    assert json.loads(done.stdout)["advantages"] == [-0.375, 0.375] * 150000
    refused = subprocess.run(
        ["curl", "-sv", "--expect100-timeout", "60", "--data-binary", f"@{file}",
         f"http://{shared.http}/v1/compute"],
        capture_output=True, timeout=PATIENCE, check=True, env={"PATH": os.environ["PATH"]})
    assert b"< HTTP/1.1 415" in refused.stderr and b"100 Continue" not in refused.stderr


def test_unknown_expectation(shared):
    received = read_all(send(shared, post_head(2, "\nExpect: wonders"), b"{}"))
    assert received.startswith(b"HTTP/1.1 417")


def test_catalogue_pages(shared, stub):
    for path, rpc, message, ask in (
            ("/v1/methods", stub.ListMethods, catalog_pb2.ListMethodsResponse,
             catalog_pb2.ListMethodsRequest()),
            ("/v1/info", stub.GetServerInfo, catalog_pb2.GetServerInfoResponse,
             catalog_pb2.GetServerInfoRequest())):
        assert json_format.Parse(shared.get(path), message()) == rpc(ask)
