"""Hours of training within seconds: the pages of a real server after real calls, each taken for a scrape at a time of a
simulated clock, in a real Prometheus."""

import subprocess
import time

from prometheus_server import JOB, Prometheus
from rest import at_rest
from running_server import PATIENCE

SCRAPE = 30  # simulated seconds between two scrapes
RETENTION = "--storage.tsdb.retention.time=30d"


class History:
    """Pages of a server, on a clock that the test moves. Ends `AGO` seconds before now, so that nothing lies ahead."""

    AGO = 120

    def __init__(self, server, seconds, keep=lambda line: True):
        self.server = server
        self.end = int(time.time()) // SCRAPE * SCRAPE - self.AGO
        self.begin = self.now = self.end - seconds
        self.keep = keep
        self.lines = []
        self.page = self._page()

    def _page(self):
        """Samples of the server now, name and value; times of day on the simulated clock."""
        shift = self.now - time.time()
        samples = []
        for line in self.server.get("/metrics").splitlines():
            if line.startswith("#") or not self.keep(line):
                continue
            name, value = line.rsplit(" ", 1)
            if name.startswith("advantaged_last_batch_timestamp") and float(value) > 0:
                value = f"{float(value) + shift:.3f}"
            if name == "process_start_time_seconds":
                value = str(self.begin)
            name, brace, labels = name.partition("{")
            target = f'job="{JOB}",instance="{self.server.http}"'
            samples.append((f"{name}{{{target}{',' + labels if brace else '}'}", value))
        return samples + [(f"up{{{target}}}", "1")]

    def advance(self, seconds, *calls):
        """Makes the calls now, then lets the time pass; there is a scrape every SCRAPE seconds."""
        for call in calls:
            call()
        if calls:
            at_rest(self.server)  # a call is counted when its end has been sent
            self.page = self._page()
        until = min(self.now + seconds, self.end)
        while self.now < until:
            self.now += SCRAPE
            self.lines += [f"{name} {value} {self.now}" for name, value in self.page]

    def prometheus(self, folder, promtool):
        """A running Prometheus that has it all."""
        text = folder / "history.txt"
        text.write_text("\n".join(self.lines) + "\n# EOF\n", encoding="utf-8")
        subprocess.run([promtool, "tsdb", "create-blocks-from", "openmetrics", str(text), str(folder / "data")], check=True,
                       capture_output=True, timeout=PATIENCE)
        return Prometheus(folder, configuration="global: {}\n", flags=[RETENTION])
