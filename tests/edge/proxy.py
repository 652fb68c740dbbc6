"""HAProxy with the configuration of deploy/edge, before a server of the tests."""

import os
import pathlib
import socket
import subprocess
import urllib.request

from running_server import PATIENCE, Metrics, eventually

CONFIGURATION = pathlib.Path(__file__).parents[2] / "deploy" / "edge" / "haproxy.cfg"


def free_address():
    """HAProxy cannot say which port it was given. Nobody else takes this one before: the kernel hands ports out in
    turn."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"127.0.0.1:{listener.getsockname()[1]}"


class Proxy:
    """A running HAProxy. `options` are those of its bind line."""

    def __init__(self, folder, server, options="proto h2", prefix=()):
        self.log_path = pathlib.Path(folder, "haproxy.txt")
        self.address = free_address()
        self.statistics = free_address()
        environment = {**os.environ, "ADVANTAGED_EDGE_BIND": f"{self.address} {options}",
                       "ADVANTAGED_EDGE_SERVER": server.grpc[0], "ADVANTAGED_EDGE_STATS": self.statistics}
        with self.log_path.open("w", encoding="utf-8") as log:
            self.process = subprocess.Popen([*prefix, "haproxy", "-f", str(CONFIGURATION)], stdout=log, stderr=log,
                                            env=environment)
        eventually(lambda: self.healthy() or self.process.poll() is not None, "HAProxy answers")
        assert self.process.poll() is None, self.log_path.read_text(encoding="utf-8")

    # As a server of the tests has it, so that what takes one takes this.
    @property
    def grpc(self):
        return [self.address]

    def healthy(self):
        try:
            with urllib.request.urlopen(f"http://{self.statistics}/healthz", timeout=PATIENCE) as response:
                return response.status == 200
        except OSError:
            return False

    def metrics(self):
        with urllib.request.urlopen(f"http://{self.statistics}/metrics", timeout=PATIENCE) as response:
            return Metrics(response.read().decode())

    def stop(self):
        self.process.terminate()
        return self.process.wait(timeout=PATIENCE)
