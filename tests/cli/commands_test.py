"""The commands as such: their names, where they are done, what they say to programs."""

import json

import pytest

from programs import advctl

METHODS = "reinforce\n"


def test_a_command_that_does_not_exist_is_named_with_the_closest():
    for typed, closest in (("method", "methods"), ("COMPUTE", "compute"), ("inof", "info")):
        process = advctl(typed)
        assert process.returncode == 2 and process.stdout == ""
        assert f'unknown command "{typed}"; did you mean "{closest}"?; commands: compute, ' in process.stderr
    process = advctl("nope", "--method", "grpo")
    assert process.returncode == 2 and 'unknown command "nope"; commands: compute, describe, ' in process.stderr


def test_advctl_alone_prints_its_help():
    process, asked = advctl(), advctl("--help")
    assert process.returncode == asked.returncode == 0
    assert process.stdout == asked.stdout and "compute" in process.stdout and process.stderr == ""


def test_methods_needs_no_server():
    nobody = {"ADVANTAGED_TARGET": "127.0.0.1:1", "ADVANTAGED_SERVER": "127.0.0.1:1"}
    process = advctl("methods", environment=nobody)
    assert process.returncode == 0 and process.stdout.startswith(METHODS) and process.stderr == ""
    assert advctl("methods", "--local").stdout == process.stdout


def test_methods_asks_a_server_that_is_named(server):
    assert advctl("methods", "--server", server[0]).stdout == advctl("methods").stdout
    assert advctl("methods", "--server", "127.0.0.1:1").returncode == 3


def test_info_says_all_of_the_reply_as_json(server):
    process = advctl("info", "--server", server[0], "--output", "json")
    assert process.returncode == 0 and process.stdout.count("\n") == 1
    info = json.loads(process.stdout)
    local = json.loads(advctl("info", "--local", "--output", "json").stdout)
    assert set(info) == set(local) and info["numerics_version"] == local["numerics_version"] >= 1
    assert info["version"] in advctl("info", "--server", server[0]).stdout
    assert info["max_request_bytes"] > 0 == local["max_request_bytes"]


def test_ping_says_its_times_as_json(server):
    process = advctl("ping", "--server", server[1], "--output", "json")
    assert process.returncode == 0 and process.stdout.count("\n") == 1
    answer = json.loads(process.stdout)
    times = answer.pop("round_trip_ms")
    assert 0 < times["min"] <= times["median"] <= times["max"]
    version = json.loads(advctl("info", "--local", "--output", "json").stdout)["version"]
    assert answer == {"server": server[1], "version": version, "rounds": 20}


def test_one_variable_names_the_server_for_all_programs(server):
    for variable in ("ADVANTAGED_TARGET", "ADVANTAGED_SERVER"):
        process = advctl("ping", environment={variable: server[0]})
        assert process.returncode == 0 and server[0] in process.stdout and process.stderr == ""


def test_two_variables_that_differ_are_a_warning_and_the_common_one_counts(server):
    process = advctl("ping", environment={"ADVANTAGED_TARGET": server[0], "ADVANTAGED_SERVER": server[1]})
    assert process.returncode == 0 and server[0] in process.stdout
    assert process.stderr == (f"warning: ADVANTAGED_TARGET is {server[0]}, which is used, "
                              f"and ADVANTAGED_SERVER is {server[1]}\n")
    same = {"ADVANTAGED_TARGET": server[0], "ADVANTAGED_SERVER": server[0]}
    assert advctl("ping", environment=same).stderr == ""
    other = {"ADVANTAGED_TARGET": "127.0.0.1:1", "ADVANTAGED_SERVER": "127.0.0.1:2"}
    named = advctl("ping", "--server", server[0], environment=other)
    assert named.returncode == 0 and named.stderr == ""


@pytest.mark.parametrize("variable", ["ADVANTAGED_TARGET", "ADVANTAGED_SERVER"])
def test_a_bad_address_is_said_of_the_variable_that_has_it(variable):
    process = advctl("ping", environment={variable: "localhost"})
    assert process.returncode == 2 and process.stderr.startswith(f"advctl: {variable}: ")
