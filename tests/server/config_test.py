"""Flags, environment, file and SIGHUP, through the program."""

import json
import os
import re
import signal
import subprocess

import batches
import grpc
import pytest
from busy_server import connect, queued, refused, start_slow, wait
from rest import at_rest
from running_server import BINARY, ENVIRONMENT, PATIENCE, eventually


def run(*flags, env=None):
    """Runs a program that must end by itself."""
    return subprocess.run([BINARY, *flags], capture_output=True, text=True, timeout=PATIENCE,
                          env={**ENVIRONMENT, **(env or {})}, check=False)


def printed(*flags, env=None):
    """--print-config as {key: (value, source)}."""
    done = run("--print-config", *flags, env=env)
    assert (done.returncode, done.stderr) == (0, "")
    lines = re.findall(r"^(\w+) = (.*)  # (.*)$", done.stdout, re.MULTILINE)
    return {key: (value, source) for key, value, source in lines}


@pytest.fixture(name="file")
def fixture_file(tmp_path):
    """Writes a configuration file; returns the flag that names it."""
    def write(text):
        path = tmp_path / "advantaged.toml"
        path.write_text(text, encoding="utf-8")
        return f"--config={path}"
    return write


def test_flag_before_environment_before_file_before_default(file):
    config = file("drain_delay = 1\ndrain_timeout = 1\nmax_request_bytes = 2048\n")
    env = {"ADVANTAGED_DRAIN_DELAY": "2", "ADVANTAGED_DRAIN_TIMEOUT": "2"}
    settings = printed(config, "--drain-delay=3", env=env)
    assert settings["drain_delay"] == ("3", "flag")
    assert settings["drain_timeout"] == ("2", "environment")
    assert settings["max_request_bytes"] == ('"2KiB"', "file, line 3")
    assert settings["log_level"] == ('"info"', "default")


def test_file_named_by_the_environment(file, tmp_path):
    named = file("drain_delay = 1").removeprefix("--config=")
    assert printed(env={"ADVANTAGED_CONFIG": named})["drain_delay"] == ("1", "file, line 1")
    other = tmp_path / "other.toml"
    other.write_text("drain_delay = 2", encoding="utf-8")
    assert printed(f"--config={other}", env={"ADVANTAGED_CONFIG": named})["drain_delay"][0] == "2"


def test_what_is_printed_reads_back(file):
    first = printed("--listen=a:1,unix:/b", "--http-listen=off", "--drain-delay=0.25",
                    "--ready-file=/a 'b' #c")
    done = run("--print-config", "--listen=a:1,unix:/b", "--http-listen=off", "--drain-delay=0.25",
               "--ready-file=/a 'b' #c")
    again = printed(file(done.stdout))
    assert {key: value for key, (value, _) in again.items()} == {
        key: value for key, (value, _) in first.items()}
    assert all(source.startswith("file, line ") for _, source in again.values())


def test_check_names_all_that_is_wrong(file):
    good = run("--check-config", file('listen = ["127.0.0.1:1"]'))
    assert (good.returncode, good.stdout, good.stderr) == (0, "configuration is good\n", "")
    flag = file("max_reqest_bytes = 1\ndrain_delay = -1\nlisten = 'nowhere'\n")
    path = flag.removeprefix("--config=")
    bad = run("--check-config", flag, "--drain-dely=1", "--log-level=loud",
              env={"ADVANTAGED_SOCKET_MODE": "999"})
    assert (bad.returncode, bad.stdout) == (2, "")
    assert set(bad.stderr.splitlines()) == {
        'unknown flag "--drain-dely"; did you mean "--drain-delay"?',
        f'{path}:1: unknown key "max_reqest_bytes"; did you mean "max_request_bytes"?',
        f'{path}:2: drain_delay: "-1" is not in 0 to 3600 seconds',
        f'{path}:3: listen: "nowhere" is neither HOST:PORT nor unix:PATH',
        '--log-level: "loud" is not one of debug, info, warning, error',
        'ADVANTAGED_SOCKET_MODE: "999" is not an octal mode, 0 to 0777',
        "Run with --help for more information."}


def test_bad_configuration_starts_nothing(file):
    for flags in ([file("x = 1")], ["--config=/nowhere/x"]):
        ended = run("--listen=127.0.0.1:0", "--http-listen=off", *flags)
        assert ended.returncode == 2
        assert "grpc on" not in ended.stderr


def test_a_named_pipe_as_file_is_refused_without_waiting_for_a_writer(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    bad = run("--check-config", f"--config={pipe}")
    assert bad.returncode == 2
    assert bad.stderr.splitlines()[0] == f"cannot read {pipe}: is not a regular file"


def test_a_named_pipe_that_takes_the_place_of_the_file_changes_nothing_at_reload(start, file, tmp_path):
    """The server answers the next signal and ends by SIGTERM: no thread waits for a writer."""
    reloading = Reloading(start, file, "drain_timeout = 10", "--log-format=text")
    path = tmp_path / "advantaged.toml"
    path.unlink()
    os.mkfifo(path)
    reloading.server.process.send_signal(signal.SIGHUP)
    eventually(lambda: f"cannot read {path}: is not a regular file" in reloading.server.log(), "a refusal")
    reloading.reloads += 1
    path.unlink()
    assert "drain_timeout has changed" in reloading.reload("drain_timeout = 5")
    assert reloading.server.stop() == 0


def test_file_without_end(file):
    """Neither read for ever nor parsed: a device, a file just above the limit; one just below is fine."""
    bad = run("--check-config", "--config=/dev/zero")
    assert bad.returncode == 2
    assert bad.stderr.splitlines()[0] == "cannot read /dev/zero: is not a regular file"
    line = "drain_delay = 1\n"
    for size, code in ((1 << 20, 0), ((1 << 20) + 1, 2)):
        assert run("--check-config", file(line + "#" * (size - len(line)))).returncode == code


def test_unknown_variables(start):
    """A typing error ends the start; another program's variable is a warning, one of Kubernetes is nothing."""
    bad = run("--check-config", env={"ADVANTAGED_LISTN": "x"})
    assert bad.returncode == 2
    assert "unknown environment variable ADVANTAGED_LISTN; did you mean ADVANTAGED_LISTEN?" in bad.stderr
    server = start(env={"ADVANTAGED_SERVER": "x", "ADVANTAGED_PORT": "tcp://10.0.0.1:50051"})
    eventually(lambda: "unknown environment variable ADVANTAGED_SERVER; the closest" in server.log(),
               "a warning")
    assert "ADVANTAGED_PORT" not in server.log()


class Reloading:
    """A server with a configuration file that can be changed."""

    def __init__(self, start, file, text, *flags):
        self.write = file
        self.server = start(file(text), *flags)
        self.reloads = 0

    def reload(self, text, result="success"):
        """Changes the file, sends SIGHUP; returns what the log says of it."""
        self.write(text)
        start = len(self.server.log())
        self.server.process.send_signal(signal.SIGHUP)
        self.reloads += 1
        eventually(lambda: self.server.metrics().sum("advantaged_config_reloads_total")
                   == self.reloads, "a reload")
        assert self.server.metrics().value("advantaged_config_reloads_total", result=result) > 0
        # The last line of each answer.
        eventually(lambda: re.search(r"SIGHUP: .*\n$", self.server.log()[start:]), "an answer")
        return self.server.log()[start:]

    def hash(self):
        (labels, value), = self.server.metrics().select("advantaged_config_info")
        assert value == 1 and re.fullmatch("[0-9a-f]{8}", labels["hash"])
        return labels["hash"]


def test_reload_applies_what_is_safe(start, file):
    reloading = Reloading(start, file, "log_level = 'info'")
    first = reloading.hash()
    assert "SIGHUP: log_level has changed" in reloading.reload("log_level = 'error'")
    second = reloading.hash()
    assert second != first
    assert "SIGHUP: log_level has changed" in reloading.reload("")
    assert reloading.hash() == first
    assert "SIGHUP: no setting has changed" in reloading.reload("# nothing")


@pytest.mark.parametrize("limit, before, after, reason, flags", [
    ("max_queued_calls", 8, 0, "queue", ["--inline-responses=0"]),
    ("inline_responses", 4096, 0, "queue", ["--max-queued-calls=0"]),
    ("connection_share", 1, 0.25, "connection_share", ["--max-in-flight-calls=4"]),
])
def test_a_reloaded_limit_holds_from_the_next_call_on(start, file, limit, before, after, reason, flags):
    """One thread, which is busy all the while."""
    reloading = Reloading(start, file, f"{limit} = {before}", "--compute-threads=1", *flags)
    server = reloading.server
    assert server.metrics().value("advantaged_limit", limit=limit) == before
    with connect(server) as stub:
        calls = [start_slow(server, stub), stub.ComputeAdvantages.future(batches.rloo(), timeout=PATIENCE)]
        eventually(lambda: calls[1].done() or queued(server) == 1, "a second call that is let in")
        reloading.reload(f"{limit} = {after}")
        assert server.metrics().value("advantaged_limit", limit=limit) == after
        refused(stub.ComputeAdvantages.future(batches.rloo(), timeout=PATIENCE))
        calls[0].cancel()
        assert wait(calls[1]) == grpc.StatusCode.OK
    assert at_rest(server).value("advantaged_rejected_total", reason=reason) == 1


def test_log_level_hides_what_is_less_severe(start, file):
    reloading = Reloading(start, file, "log_level = 'info'")
    eventually(lambda: "grpc on" in reloading.server.log(), "a line of level info")
    reloading.reload("log_level = 'error'")
    assert reloading.server.stop() == 0
    assert "bye" not in reloading.server.log()


def test_reload_says_what_needs_a_restart(start, file):
    reloading = Reloading(start, file, "")
    before = reloading.hash()
    for _ in range(2):
        assert "SIGHUP: max_request_bytes needs a restart" in reloading.reload(
            "max_request_bytes = 2048")
    assert json.loads(reloading.server.get("/v1/info"))["max_request_bytes"] == 72 << 20
    # What is in effect has not changed.
    assert reloading.hash() == before


def test_reload_of_a_bad_file_changes_nothing(start, file):
    reloading = Reloading(start, file, "drain_timeout = 10", "--log-format=text")
    before = reloading.hash()
    for text, complaint in [("drain_timeout = 5\nlog_levl = 'error'", ':2: unknown key "log_levl"'),
                            ("drain_timeout = ", ":1: "),
                            ("drain_timeout = 4000", '"4000" is not in 0 to 3600')]:
        log = reloading.reload(text, result="failure")
        assert complaint in log
        assert "the configuration is left as it was" in log
        assert reloading.hash() == before
    assert "drain_timeout has changed" in reloading.reload("drain_timeout = 5")


def test_flags_stand_above_a_file_that_is_read_again(start, file):
    reloading = Reloading(start, file, "", "--drain-timeout=7")
    assert "no setting has changed" in reloading.reload("drain_timeout = 8")


def test_reload_without_a_file(start):
    server = start()
    server.process.send_signal(signal.SIGHUP)
    eventually(lambda: "SIGHUP: no setting has changed" in server.log(), "an answer")
    assert server.stop() == 0
