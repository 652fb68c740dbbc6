"""What becomes of a server, and of a good client beside, while somebody attacks it."""

import contextlib
import multiprocessing
import os
import pathlib
import sys
import threading
import time
import urllib.request

from attack import Target, rounds
from manifests import read_manifest
from memory_group import make_group
from overload import NOTHING, OK, Check, Load, resident, settle
from proxy import Proxy
from running_server import PATIENCE, Server

RESPONSES = 1 << 10  # of the good client's calls
RATE = 50  # of them in a second
MEMORY = 0.8  # of the limit, at most
GUARDED_MEMORY = 0.97  # where the guard has to shut connections down
AFTERWARDS = 1.2  # times the memory at rest
RETURNED = 30  # seconds until it has gone back


@contextlib.contextmanager
def memory_limit(manifest):
    """(environment, limit in bytes, prefix of a command) of what a manifest runs; on the first core, where there are
    two."""
    environment, limit = read_manifest(manifest)
    group = make_group(manifest, limit)
    if group is None:
        print("no right to make a control group: memory is measured, nothing limits it", file=sys.stderr)
    prefix = group.prefix if group else ()
    if os.cpu_count() > 1:
        prefix = ("taskset", "-c", "0", *prefix)
    try:
        yield environment, limit, prefix
    finally:
        if group:
            group.remove()


@contextlib.contextmanager
def attacked_server(folder, manifest):
    """(server, limit of its memory in bytes), as the manifest has it."""
    with memory_limit(manifest) as (environment, limit, prefix):
        server = Server(folder, env=environment, prefix=prefix)
        try:
            yield server, limit
        finally:
            server.process.kill()
            server.process.wait()


@contextlib.contextmanager
def attacked_edge(folder, server):
    """(HAProxy before the server, limit of its memory in bytes)."""
    with memory_limit("edge") as (_, limit, prefix):
        proxy = Proxy(folder, server, prefix=prefix)
        try:
            yield proxy, limit
        finally:
            proxy.process.kill()
            proxy.process.wait()


def run_attack(attack, target, seconds):
    """In a process of its own, on the last core and behind the good client, if both want it. A connection that is
    refused ends no attack."""
    os.sched_setaffinity(0, {os.cpu_count() - 1})
    os.nice(5)
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        with contextlib.suppress(OSError):
            attack.run(target, attack.connections, rounds(left))


class LiveProbe:
    """Asks /livez four times a second; knows the longest wait and how often there was no answer."""

    def __init__(self, address):
        self.url = f"http://{address}/livez"
        self.longest = 0
        self.asked = self.failed = 0
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.watch)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()

    def watch(self):
        while not self.over.wait(0.25):
            begin = time.monotonic()
            try:
                with urllib.request.urlopen(self.url, timeout=PATIENCE) as response:
                    response.read()
            except OSError:
                self.failed += 1
            self.asked += 1
            self.longest = max(self.longest, time.monotonic() - begin)


def peak(server):
    """The most memory that the process ever had, in MiB; None if it is gone."""
    with contextlib.suppress(FileNotFoundError, IndexError):
        status = pathlib.Path(f"/proc/{server.process.pid}/status").read_text(encoding="ascii")
        return int(status.split("VmHWM:")[1].split()[0]) / 1024
    return None


def survive(folder, attack, manifest, seconds, edge=False):
    """Makes one attack for so long, on the server or on the edge before it; returns what was seen, as checks."""
    with attacked_server(folder, manifest) as (server, limit), contextlib.ExitStack() as stack:
        proxy, proxy_limit = stack.enter_context(attacked_edge(folder, server)) if edge else (None, None)
        door = (proxy or server).grpc[0]
        load = Load(folder, door, RESPONSES)
        load.run(calls=1, seconds=0.5)
        at_rest = resident(server)
        target = Target(door, server.http)
        process = multiprocessing.get_context("spawn").Process(target=run_attack, args=(attack, target, seconds))
        process.start()
        try:
            with LiveProbe(server.http) as probe, load.running(rate=RATE, seconds=seconds, deadline=10) as report:
                good = report()
            process.join(PATIENCE)
            crashed = process.exitcode != 0
        finally:
            process.kill()
        for name, attacked in (("server", server), ("edge", proxy)):
            if attacked and attacked.process.poll() is not None:
                log = attacked.log_path.read_text(encoding="utf-8", errors="replace")
                return [Check(f"the {name} ended with {attacked.process.returncode}: {log[-2000:]}", 1, 0)]
        most = peak(server)
        # Without a call: those of the probe are over.
        returned = settle(lambda: resident(server), AFTERWARDS * at_rest, RETURNED)
        metrics = server.metrics()
        served = good["codes"].get(OK, NOTHING)
        log_rate = server.log_path.stat().st_size / seconds / 1024
        of_the_edge = [Check("peak memory of the edge (0.8 x the limit)", peak(proxy), MEMORY * proxy_limit / (1 << 20),
                             "MiB")] if edge else []
        stopped = server.stop()
    guarded = attack.guarded and not edge
    share = GUARDED_MEMORY if guarded else MEMORY
    of_good_calls = [] if guarded else [
        Check("good calls not answered", good["calls"] - served["calls"], 0),
        Check("p99 of good calls", served["p99_ms"], 250, "ms", anywhere=False)]
    return [
        Check("attacks that crashed", int(crashed), 0),
        Check(f"peak memory ({share} x the limit)", most, share * limit / (1 << 20), "MiB"),
        *of_the_edge,
        Check("memory 30 s later (1.2 x at rest)", returned, AFTERWARDS * at_rest, "MiB", anywhere=False),
        *of_good_calls,
        Check("longest wait for /livez", probe.longest, 1, "s", anywhere=False),
        Check("/livez without an answer", probe.failed, 0),
        Check("log", log_rate, 64, "KiB/s", anywhere=False),
        # What the edge keeps away the server cannot count.
        *([] if edge or attack.needs_edge else [Check("counted", metrics.sum(attack.counted, **attack.labels), 1, at_least=True)]),
        Check("exit code of the server", stopped, 0),
    ]
