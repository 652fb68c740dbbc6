#!/usr/bin/env python3
"""What becomes of a server that is offered three times what it can do, as a table.

    make overload        a minute of it, held to all limits below
    overload_test.py     two seconds, held only to those that are true on a busy machine too

Capacity is the closed loop's: eight calls always under way. It is measured before and after the overload, and the
mean counts, because machines have moods. The batch is small on the wire and takes milliseconds to compute, so that
computing and not the network is what there is too little of.
"""

import argparse
import contextlib
import dataclasses
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time

from advantaged.v1 import compute_pb2
from rest import at_rest, handled, started
from running_server import PATIENCE, Server

GENERATOR = os.environ["ADVANTAGED_LOAD_GENERATOR"]
OK, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED = "0", "4", "8"
QUEUE, THREADS = 32, 1
FLAGS = (f"--compute-threads={THREADS}", f"--max-queued-calls={QUEUE}", "--inline-responses=0")
FACTOR = 3  # offered, in capacities
NOTHING = {"calls": 0, "p50_ms": 0, "p99_ms": 0, "max_ms": 0}


def batch(responses):
    request = compute_pb2.ComputeAdvantagesRequest(
        reward_bits=random.Random(1).randbytes(responses // 8), response_count=responses, group_size=16,
        valid=b"\xff" * (responses // 8),  # under a mask each group is thought about, alike or not
        reply_form=compute_pb2.REPLY_FORM_ADVANTAGES_PER_GROUP)
    request.method.grpo.SetInParent()
    return request


class Load:
    """The generator, aimed at one address of a server."""

    def __init__(self, folder, address, responses=1 << 17):
        self.address = address
        self.request = pathlib.Path(folder, "request.bin")
        self.request.write_bytes(batch(responses).SerializeToString())

    @contextlib.contextmanager
    def running(self, **options):
        """A function that waits for the end of this load and returns its report."""
        command = [GENERATOR, f"--target={self.address}", f"--request={self.request}"]
        with subprocess.Popen(command + [f"--{name}={value}" for name, value in options.items()],
                              stdout=subprocess.PIPE, text=True) as process:
            def report():
                output, _ = process.communicate(timeout=PATIENCE + options["seconds"])
                assert process.returncode == 0, process.returncode
                return json.loads(output)
            try:
                yield report
            finally:
                process.kill()

    def run(self, **options):
        with self.running(**options) as report:
            return report()

    def capacity(self, seconds):
        return self.run(calls=8, connections=4, seconds=seconds)["ok_per_second"]

    def alone(self, seconds):
        """Median latency of one client that sends one call at a time, in milliseconds."""
        return self.run(calls=1, seconds=seconds)["codes"][OK]["p50_ms"]


def resident(server):
    """Memory of the server in MiB."""
    status = pathlib.Path(f"/proc/{server.process.pid}/status").read_text(encoding="ascii")
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def descriptors(server):
    return len(os.listdir(f"/proc/{server.process.pid}/fd"))


@dataclasses.dataclass
class Check:
    what: str
    value: float
    limit: float
    unit: str = ""
    at_least: bool = False
    anywhere: bool = True  # holds on a busy machine too, and with a sanitizer

    def holds(self):
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    def row(self):
        relation = "≥" if self.at_least else "≤"
        return (f"  {self.what:<44}{self.value:>10.2f} {self.unit:<5}{relation}{self.limit:>9.2f}"
                f"   {'ok' if self.holds() else 'FAILED'}")


def settle(value, limit, seconds=15):
    """value() once it is at most `limit`, or as it is after some seconds: memory goes back up to ten after the last
    batch."""
    deadline = time.monotonic() + seconds
    while (now := value()) > limit and time.monotonic() < deadline:
        time.sleep(0.1)
    return now


def overload(folder, server, seconds, calm_seconds, responses=1 << 17):
    """Returns what was seen, as checks."""
    load = Load(folder, server.grpc[0], responses)
    open_files = descriptors(server)
    alone = load.alone(calm_seconds)
    before = load.capacity(calm_seconds)
    memory = resident(server)
    report = load.run(rate=FACTOR * before, connections=4, seconds=seconds, deadline=10)
    ended = time.monotonic() - report["last_answer_ms"] / 1e3
    while load.alone(0.2) > 2 * alone and time.monotonic() < ended + PATIENCE:
        pass
    recovered = time.monotonic() - ended
    after = load.capacity(calm_seconds)
    capacity = (before + after) / 2

    metrics = at_rest(server)  # all gauges 0, started = handled
    memory_limit = 1.1 * memory + 4
    accepted = report["codes"].get(OK, NOTHING)
    refused = report["codes"].get(RESOURCE_EXHAUSTED, NOTHING)
    whole_queue_ms = 1e3 * (QUEUE / THREADS + 1) / capacity
    print(f"  capacity {before:.0f}/s before, {after:.0f}/s after; {report['per_second']:.0f}/s for {seconds} s;"
          f" {accepted['calls']} answered (p50 {accepted['p50_ms']:.0f} ms), {refused['calls']} refused;"
          f" latest start {report['latest_start_ms']:.0f} ms")
    return [
        Check("offered, of capacity", report["per_second"] / capacity, 2.5, at_least=True, anywhere=False),
        Check("goodput, of capacity", report["ok_per_second"] / capacity, 0.9, at_least=True, anywhere=False),
        Check("p99 of answers (1.5 x a full queue)", accepted["p99_ms"], 1.5 * whole_queue_ms, "ms", anywhere=False),
        Check("p99 of refusals (a quarter of a full queue)", refused["p99_ms"], whole_queue_ms / 4, "ms",
              anywhere=False),
        Check("refusals that do not say when to come back", report["refused_without_time"], 0),
        Check("other ends of calls", report["calls"] - accepted["calls"] - refused["calls"], 0),
        Check("refusals not counted by the server",
              abs(refused["calls"] - metrics.value("advantaged_rejected_total", reason="queue")), 0),
        Check("calls started and not handled", abs(
            started(metrics) - handled(metrics, "OK") - handled(metrics, "ResourceExhausted")), 0),
        Check("recovered after the load (latency ≤ 2 x before)", recovered, 5, "s", anywhere=False),
        Check("memory afterwards (1.1 x before + 4)", settle(lambda: resident(server), memory_limit),
              memory_limit, "MiB", anywhere=False),
        Check("open files afterwards", settle(lambda: descriptors(server), open_files), open_files),
    ]


def fairness(folder, address, seconds, responses=1 << 17):
    """What one call at a time takes while another connection floods the server."""
    load = Load(folder, address, responses)
    alone = load.alone(seconds)
    rate = FACTOR * load.capacity(seconds)
    with load.running(rate=rate, seconds=2 * seconds, deadline=10) as flood_report:
        time.sleep(seconds / 2)
        polite = load.run(calls=1, seconds=seconds)
        flood = flood_report()
    served = polite["codes"].get(OK, NOTHING)
    print(f"  one call at a time: {alone:.1f} ms alone; {served['p50_ms']:.1f} ms, p99 {served['p99_ms']:.1f} ms beside"
          f" {flood['per_second']:.0f} calls/s of another connection")
    return [
        Check("polite calls not answered", polite["calls"] - served["calls"], 0),
        Check("polite latency, of that alone", served["p50_ms"] / alone, 4, anywhere=False),
        Check("refusals of the flood", flood["codes"].get(RESOURCE_EXHAUSTED, NOTHING)["calls"], 1, at_least=True),
    ]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=60, help="of overload")
    parser.add_argument("--output", type=pathlib.Path, help="also write the table to this file")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        server = Server(folder, *FLAGS, listen=["127.0.0.1:0", f"unix:{folder}/a.sock"])
        try:
            checks = overload(folder, server, arguments.seconds, arguments.seconds / 6)
            for address in server.grpc:
                checks += fairness(folder, address, arguments.seconds / 12)
        finally:
            code = server.stop()
    checks.append(Check("exit code of the server", code, 0))
    table = "\n".join(check.row() for check in checks)
    print(table)
    if arguments.output:
        arguments.output.write_text(table + "\n", encoding="utf-8")
    sys.exit(not all(check.holds() for check in checks))


if __name__ == "__main__":
    main()
