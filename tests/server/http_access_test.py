"""POST /v1/compute leaves the line of a call, and answers traceparent and timings as gRPC does."""

import concurrent.futures
import re
import signal

import batches
import pytest
from advantaged.v1 import compute_pb2
from busy_server import connect, start_slow
from log_lines import ALL, PARENT, STAGES, calls, lines
from running_server import eventually
from transports import post, post_head, read_all, send, to_json

ONE_THREAD = "--compute-threads=1"
WANTED = {"Advantaged-Timings": "1"}


def call_line(server):
    """The line of the only call, without what every line has."""
    line, = calls(server, 1)
    assert (line.pop("transport"), line.pop("rpc")) == ("http", "ComputeAdvantages")
    assert line.pop("level") == "info"
    for name in ("time", "message"):
        line.pop(name)
    return line


def busy(server):
    eventually(lambda: server.metrics().value("advantaged_compute_threads_busy", pool="batches") == 1, "busy")


def milliseconds(server_timing):
    found = re.fullmatch(", ".join(rf"{stage[:-3]};dur=(\d+\.\d{{3}})" for stage in STAGES), server_timing)
    return [float(number) for number in found.groups()]


@pytest.mark.parametrize("http, peer", [("127.0.0.1:0", r"127\.0\.0\.1:\d+"), ("[::1]:0", r"\[::1\]:\d+")])
def test_call_that_ends_well(start, http, peer):
    server = start(ALL, http=http)
    body = to_json(batches.rloo(rewards=[1, 0, 0.1, 0.7], group_size=2, run="run-7"))
    code, fields, reply = post(server, body, traceparent=PARENT, **WANTED)
    assert code == 200
    line = call_line(server)
    assert re.fullmatch(peer, line.pop("peer"))
    assert line.pop("response_bytes") == int(fields["Content-Length"])
    stages = [line.pop(stage) for stage in STAGES]
    assert 0 < sum(stages) <= line.pop("total_us") + 0.4
    # In the text of the answer are the times without those of the text.
    for stage, inside in zip(stages[1:], ("decode_us", "compute_us", "encode_us")):
        assert stage >= reply["timings"][inside] - 0.06
    assert stages[1] > reply["timings"]["decode_us"] + 1, "JSON was read"
    assert stages == pytest.approx([1000 * time for time in milliseconds(fields["server-timing"])], abs=0.6)
    assert line == {"code": "OK", "method": "rloo", "run": "run-7", "groups": 2, "responses": 4,
                    "request_bytes": len(body), "traceparent": PARENT}


def test_moments_have_no_groups(start):
    server = start(ALL)
    request = batches.rloo(moments_only=True)
    request.stages.add().scale.SetInParent()
    post(server, to_json(request))
    line = call_line(server)
    assert line["code"] == "OK"
    assert "groups" not in line and line["responses"] == 4


def test_nothing_is_sent_back_unasked(shared):
    for fields in ({}, {"Advantaged-Timings": "0"}):
        found = post(shared, to_json(batches.rloo()), **fields)[1]
        assert not {"traceparent", "server-timing"} & {name.lower() for name in found}


@pytest.mark.parametrize("sent, back", [
    ([PARENT], PARENT),
    ([PARENT.upper()], None),
    (["no trace"], None),
    ([PARENT, PARENT], None),
])
def test_traceparent(start, sent, back):
    server = start(ALL)
    head = post_head(2, "".join(f"\ntraceparent: {value}" for value in sent))
    found = re.search(rb"^traceparent: (.*)\r$", read_all(send(server, head, b"{}")), re.MULTILINE)
    assert (found and found[1].decode()) == back
    assert call_line(server).get("traceparent") == back


@pytest.mark.parametrize("body, content_type, status, code, responses", [
    (b'{"group_size": 3, "rewards": [1, 0], "method": {"rloo": {}}}', "application/json", 400, "InvalidArgument", 2),
    (b'{"secret": 1}', "application/json", 400, "InvalidArgument", None),
    (b"{}", "text/plain", 415, "InvalidArgument", None),
    (b" " * 3000, "application/json", 413, "ResourceExhausted", None),
])
def test_call_that_is_refused(start, body, content_type, status, code, responses):
    server = start(ALL, "--max-request-bytes=2000")
    found, fields, _ = post(server, body, traceparent=PARENT, **WANTED, **{"Content-Type": content_type})
    assert found == status
    assert fields["traceparent"] == PARENT and milliseconds(fields["server-timing"])[2] == 0
    line = call_line(server)
    assert (line["code"], line.get("responses"), line["traceparent"]) == (code, responses, PARENT)
    assert line["request_bytes"] == len(body) and "response_bytes" not in line
    assert "secret" not in server.log()


def test_full_queue_and_drain(start):
    server = start(ALL, ONE_THREAD, "--max-queued-calls=0")
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        first = pool.submit(post, server, to_json(batches.slow()))
        busy(server)
        assert post(server, b"{}")[0] == 429
        server.process.send_signal(signal.SIGTERM)
        eventually(lambda: post(server, b"{}")[0] == 503, "refusal of new calls")
        assert first.result()[0] == 200
    assert server.process.wait() == 0
    codes = [line["code"] for line in lines(server) if line["message"] == "call"]
    assert {"ResourceExhausted", "Unavailable"} <= set(codes) and codes.count("OK") == 1


def test_client_that_leaves_before_its_body(start):
    server = start(ALL)
    send(server, post_head(10), b"{").close()
    line = call_line(server)
    assert line["code"] == "Canceled" and line["request_bytes"] == 10


def test_body_that_is_too_slow(start):
    server = start(ALL, "--http-timeout=2")
    assert read_all(send(server, post_head(10), b"{")) == b""
    assert call_line(server)["code"] == "Canceled"


def test_client_that_leaves_while_it_is_computed(start):
    server = start(ALL, ONE_THREAD)
    body = to_json(batches.slow())
    connection = send(server, post_head(len(body)), body)
    busy(server)
    connection.close()
    assert call_line(server)["code"] == "Canceled"


def test_answer_that_is_late(start):
    """Whatever holds it up: here another call has the thread."""
    server = start(ALL, ONE_THREAD, "--http-timeout=0.5")
    with connect(server) as stub:
        slow = start_slow(server, stub)
        code, fields, reply = post(server, to_json(batches.rloo()), traceparent=PARENT)
        assert (code, reply["code"], fields["traceparent"]) == (504, 4, PARENT)
        assert not slow.done() and server.metrics().value("advantaged_compute_threads_busy", pool="batches") == 1
        slow.cancel()
    line, = (line for line in calls(server, 2) if line["transport"] == "http")
    assert (line["code"], line["traceparent"]) == ("DeadlineExceeded", PARENT)
    assert server.metrics().value("advantaged_expired_total", stage="queue") == 1


def test_client_that_leaves_while_it_reads(start):
    server = start(ALL, "--http-timeout=100")
    count = 1 << 23
    request = compute_pb2.ComputeAdvantagesRequest(reward_bits=b"\x55" * (count // 8), response_count=count,
                                                   group_size=4)
    request.method.grpo.SetInParent()
    body = to_json(request)
    connection = send(server, post_head(len(body)), body)
    assert connection.recv(9) == b"HTTP/1.1 "
    connection.close()  # with input unread: a reset
    line = call_line(server)
    assert line["code"] == "Canceled" and line["response_bytes"] > 2 * count
    assert server.metrics().value("advantaged_cancelled_total", stage="send") == 1


def test_pages_have_no_line(start):
    server = start(ALL)
    for path in ("/metrics", "/readyz", "/v1/info"):
        server.get(path)
    post(server, b"{}")
    call_line(server)
