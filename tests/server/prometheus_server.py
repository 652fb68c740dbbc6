"""A real Prometheus, on a free port of the loopback, with its data in a folder of its own."""

import json
import os
import pathlib
import re
import signal
import subprocess
import urllib.error
import urllib.parse
import urllib.request

from running_server import PATIENCE, eventually

PROMETHEUS = pathlib.Path(os.environ["ADVANTAGED_TOOLS"], "prometheus")
JOB = "advantaged"
# The interval is also how long a scrape may take, on a machine with other work too.
CONFIGURATION = """\
global: {{scrape_interval: 5s}}
scrape_configs:
  - job_name: {job}
    static_configs: [{{targets: ["{target}"]}}]
"""


class Prometheus:
    """A running Prometheus that scrapes one server, or does what another configuration says."""

    def __init__(self, folder, target=None, configuration=None, flags=("--storage.tsdb.retention.time=1h",)):
        folder = pathlib.Path(folder)
        file = folder / "prometheus.yml"
        file.write_text(configuration or CONFIGURATION.format(job=JOB, target=target), encoding="utf-8")
        self.log_path = folder / "log.txt"
        with self.log_path.open("w", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                [PROMETHEUS, f"--config.file={file}", "--web.listen-address=127.0.0.1:0",
                 f"--storage.tsdb.path={folder / 'data'}", *flags],
                stderr=log, stdout=log)
        try:
            self.address = eventually(self._address, "an address in Prometheus's log")
            eventually(self._ready, "Prometheus ready")
        except BaseException:
            self.stop(signal.SIGKILL)
            raise

    def log(self):
        return self.log_path.read_text(encoding="utf-8")

    def get(self, path):
        """Body of a page."""
        with urllib.request.urlopen(f"http://{self.address}{path}", timeout=PATIENCE) as response:
            return response.read().decode()

    def api(self, path, **parameters):
        """Data of an answer of its API; HTTPError if the API refuses."""
        answer = json.loads(self.get(f"/api/v1/{path}?{urllib.parse.urlencode(parameters)}"))
        assert answer["status"] == "success" and not answer.get("warnings"), answer
        return answer["data"]

    def query(self, expression):
        """An instant vector now, as pairs of labels and value."""
        data = self.api("query", query=expression)
        assert data["resultType"] == "vector", expression
        return [(sample["metric"], float(sample["value"][1])) for sample in data["result"]]

    def value(self, expression):
        """The value of the only sample."""
        (_, value), = self.query(expression)
        return value

    def stop(self, number=signal.SIGTERM):
        """Sends a signal; returns the exit code."""
        self.process.send_signal(number)
        return self.process.wait(timeout=PATIENCE)

    def _address(self):
        assert self.process.poll() is None, self.log()
        found = re.search(r'msg="Listening on" address=(\S+)', self.log())
        return found and found[1]

    def _ready(self):
        assert self.process.poll() is None, self.log()
        try:
            return "Ready" in self.get("/-/ready")
        except urllib.error.HTTPError:  # 503 while it starts
            return False
