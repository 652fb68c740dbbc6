"""Every way to get it wrong: exit code, and a message with line, field and value."""

import re
import socket
import subprocess

import pytest

from programs import ADVCTL, advctl, compute, lines_of
from programs import server as server_with

GOOD = '{"rewards":[1,0]}\n'

REFUSED = {
    "empty input": ("", "--method rloo", "the input is empty"),
    "blank input": ("\n \n", "--method rloo", "the input is empty"),
    "truncated": (GOOD + '{"rewards":[1,', "--method rloo", "line 2: not JSON: column 15:"),
    "nan": (GOOD + '{"rewards":[1,NaN]}', "--method rloo", "line 2: rewards[1] (NaN): not JSON"),
    "null": (GOOD + '{"rewards":[null,1]}', "--method rloo", "line 2: rewards[0] (null):"),
    "empty group": (GOOD + '{"rewards":[]}', "--method rloo", "line 2: rewards ([]): empty"),
    "text": ('{"rewards":["1"]}', "--method rloo", 'line 1: rewards[0] ("1"): must be a number'),
    "unknown key": ('{"rewards":[1],"id":"a"}', "--method rloo", 'line 1: unknown key "id"'),
    "group twice": (
        '{"rewards":[1,0],"group":"a"}\n' + GOOD + '{"rewards":[1,0],"group":"a"}\n',
        "--method rloo", 'line 3: group ("a"): the same group as on line 1'),
    "outcomes on one line": (
        GOOD + '{"rewards":[1,0],"outcomes":[1,0]}', "--method rloo",
        "line 2: outcomes: given, but line 1 has none"),
    "beyond float32": (
        GOOD + '\n{"rewards":[1,2,1e39],"group":"x"}', "--method rloo",
        "line 3 (x): rewards[2]: inf is not finite"),
    "advantage beyond float32": (
        GOOD + '{"rewards":[3e38,-3e38]}', "--method rloo", "line 2: rewards[0] (3e+38): "),
    "unknown outcome": (
        GOOD + '{"rewards":[1,0.5]}', "--method skew_r",
        "line 2: rewards[1]: 0.5 is neither 0 nor 1, so the outcomes of line 2 are unknown"),
    "group of one": (
        GOOD + '{"rewards":[1]}', "--method rloo",
        "line 2: rewards: has 1 response; rloo needs at least 2"),
    "k above n": (
        GOOD, "--method pass_at_k_grpo -p k=3",
        "-p k: 3 is above 2, the most that line 1 of 2 responses allows"),
    "k missing": (GOOD, "--method pass_at_k_grpo", "-p k: is required"),
    "negative epsilon": (GOOD, "--method grpo -p epsilon=-1", "-p epsilon: -1 is below 0"),
    "other group size": (
        GOOD, "--method grpo --expected-group-size 3",
        "line 1: rewards: has 2 responses; expected_group_size is 3"),
    "pass at 0": (GOOD, "--method grpo --pass-at 1,0", "--pass-at: 0 is below 1"),
    "small group": (
        '{"rewards":[1,0],"valid":[1,0]}', "--method grpo --small-group error",
        "--small-group: line 1 has 1 valid response"),
    "no lengths": (GOOD, "--method opo", "lengths: not set"),
    "no weight": (
        GOOD.replace("}", ',"lengths":[0,0]}'), "--method opo", "line 1: lengths[0]: 0, like all"),
    "shaping refused": (GOOD, "--method grpo --shape-rewards", "--shape-rewards: true"),
    "threshold and outcomes": (
        '{"rewards":[1,0],"outcomes":[1,0]}', "--method skew_r --success-threshold 0.5",
        "--success-threshold: 0.5 together with outcomes"),
    "no table": (
        GOOD, '--method custom_table -p tables=[{"n":1,"advantageCorrect":[0,1],'
        '"advantageWrong":[0,1]}]', "-p tables: no table for n = 2"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_input(server, name):
    text, arguments, message = REFUSED[name]
    local, remote = (compute(*arguments.split(), *where, stdin=text)
                     for where in (["--local"], ["--server", server[0]]))
    assert local.returncode == remote.returncode == 1
    assert message in local.stderr
    assert local.stderr == remote.stderr
    assert local.stdout == remote.stdout == ""


def test_all_violations_are_listed(server):
    text = lines_of(*({"rewards": [1e39 if i % 2 else 1, 1e39, 0]} for i in range(4))).replace(
        "1e+39", "1e39")
    for where in (["--local"], ["--server", server[1]]):
        process = compute("--method", "rloo", *where, stdin=text)
        assert process.returncode == 1
        assert [line.removeprefix("advctl: ").split(": inf")[0]
                for line in process.stderr.splitlines()] == [
                    "line 1: rewards[1]", "line 2: rewards[0]", "line 2: rewards[1]",
                    "line 3: rewards[1]", "line 4: rewards[0]", "line 4: rewards[1]"]


def test_nothing_is_written_where_a_line_is_refused(server):
    process = compute("--method", "rloo", "--server", server[0], stdin=GOOD * 9 + '{"rewards":[0,1e39]}\n')
    assert process.returncode == 1 and process.stdout == ""
    assert "line 10: rewards[1]: inf is not finite" in process.stderr


@pytest.mark.parametrize("arguments, message", [
    (["compute"], "--method is required"),
    (["compute", "--method", "gpro"], 'did you mean "grpo"?'),
    (["compute", "--method", "GRPO"], 'did you mean "grpo"?'),
    (["compute", "--method", "focal", "-p", "base=RLOO"], 'did you mean "rloo"?'),
    (["compute", "--method", "grpo", "-p", "k=1"], "it has ddof, epsilon"),
    (["compute", "--method", "grpo", "-p", "epsilon=1,5"], '"1,5" is not a number'),
    (["compute", "--method", "grpo", "--pass-at", "1,x"], "--pass-at"),
    (["compute", "--method", "grpo", "--small-group", "drop"], "--small-group"),
    (["compute", "--method", "grpo", "--output", "csv"], "--output"),
    (["compute", "--method", "grpo", "--local", "--server", "a:1"], "exclude each other"),
    (["compute", "--method", "grpo", "--unknown"], 'unknown flag "--unknown"'),
    (["compute", "--metod", "grpo"], 'unknown flag "--metod"; did you mean "--method"?'),
    (["compute", "--method", "grpo", "--OUTPUT=csv"], 'did you mean "--output"?'),
    (["--local", "methods"], 'unknown flag "--local"'),
    (["ping", "ping"], 'unexpected argument "ping"'),
    (["compute", "--method", "grpo", "--run", "--no-observe"], '--run: its value is missing: "--no-observe" follows'),
    (["compute", "--method", "grpo", "--output=", "table"], "--output"),
    (["ping", "--server", "localhost"], '"localhost" is not an address'),
    (["ping", "--server", "http://localhost:1"], "is not an address"),
    (["ping", "--timeout", "0"], "--timeout"),
    (["methods", "--output", "jsonl"], "--output"),
    (["describe"], "method is required"),
    (["describe", "gpro"], 'did you mean "grpo"?'),
    (["describe", "grpo", "-p", "k=1"], "it has ddof, epsilon"),
    (["describe", "grpo", "--output", "xml"], "--output"),
    (["describe", "grpo", "--rho", "x"], "--rho"),
], ids=" ".join)
def test_wrong_usage(arguments, message):
    process = advctl(*arguments)
    assert process.returncode == 2
    assert message in process.stderr and process.stdout == ""


def test_a_flag_without_its_value_does_not_take_the_next_argument(tmp_path):
    """An empty name of a run is none, as with --run ''."""
    path = tmp_path / "groups.jsonl"
    path.write_text(GOOD, encoding="utf-8")
    process = advctl("compute", "--local", "--output", "jsonl", "--method", "rloo", "--run=", path)
    assert (process.returncode, process.stdout.count("advantages")) == (0, 1), process.stderr
    assert advctl("ping", "--timeout=", "1").returncode == 2


def closed_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.mark.parametrize("command", [["compute", "--method", "rloo"], ["methods"], ["ping"], ["ping", "--output", "json"],
                                     ["info"], ["describe", "grpo"]], ids=" ".join)
def test_no_server(command, tmp_path):
    for address in (f"127.0.0.1:{closed_port()}", f"unix:{tmp_path}/none.sock"):
        process = advctl(*command, "--server", address, stdin=GOOD)
        assert process.returncode == 3
        assert f"no answer from a server at {address}" in process.stderr
        assert f"advantaged --listen {address}" in process.stderr
        assert process.stdout == ""


def test_silent_server():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        address = f"127.0.0.1:{listener.getsockname()[1]}"
        process = advctl("ping", "--timeout", "0.5", "--server", address)
    assert process.returncode == 3 and address in process.stderr


@pytest.mark.parametrize("responses", [1000, 1_200_000], ids=["refused by the server", "never sent"])
def test_an_input_that_is_too_large_for_the_server_is_refused(responses):
    with server_with("--max-request-bytes", "2000") as (address, _):
        process = compute("--method", "rloo", "--server", address, stdin=lines_of({"rewards": [0.5] * responses}))
    assert process.returncode == 1 and process.stdout == ""
    said = re.search(r"the request has (\d+) bytes; this server accepts 2000 \(--max-request-bytes\)", process.stderr)
    assert said and 4 * responses < int(said[1]) < 4 * responses + 200, process.stderr


def test_files(tmp_path):
    for path, message in ((tmp_path / "none.jsonl", "cannot read"), (tmp_path, "is a folder")):
        process = compute("--method", "rloo", "--local", path)
        assert process.returncode == 1 and message in process.stderr and str(path) in process.stderr


def test_full_disk():
    with open("/dev/full", "w", encoding="utf-8") as full:
        process = subprocess.run([ADVCTL, "compute", "--method", "rloo", "--local"], input=GOOD,
                                 stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert process.returncode == 1 and "cannot write" in process.stderr


def test_help_names_flags_by_group():
    process = advctl("compute", "--help")
    assert process.returncode == 0
    for text in ("Method:", "Rewards and groups:", "Input and output:", "Server:", "Example:"):
        assert text in process.stdout
    assert max(map(len, process.stdout.splitlines())) <= 100
    assert advctl("--help").returncode == 0 and advctl("--version").returncode == 0
