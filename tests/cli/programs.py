"""Runs the real programs: advctl, and advantaged on free ports."""

import contextlib
import json
import os
import pathlib
import signal
import subprocess
import tempfile
import time

ADVCTL = os.environ["ADVCTL"]
ADVANTAGED = os.environ["ADVANTAGED"]
SOURCE_DIR = pathlib.Path(os.environ["SOURCE_DIR"])
PATIENCE = 120  # seconds until something that must happen counts as missing
DATA = SOURCE_DIR / "data" / "humaneval_runs.jsonl"


def advctl(*args, stdin="", environment=None):
    """Runs advctl; returns the finished process, output as text."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("ADVANTAGED_")}
    env.update(environment or {})
    return subprocess.run([ADVCTL, *map(str, args)], input=stdin, env=env, check=False,
                          capture_output=True, text=True, timeout=PATIENCE)


def compute(*args, **kwargs):
    return advctl("compute", *args, **kwargs)


def lines_of(*groups):
    """Dictionaries as JSON lines."""
    return "".join(json.dumps(group) + "\n" for group in groups)


def results(process):
    """The output lines of a successful `compute --output jsonl`."""
    assert process.returncode == 0, process.stderr
    return [json.loads(line) for line in process.stdout.splitlines()]


class Addresses(tuple):
    """Of a server: gRPC over TCP and over a Unix socket; `http` apart."""


@contextlib.contextmanager
def server(*flags):
    """A server on a free port and a Unix socket; yields its Addresses."""
    with tempfile.TemporaryDirectory() as folder:
        socket = f"unix:{folder}/advantaged.sock"
        ready = pathlib.Path(folder, "ready")
        process = subprocess.Popen([
            ADVANTAGED, "--listen", "127.0.0.1:0", "--listen", socket, "--http-listen",
            "127.0.0.1:0", "--ready-file", str(ready), "--drain-delay", "0", *flags])
        try:
            deadline = time.monotonic() + PATIENCE
            while not ready.exists() or not ready.read_text(encoding="utf-8"):
                assert process.poll() is None, "the server ended while starting"
                assert time.monotonic() < deadline, "the server is not ready in time"
                time.sleep(0.02)
            written = json.loads(ready.read_text(encoding="utf-8"))
            addresses = Addresses(([a for a in written["grpc"] if not a.startswith("unix:")][0], socket))
            addresses.http = written["http"]
            yield addresses
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=PATIENCE) == 0
