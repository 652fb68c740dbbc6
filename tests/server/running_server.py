"""A real server as a process, on free ports, and what tests need to talk to it."""

import contextlib
import json
import os
import pathlib
import re
import signal
import subprocess
import time
import urllib.request

import grpc
import pytest
from advantaged.v1 import advantage_service_pb2_grpc

BINARY = os.environ["ADVANTAGED_BINARY"]
# Without what is meant for the tests: the server would warn of it.
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("ADVANTAGED_")}
PATIENCE = 120  # seconds until something that must happen counts as missing


def eventually(condition, what):
    """Returns condition() once it is true; fails when patience ends."""
    deadline = time.monotonic() + PATIENCE
    while not (result := condition()):
        assert time.monotonic() < deadline, f"not in {PATIENCE} s: {what}"
        time.sleep(0.01)
    return result


class Metrics:
    """One scrape of the metrics page."""

    SAMPLE = re.compile(r'(?P<name>\w+)(?:\{(?P<labels>.*)\})? (?P<value>\S+)')
    LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')

    def __init__(self, text):
        self.text = text
        self.samples = []
        for line in text.splitlines():
            if not line.startswith("#"):
                found = self.SAMPLE.fullmatch(line)
                labels = dict(self.LABEL.findall(found["labels"] or ""))
                self.samples.append((found["name"], labels, float(found["value"])))

    def select(self, name, **labels):
        return [(other, value) for sample, other, value in self.samples
                if sample == name and labels.items() <= other.items()]

    def sum(self, name, **labels):
        return sum(value for _, value in self.select(name, **labels))

    def value(self, name, **labels):
        (_, value), = self.select(name, **labels)
        return value


class Server:
    """A running `advantaged`."""

    def __init__(self, folder, *flags, listen=("127.0.0.1:0",), http="127.0.0.1:0", env=None, binary=BINARY, prefix=()):
        """`prefix` is a command that runs the rest of its arguments as the same process."""
        ready = pathlib.Path(folder, "ready.json")
        self.log_path = pathlib.Path(folder, "log.txt")
        def given(*names):
            return any(flag.startswith(names) for flag in flags)

        command = [*prefix, binary, f"--http-listen={http}", f"--ready-file={ready}",
                   *([] if given("--drain-delay") else ["--drain-delay=0"]),
                   # The default is less than what a busy machine may need for the calls in flight.
                   *([] if given("--drain-timeout", "--config") else [f"--drain-timeout={PATIENCE // 2}"]), *flags]
        command += [f"--listen={address}" for address in listen]
        with self.log_path.open("w", encoding="utf-8") as log:
            self.process = subprocess.Popen(command, stderr=log, stdout=log,
                                            env={**ENVIRONMENT, **(env or {})})
        eventually(lambda: ready.exists() or self.process.poll() is not None, "ready file")
        assert self.process.poll() is None, self.log()
        self.ready_file = ready
        addresses = json.loads(ready.read_text(encoding="utf-8"))
        self.grpc = addresses["grpc"]
        self.http = addresses.get("http")

    def log(self):
        return self.log_path.read_text(encoding="utf-8")

    @contextlib.contextmanager
    def channel(self, index=0):
        with grpc.insecure_channel(self.grpc[index],
                                   options=[("grpc.max_send_message_length", -1),
                                            ("grpc.max_receive_message_length", -1)]) as channel:
            grpc.channel_ready_future(channel).result(timeout=PATIENCE)
            yield channel

    @contextlib.contextmanager
    def stub(self, index=0):
        with self.channel(index) as channel:
            yield advantage_service_pb2_grpc.AdvantageServiceStub(channel)

    def get(self, path):
        """Body of an HTTP page."""
        with urllib.request.urlopen(f"http://{self.http}{path}", timeout=PATIENCE) as response:
            return response.read().decode()

    def metrics(self):
        return Metrics(self.get("/metrics"))

    def freeze(self):
        """Stops every thread of it, until SIGCONT."""
        self.process.send_signal(signal.SIGSTOP)
        tasks = pathlib.Path(f"/proc/{self.process.pid}/task")
        # The state stands behind the name in parentheses.
        eventually(lambda: all((task / "stat").read_text(encoding="utf-8").rpartition(") ")[2].startswith("T")
                               for task in tasks.iterdir()), "all threads stopped")

    def stop(self, number=signal.SIGTERM):
        """Sends a signal; returns the exit code."""
        self.process.send_signal(number)
        return self.process.wait(timeout=PATIENCE)


@pytest.fixture
def start(tmp_path):
    """Starts servers: start(*flags, listen=..., http=..., env=..., binary=...)."""
    servers = []

    def start_one(*flags, **settings):
        folder = tmp_path / f"server{len(servers)}"
        folder.mkdir()
        servers.append(Server(folder, *flags, **settings))
        return servers[-1]

    yield start_one
    for server in servers:
        server.process.kill()
        server.process.wait()
