"""`advctl bench`: what it sends and counts. How fast it finds the server is not tested."""

import json
import urllib.request

import pytest

import programs
from programs import advctl

SHORT = ("--warm-up", 0, "--seconds", 0.5, "--output", "json")
LATENCIES = ["mean", "p50", "p90", "p99", "p999", "max"]


def report(*arguments):
    process = advctl("bench", *arguments, *SHORT)
    assert process.returncode == 0, process.stderr
    assert process.stderr == "", "no progress where nobody looks"
    return json.loads(process.stdout)


@pytest.mark.parametrize("where", [0, 1], ids=["tcp", "unix"])
@pytest.mark.parametrize("form, reply, sent, answer", [
    ("bytes", "bytes", 4 * 4096, 4 * 4096), ("floats", "floats", 4 * 4096, 4 * 4096),
    ("bits", "per-group", 4096 / 8, 2 * 4 * 4096 / 8)])
def test_sends_the_form_asked_for(server, where, form, reply, sent, answer):
    found = report("--server", server[where], "--responses", "64,4096", "--form", form, "--reply", reply)
    assert found["server"] == server[where] and found["form"] == form and found["reply"] == reply
    assert [row["responses"] for row in found["rows"]] == [64, 4096]
    row = found["rows"][1]
    assert sent < row["request_bytes"] < sent + 100
    assert answer < row["reply_bytes"] < answer + 300
    assert row["calls"] > 0 and row["errors"] == {} and row["unstarted"] == 0
    assert row["seconds"] >= 0.5
    assert row["calls_per_second"] == pytest.approx(row["calls"] / row["seconds"])
    assert row["responses_per_second"] == pytest.approx(4096 * row["calls_per_second"])
    assert list(row["latency_us"]) == LATENCIES
    times = [row["latency_us"][name] for name in LATENCIES[1:]]
    assert 0 < times[0] and times == sorted(times)


def test_an_open_loop_makes_every_call_that_is_due(server):
    (row,) = report("--server", server[0], "--responses", 64, "--loop", "open", "--rate", 100, "--clients", 2)["rows"]
    assert row["calls"] + row["unstarted"] == 50


def test_clients_have_connections_of_their_own():
    """A server with room for one connection ends the others', and the report says so."""
    with programs.server("--max-connections=1") as (address, _):
        process = advctl("bench", "--server", address, "--responses", 64, "--clients", 3, "--timeout", 2, *SHORT)
    assert process.returncode == 1
    (row,) = json.loads(process.stdout)["rows"]
    assert row["calls"] > 0
    assert set(row["errors"]) <= {"UNAVAILABLE", "DEADLINE_EXCEEDED"} and row["errors"]
    assert "not all calls were answered" in process.stderr


def test_table(server):
    process = advctl("bench", "--server", server[0], "--responses", "64,128", "--warm-up", 0, "--seconds", 0.1)
    assert process.returncode == 0, process.stderr
    lines = process.stdout.splitlines()
    assert lines[0].startswith(f"server {server[0]}, method grpo") and lines[0].endswith("groups of 8, 1 client")
    assert lines[2].split() == ["responses", "calls", "calls/s", "responses/s", *(
        word for p in ("p50", "p90", "p99", "p99.9", "max") for word in (p, "us"))]
    assert [line.split()[0] for line in lines[3:]] == ["64", "128"]


def test_leaves_no_trace_in_the_success_rates():
    with programs.server() as addresses:
        report("--server", addresses[0], "--responses", 64)
        with urllib.request.urlopen(f"http://{addresses.http}/metrics", timeout=programs.PATIENCE) as page:
            lines = page.read().decode().splitlines()
    groups = [line for line in lines if line.startswith("advantaged_groups_total{")]
    assert groups and all(line.endswith(" 0") for line in groups)


WRONG = [
    (["--responses", "64,65"], "--group-size: 8 does not divide --responses 65"),
    (["--form", "bits", "--rewards", "real"], "--form: bits are for --rewards binary"),
    (["--loop", "open"], "--loop: open needs --rate"),
    (["--rate", 5], "--rate: only for --loop open"),
    (["--method", "gropo"], "did you mean"),
    (["--clients", 0], "--clients"),
    (["--reply", "float"], "--reply"),
]


@pytest.mark.parametrize("arguments, message", WRONG, ids=[message for _, message in WRONG])
def test_wrong_usage(arguments, message):
    process = advctl("bench", *arguments)
    assert process.returncode == 2 and message in process.stderr and process.stdout == ""


def test_no_server():
    process = advctl("bench", "--server", "127.0.0.1:1", "--responses", 64, *SHORT)
    assert process.returncode == 3 and "no answer from a server at 127.0.0.1:1" in process.stderr


def test_what_the_server_refuses():
    with programs.server("--max-request-bytes=64KiB") as (address, _):
        process = advctl("bench", "--server", address, "--responses", 65536, *SHORT)
        assert process.returncode == 1 and "65536" in process.stderr
        process = advctl("bench", "--server", address, "--responses", 64, "--rewards", "real", "--reply", "per-group",
                         *SHORT)
        assert process.returncode == 1 and "is neither 0 nor 1" in process.stderr
