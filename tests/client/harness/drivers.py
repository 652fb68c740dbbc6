"""A client driver as a process: a program over a language's client that reads requests as JSON lines and answers each
with a line. What it must be able to do: README.md."""

import base64
import json
import os
import pathlib
import queue
import re
import shlex
import shutil
import subprocess
import tempfile
import threading

import numpy as np
from running_server import ENVIRONMENT, PATIENCE

# gRPC's own log, of which newer versions than Debian's note a lost connection.
GRPC_LOG = re.compile(r"[IWE]\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ [\w.-]+\.cc:\d+\]|WARNING: All log messages before absl::")


def driver_command():
    """The program under test, from ADVANTAGED_DRIVER."""
    command = shlex.split(os.environ.get("ADVANTAGED_DRIVER", ""))
    assert command, "ADVANTAGED_DRIVER is not set: the command that runs the client driver under test"
    missing = [part for part in command[1:] if part.startswith("/") and not pathlib.Path(part).exists()]
    missing += [] if shutil.which(command[0]) else command[:1]
    assert not missing, f"the client driver under test is not there; has it been built? {missing}"
    return command


def target_of(addresses):
    """Of one or several servers, HOST:PORT or unix:PATH, in the notation of the driver (ADVANTAGED_DRIVER_TARGET): grpc
    for host:port and ipv4:a,b, http for a list of http://host:port."""
    if addresses == ("local",):
        return "local"
    if os.environ.get("ADVANTAGED_DRIVER_TARGET", "grpc") == "http":
        return ",".join(address if address.startswith("unix:") else f"http://{address}" for address in addresses)
    return addresses[0] if len(addresses) == 1 else "ipv4:" + ",".join(addresses)


def read_answer(line):
    """A line of a driver as vector_files.faults() wants it."""
    answer = json.loads(line)
    if "error" in answer:
        return {"error": answer["error"], "message": answer["message"],
                "violations": answer.get("violations", []),
                "fields": [violation["field"] for violation in answer.get("violations", [])]}
    answer["advantages"] = np.frombuffer(base64.b64decode(answer.pop("advantages_float32_le")), "<f4")
    return answer


class Driver:
    """A running driver. Every line it writes is kept in order; nothing else may come out of it."""

    def __init__(self, command, target, env=None, **flags):
        self.errors = tempfile.TemporaryFile()
        flags = [word for name, value in flags.items() for word in (f"--{name.replace('_', '-')}", str(value))]
        self.process = subprocess.Popen([*command, target, *flags], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=self.errors, env={**ENVIRONMENT, **(env or {})})
        self.lines = queue.Queue()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.put(line)
        self.lines.put(None)

    def send(self, request):
        self.process.stdin.write(json.dumps(request).encode() + b"\n")
        self.process.stdin.flush()

    def answer(self, timeout=PATIENCE):
        """The next answer."""
        line = self.lines.get(timeout=timeout)
        assert line is not None, f"the driver ended with {self.process.wait()}: {self.stderr()}"
        return read_answer(line)

    def ask(self, request, timeout=PATIENCE):
        self.send(request)
        return self.answer(timeout)

    def stream(self, requests):
        """Sends them without a pause; see Stream."""
        return Stream(self, requests)

    def stderr(self):
        self.errors.seek(0)
        return self.errors.read().decode(errors="replace")

    def finish(self):
        """Ends the input; the driver must have nothing more to say, here or there."""
        self.process.stdin.close()
        line = self.lines.get(timeout=PATIENCE)
        assert line is None, f"an answer too many: {line[:200]}"
        code = self.process.wait(timeout=PATIENCE)
        assert code == 0, f"exit code {code}: {self.stderr()}"
        said = [line for line in self.stderr().splitlines() if not GRPC_LOG.match(line)]
        assert not said, f"written to stderr: {said}"

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.reader.join()
        for stream in (self.process.stdin, self.process.stdout, self.errors):
            try:
                stream.close()
            except BrokenPipeError:  # what it had not read
                pass


class Stream:
    """Requests sent to a driver without a pause by a thread, whether it has answered or not; then its input ends, so
    that it does not wait for more where an answer is missing."""

    def __init__(self, driver, requests):
        self.driver = driver
        self.requests = requests
        self.thread = threading.Thread(target=self._send)
        self.thread.start()
        self.answers = []

    def _send(self):
        try:
            for request in self.requests:
                self.driver.send(request)
            self.driver.process.stdin.close()
        except (BrokenPipeError, ValueError):  # the driver is gone, and whoever waits for answers will say so
            pass

    def until(self, count):
        """Takes answers until there are so many."""
        while len(self.answers) < count:
            self.answers.append(self.driver.answer())

    def finish(self):
        """All answers; the driver has ended well and said nothing else."""
        self.until(len(self.requests))
        self.thread.join()
        self.driver.finish()
        return self.answers
