#!/usr/bin/env python3
"""From which size on a batch is better handed over to a thread of the pool: a table of latencies, in milliseconds.

    make inline-size     three minutes

The same batches are sent to a server that computes each where it arrives and to one that hands each over, in turn, so
that both see the same moods of the machine. Beside them the price: what a call of sixteen responses, inline in both
servers, waits while another connection floods the server with such batches.
"""

import argparse
import pathlib
import statistics
import tempfile

from overload import OK, Load
from running_server import Server

SIZES = [1 << power for power in range(8, 18)]
SMALL = 16  # responses of what is inline beside the flood
ROUNDS = 3


def median(values):
    return statistics.median(list(values))


class Pair:
    """A server for each way, and what both are asked."""

    def __init__(self, folder, pooled, inline):
        self.servers = []
        for name, largest in ("pool", pooled), ("inline", inline):
            pathlib.Path(folder, name).mkdir(parents=True)
            self.servers.append(Server(pathlib.Path(folder, name), f"--inline-responses={largest}"))

    def stop(self):
        for server in self.servers:
            assert server.stop() == 0

    def measure(self, one):
        """Medians of what one(server) returns, for the pool and inline."""
        rounds = [[one(server) for server in self.servers] for _ in range(ROUNDS)]
        return [median(values) for values in zip(*rounds)]


def alone(folder, responses, calls, seconds):
    return lambda server: Load(folder, server.grpc[0], responses).run(calls=calls, seconds=seconds)["codes"][OK]["p50_ms"]


def beside_a_flood(folder, responses, seconds):
    def one(server):
        flood = Load(folder, server.grpc[0], responses)
        with flood.running(calls=8, connections=4, seconds=2 * seconds) as report:
            small_folder = pathlib.Path(folder, "small")
            small_folder.mkdir(exist_ok=True)
            small = Load(small_folder, server.grpc[0], SMALL).run(calls=1, seconds=seconds)
            report()
        return small["codes"][OK]["p99_ms"]
    return one


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=0.5, help="of each measurement")
    parser.add_argument("--output", type=pathlib.Path, help="also write the table to this file")
    arguments = parser.parse_args()
    seconds = arguments.seconds
    with tempfile.TemporaryDirectory() as folder:
        everything = Pair(folder + "/everything", 0, 1 << 20)
        large = Pair(folder + "/large", SMALL, 1 << 20)
        table = ["| responses | 1 call: pool | inline | 8 calls: pool | inline | p99 of a small call: pool | inline |",
                 "|---|---|---|---|---|---|---|"]
        print(*table, sep="\n")
        for size in SIZES:
            row = (everything.measure(alone(folder, size, 1, seconds))
                   + everything.measure(alone(folder, size, 8, seconds))
                   + large.measure(beside_a_flood(folder, size, seconds)))
            table.append(f"| {size} | " + " | ".join(f"{value:.3f}" for value in row) + " |")
            print(table[-1], flush=True)
        everything.stop()
        large.stop()
    if arguments.output:
        arguments.output.write_text("\n".join(table) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
