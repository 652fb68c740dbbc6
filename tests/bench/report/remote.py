"""Rows from `advctl bench`, the server and the echo in turn."""

import json
import os

from report import rows
from report.pairs import alternate, compare
from report.programs import Failed, advantaged, echo, run, serving

TICKS = os.sysconf("SC_CLK_TCK")


class Load:
    """What advctl bench sends, and for how long."""

    def __init__(self, settings, responses, clients=1, form="bytes", reply="bytes", group_size=16):
        self.settings = settings
        self.flags = ["--method", "grpo", "--responses", responses, "--group-size", group_size, "--rewards", "binary",
                      "--form", form, "--reply", reply, "--clients", clients, "--loop", "closed", "--seed", 1,
                      "--output", "json"]
        self.responses = responses

    def run(self, address, seconds, check):
        """One row of the report of advctl bench."""
        output = run([self.settings.build / "bin/advctl", "bench", "--server", address, *self.flags, "--warm-up",
                      seconds / 4, "--seconds", seconds] + ([] if check else ["--no-check"]))
        (row,) = json.loads(output)["rows"]
        if row["errors"] or not row["calls"]:
            raise Failed(f"advctl bench of {self.responses} responses: {row['calls']} calls, errors {row['errors']}")
        return row

    def measure(self, server, address):
        """Numbers of one run. CPU is that of the whole run: calls of the warm-up are as many a second as the others."""
        seconds = self.settings.remote_seconds
        before = server.cpu_ticks()
        row = self.run(address, seconds, check=False)
        ticks = max(1, server.cpu_ticks() - before)
        floats = self.responses * row["calls_per_second"] * (1.25 * seconds)
        return {"p50": row["latency_us"]["p50"], "throughput": row["responses_per_second"],
                "cpu": ticks / TICKS / floats}


def _compare(settings, ours, theirs, address, load, baseline=None):
    """The server beside the echo, by quantity. The first call is one whose answers are checked."""
    load.run(ours.addresses[address], min(0.1, settings.remote_seconds), check=True)
    baseline = baseline or load
    before, after = alternate(settings.rounds, lambda: baseline.measure(theirs, theirs.addresses[address]),
                              lambda: load.measure(ours, ours.addresses[address]))
    return {key: compare([b[key] for b in before], [a[key] for a in after]) for key in before[0]}


def remote(settings, tell):
    results = {}
    with serving(advantaged(settings.build), unix=True) as ours, serving(echo(settings.build), unix=True) as theirs:
        for address, name in enumerate(("tcp", "unix")):
            tell(f"p50 of 256 floats, {name}")
            results[f"p50/{name}"] = _compare(settings, ours, theirs, address, Load(settings, 256))["p50"]
        for size, responses in rows.THROUGHPUT_SIZES.items():
            tell(f"throughput and CPU, {size} floats")
            found = _compare(settings, ours, theirs, 0, Load(settings, responses))
            results[f"throughput/{size}"] = found["throughput"]
            if size in rows.ECHO_SIZES:
                results[f"cpu/{size}"] = found["cpu"]
        for size, responses in rows.ECHO_SIZES.items():
            tell(f"bits in, per-group out, {size} responses")
            bits = Load(settings, responses, form="bits", reply="per-group")
            results[f"bits/{size}"] = _compare(settings, ours, theirs, 0, bits, Load(settings, responses))["throughput"]
        tell("64 clients at once")
        results["clients"] = _compare(settings, ours, theirs, 0,
                                      Load(settings, 64, clients=64, group_size=8))["throughput"]
    return results
