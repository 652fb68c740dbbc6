"""Runs the C++ benchmarks and the servers."""

import contextlib
import json
import pathlib
import signal
import subprocess
import tempfile
import time

PATIENCE = 60  # seconds until a server counts as missing


class Failed(Exception):
    """A benchmark that crashed or whose answer is wrong."""


def run(command, timeout=600):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=timeout, check=False)
    if done.returncode != 0:
        raise Failed(f"{' '.join(map(str, command))} exits {done.returncode}: {done.stderr.strip()[-500:]}")
    return done.stdout


class GoogleBenchmarks:
    """One program made with Google Benchmark."""

    def __init__(self, build, name, seconds):
        self.program = pathlib.Path(build, "bench", f"{name}_bench")
        self.seconds = seconds

    def names(self):
        return run([self.program, "--benchmark_list_tests"]).split()

    def measure(self, *names):
        """Bytes or items a second of each of these."""
        output = json.loads(run([self.program, f"--benchmark_filter=^({'|'.join(names)})$", "--benchmark_format=json",
                                 f"--benchmark_min_time={self.seconds}"]))
        rates = {}
        for row in output["benchmarks"]:
            if row.get("error_occurred"):
                raise Failed(f"{self.program.name} {row['name']}: {row['error_message']}")
            rates[row["name"]] = row.get("bytes_per_second") or row["items_per_second"]
        if missing := set(names) - set(rates):
            raise Failed(f"{self.program.name} has no {', '.join(sorted(missing))}")
        return rates


class Server:
    """A process that listens at these addresses and writes a ready file."""

    def __init__(self, command, folder, listen):
        self.ready = pathlib.Path(folder, "ready.json")
        self.process = subprocess.Popen([str(word) for word in command]
                                        + [word for address in listen for word in ("--listen", address)]
                                        + ["--ready-file", str(self.ready)],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + PATIENCE
        while not self.ready.exists() or not self.ready.read_text(encoding="utf-8"):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise Failed(f"{command[0]} does not serve")
            time.sleep(0.01)
        self.addresses = json.loads(self.ready.read_text(encoding="utf-8"))["grpc"]

    def cpu_ticks(self):
        """User and system time of the process, in ticks of the clock."""
        stat = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii")
        fields = stat[stat.rindex(")") + 2:].split()
        return int(fields[11]) + int(fields[12])

    def resident_mib(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return int(status.split("VmRSS:")[1].split()[0]) / 1024


@contextlib.contextmanager
def serving(command, unix=False):
    """A running Server; it has to end well."""
    with tempfile.TemporaryDirectory() as folder:
        listen = ["127.0.0.1:0"] + ([f"unix:{folder}/socket"] if unix else [])
        server = Server(command, folder, listen)
        try:
            yield server
            if server.process.poll() is not None:
                raise Failed(f"{command[0]} ended while it was measured")
        finally:
            server.process.send_signal(signal.SIGTERM)
            try:
                server.process.wait(timeout=PATIENCE)
            except subprocess.TimeoutExpired:
                server.process.kill()
                server.process.wait()


def advantaged(build):
    return [pathlib.Path(build, "bin/advantaged"), "--http-listen=off", "--drain-delay=0", "--max-request-bytes=128MiB"]


def echo(build):
    return [pathlib.Path(build, "bench/advantaged_echo")]
