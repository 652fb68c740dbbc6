"""Hours of training within seconds: the pages of real servers after real calls, each taken for a scrape at a time of a
simulated clock, in a real Prometheus."""

import subprocess
import time

from prometheus_server import JOB, Prometheus
from rest import at_rest
from running_server import PATIENCE

SCRAPE = 30  # simulated seconds between two scrapes
RETENTION = "--storage.tsdb.retention.time=30d"


class Replica:
    """A server as Prometheus sees it; None instead of one is down."""

    def __init__(self, instance, server, began):
        self.instance = instance
        self.server = server
        self.began = began  # on the simulated clock
        self.page = []

    def read(self, now, keep):
        """Keeps the page: samples, name and value; times of day on the simulated clock, which says `now`."""
        target = f'job="{JOB}",instance="{self.instance}"'
        self.page = [(f"up{{{target}}}", "1" if self.server else "0")]
        if not self.server:
            return
        at_rest(self.server)  # a call is counted when its end has been sent
        shift = now - time.time()
        for line in self.server.get("/metrics").splitlines():
            if line.startswith("#") or not keep(line):
                continue
            name, value = line.rsplit(" ", 1)
            if name.startswith(("advantaged_last_batch_timestamp", "advantaged_tls_certificate")) and float(value) > 0:
                value = f"{float(value) + shift:.3f}"
            if name == "process_start_time_seconds":
                value = str(self.began)
            name, brace, labels = name.partition("{")
            self.page.append((f"{name}{{{target}{',' + labels if brace else '}'}", value))


class History:
    """Pages of servers, on a clock that the caller moves. Ends `AGO` seconds before now, so that nothing lies ahead."""

    AGO = 120

    def __init__(self, seconds, keep=lambda line: True):
        self.end = int(time.time()) // SCRAPE * SCRAPE - self.AGO
        self.begin = self.now = self.end - seconds
        self.keep = keep
        self.replicas = {}
        self.lines = []

    def replica(self, instance, server):
        """From now on this is the server there; None while there is none."""
        self.replicas[instance] = Replica(instance, server, self.now)
        self.replicas[instance].read(self.now, self.keep)

    def advance(self, seconds, *calls):
        """Makes the calls now, then lets the time pass; there is a scrape every SCRAPE seconds."""
        for call in calls:
            call()
        if calls:
            for replica in self.replicas.values():
                replica.read(self.now, self.keep)
        until = min(self.now + seconds, self.end)
        while self.now < until:
            self.now += SCRAPE
            self.lines += [f"{name} {value} {self.now}"
                           for replica in self.replicas.values() for name, value in replica.page]

    def prometheus(self, folder, promtool):
        """A running Prometheus that has it all."""
        text = folder / "history.txt"
        text.write_text("\n".join(self.lines) + "\n# EOF\n", encoding="utf-8")
        subprocess.run([promtool, "tsdb", "create-blocks-from", "openmetrics", str(text), str(folder / "data")], check=True,
                       capture_output=True, timeout=PATIENCE)
        return Prometheus(folder, configuration="global: {}\n", flags=[RETENTION])
