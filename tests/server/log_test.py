"""The log of a real server, as programs read it: every line is JSON, a call is a line."""

import contextlib
import json
import os
import re
import signal
import subprocess
import urllib.request

import batches
import grpc
import pytest
from advantaged.v1 import advantage_service_pb2_grpc, catalog_pb2
from log_lines import ALL, PARENT, STAGES, calls, lines
from rest import at_rest
from running_server import BINARY, PATIENCE, eventually


def trailers(call):
    return [(key, value) for key, value in call.trailing_metadata() if not key.startswith("grpc-")]


def test_every_line_is_json(start):
    server = start()
    server.process.send_signal(signal.SIGHUP)
    eventually(lambda: "SIGHUP" in server.log(), "a reload")
    assert server.stop() == 0
    found = lines(server)
    for line in found:
        assert set(line) == {"time", "level", "message"}
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["time"])
    assert [line["level"] for line in found] == ["info"] * len(found)
    assert found[-1]["message"] == "bye", "the last line is written, too"
    assert server.log().endswith("\n")


def test_text(start):
    server = start("--log-format=text")
    with server.stub() as stub:
        stub.GetServerInfo(catalog_pb2.GetServerInfoRequest())
    eventually(lambda: re.search(
        r'^\d{4}-\S+ info call \{"transport":"grpc","rpc":"GetServerInfo","code":"OK",.*\}$',
        server.log(), re.MULTILINE), "a call")
    assert "\033" not in server.log()


def test_calls_that_end_well(start, tmp_path):
    server = start(ALL, listen=["127.0.0.1:0", f"unix:{tmp_path}/a.sock"])
    request = batches.rloo(rewards=[1, 0, 0.1, 0.7], group_size=2, run="run-7")
    with server.stub(0) as stub, server.stub(1) as unix:
        reply = stub.ComputeAdvantages(request, metadata=[("traceparent", PARENT)])
        unix.ListMethods(catalog_pb2.ListMethodsRequest())
    # Replies arrive before calls end, so the lines may be in either order.
    computed, listed = sorted(calls(server, 2), key=lambda line: line["rpc"])
    assert re.fullmatch(r"127\.0\.0\.1:\d+", computed["peer"])
    stages = [computed.pop(stage) for stage in STAGES]
    assert stages[0] == 0 and sum(stages) <= computed.pop("total_us") + 0.4
    assert stages[2] == pytest.approx(reply.timings.compute_us, abs=0.06)
    for name in ("time", "level", "message", "peer"):
        computed.pop(name)
    assert computed == {
        "transport": "grpc", "rpc": "ComputeAdvantages", "code": "OK", "method": "rloo", "run": "run-7",
        "groups": 2, "responses": 4, "request_bytes": request.ByteSize(), "response_bytes": reply.ByteSize(),
        "traceparent": PARENT}
    assert listed.pop("total_us") > 0
    assert {name: listed[name] for name in listed if name not in ("time", "level", "message")} == {
        "transport": "grpc", "rpc": "ListMethods", "code": "OK", "peer": "unix"}


def test_ipv6_peer(start):
    server = start(listen=["[::1]:0"])
    with server.stub() as stub:
        stub.ListMethods(catalog_pb2.ListMethodsRequest())
    assert re.fullmatch(r"\[::1\]:\d+", calls(server, 1)[0]["peer"])


def test_calls_that_end_badly(start):
    server = start(ALL, "--compute-threads=1", "--inline-responses=4", "--max-request-bytes=64MiB",
                   "--max-metadata-bytes=1000")
    busy = lambda: server.metrics().value("advantaged_compute_threads_busy", pool="batches") == 1  # noqa: E731
    with server.stub() as stub:
        for bad in ({"group_size": 3}, {"group_size": 2, "rewards": [float("nan"), 0]}):
            with pytest.raises(grpc.RpcError):
                stub.ComputeAdvantages(batches.rloo(**bad))
        with pytest.raises(grpc.RpcError):
            stub.ComputeAdvantages(batches.rloo(), metadata=[("note", "secret" * 300)])
        slow = stub.ComputeAdvantages.future(batches.slow(), timeout=PATIENCE)
        eventually(busy, "a busy thread")
        with pytest.raises(grpc.RpcError):  # in the queue
            stub.ComputeAdvantages(batches.rloo(rewards=[1, 0] * 3), timeout=0.5)
        slow.cancel()
        at_rest(server)
        stub.ComputeAdvantages(batches.rloo())
    found = calls(server, 6)
    assert sorted(line["code"] for line in found) == [
        "Canceled", "DeadlineExceeded", "InvalidArgument", "InvalidArgument", "OK",
        "ResourceExhausted"]
    expired, = (line for line in found if line["code"] == "DeadlineExceeded")
    assert expired["responses"] == 6 and expired["method"] == "rloo"
    assert expired["compute_us"] == 0 and expired["queue_us"] > 0
    cancelled, = (line for line in found if line["code"] == "Canceled")
    assert cancelled["method"] == "rloo" and cancelled["request_bytes"] > 1 << 17
    for line in found:
        assert line["level"] == "info"
        assert ("groups" in line) == ("response_bytes" in line) == (line["code"] == "OK")
    assert "secret" not in server.log() and "nan" not in server.log().lower()


def test_a_request_that_cannot_be_read_is_logged_with_its_size(start):
    server = start(ALL)
    with server.channel() as channel, pytest.raises(grpc.RpcError):
        channel.unary_unary("/advantaged.v1.AdvantageService/ComputeAdvantages")(b"\xff" * 77, timeout=PATIENCE)
    line, = calls(server, 1)
    assert (line["code"], line["request_bytes"]) == ("InvalidArgument", 77)
    assert "responses" not in line, "how many there are is not known"


def test_busy_server_skips_lines(start):
    server = start("--access-log-per-second=1")
    with server.stub() as stub:
        for _ in range(300):
            stub.ComputeAdvantages(batches.rloo())

        def all_told():
            stub.ComputeAdvantages(batches.rloo())
            return any("skipped" in line for line in lines(server))
        eventually(all_told, "a line that counts what was skipped")
        made = server.metrics().sum("grpc_server_started_total")
    found = [line for line in lines(server) if line["message"] == "call"]
    assert len(found) + sum(line.get("skipped", 0) for line in found) <= made
    assert len(found) < 100 < made


def test_level_and_lines_by_reload(start, tmp_path):
    path = tmp_path / "config.toml"
    path.write_text('log_level = "error"\n')
    server = start(f"--config={path}")
    with server.stub() as stub:
        stub.ComputeAdvantages(batches.rloo())
        at_rest(server)
        path.write_text('log_level = "debug"\naccess_log_per_second = 1\n')
        server.process.send_signal(signal.SIGHUP)
        eventually(lambda: "log_level has changed" in server.log(), "a reload")
        for _ in range(20):
            stub.ComputeAdvantages(batches.rloo())
    assert len(calls(server, 20)) == 20
    assert "grpc on" not in server.log()


@pytest.mark.parametrize("sent, back", [
    ([PARENT], [PARENT]),
    ([PARENT.upper()], []),
    ([PARENT.replace("4", "0").replace("00f067aa0ba902b7", "0" * 16)], []),
    ([PARENT + "-more"], []),
    (['"}\t{"'.replace("\t", " ")], []),
    ([PARENT, PARENT], []),
])
def test_traceparent(start, sent, back):
    server = start(ALL)
    with server.stub() as stub:
        for request in (batches.rloo(), batches.rloo(group_size=3)):
            try:
                _, call = stub.ComputeAdvantages.with_call(
                    request, metadata=[("traceparent", value) for value in sent])
            except grpc.RpcError as error:
                call = error
            assert trailers(call) == [("traceparent", value) for value in back]
    for line in calls(server, 2):
        assert line.get("traceparent") == (back[0] if back else None)


def test_timings_on_request(stub):
    wanted = [("advantaged-timings", "1")]
    reply, call = stub.ComputeAdvantages.with_call(batches.rloo(), metadata=wanted)
    (name, value), = trailers(call)
    assert name == "server-timing"
    found = re.fullmatch(", ".join(rf"{stage[:-3]};dur=(\d+\.\d{{3}})" for stage in STAGES), value)
    assert [float(number) for number in found.groups()] == pytest.approx(
        [getattr(reply.timings, stage) / 1000 for stage in STAGES], abs=0.00051)
    with pytest.raises(grpc.RpcError) as raised:
        stub.ComputeAdvantages(batches.rloo(group_size=3), metadata=wanted)
    assert [name for name, _ in trailers(raised.value)] == ["server-timing"]
    for other in ([], [("advantaged-timings", "0")]):
        assert not trailers(stub.ComputeAdvantages.with_call(batches.rloo(), metadata=other)[1])
    assert not trailers(stub.ListMethods.with_call(catalog_pb2.ListMethodsRequest(),
                                                   metadata=wanted)[1])


def test_text_that_is_not_utf8(start):
    """protobuf says so, and would on standard error, in a form of its own."""
    server = start(ALL)
    request = batches.rloo(run="?").SerializeToString().replace(b"?", b"\xff")
    with server.channel() as channel:
        call = channel.unary_unary("/advantaged.v1.AdvantageService/ComputeAdvantages")
        assert call.future(request).exception(PATIENCE) is not None
    said = lambda: [line for line in lines(server) if "UTF-8" in line["message"]]  # noqa: E731
    line, = eventually(said, "what protobuf says")
    assert line["message"].startswith("protobuf: ") and line["level"] == "debug"


def test_nobody_reads_the_log(tmp_path):
    """Standard error is a full pipe: calls are served, lines are counted as dropped, and it ends."""
    ready = tmp_path / "ready.json"
    reader, writer = os.pipe()
    command = [BINARY, "--listen=127.0.0.1:0", "--http-listen=127.0.0.1:0",
               f"--ready-file={ready}", "--drain-delay=0", ALL,
               # gRPC ends calls after their answers, under a sanitizer much later.
               "--connection-share=1", "--max-in-flight-calls=4096"]
    with contextlib.ExitStack() as stack:
        stack.callback(os.close, reader)
        with os.fdopen(writer, "wb") as standard_error:
            process = subprocess.Popen(command, stderr=standard_error)
        stack.callback(process.wait)
        stack.callback(process.kill)
        eventually(ready.exists, "ready file")
        addresses = json.loads(ready.read_text(encoding="utf-8"))
        with grpc.insecure_channel(addresses["grpc"][0]) as channel:
            stub = advantage_service_pb2_grpc.AdvantageServiceStub(channel)
            for _ in range(4000):  # of more than 200 bytes each: the pipe holds 64 KiB
                stub.ComputeAdvantages(batches.rloo(), timeout=PATIENCE)
        page = f"http://{addresses['http']}/metrics"
        dropped = re.compile(rb'^advantaged_log_lines_dropped_total\{reason="unread"\} [1-9]', re.MULTILINE)
        eventually(lambda: dropped.search(urllib.request.urlopen(page).read()), "dropped lines")
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=PATIENCE) == 0, "the log may take a second"
        assert os.read(reader, 1).startswith(b"{")
