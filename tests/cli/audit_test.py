"""`advctl audit` is the audit of the Python package: the same arguments, the same exit code."""

import os
import stat

import pytest

from programs import advctl

# In the place of Python: says what it was called with, a line each, and ends with the code it was told.
SCRIPT = """#!/bin/sh
for argument in "$@"; do printf '%s\\n' "$argument"; done
cat
exit "${CODE}"
"""


def audit(folder, *arguments, code=0, stdin=""):
    script = folder / "python"
    script.write_text(SCRIPT, encoding="utf-8")
    os.chmod(script, stat.S_IRWXU)
    return advctl("audit", *arguments, stdin=stdin, environment={"ADVANTAGED_PYTHON": str(script), "CODE": str(code)})


@pytest.mark.parametrize("arguments", [
    [], ["rollouts.jsonl"], ["rollouts.jsonl", "--method", "grpo ddof=1 epsilon=1e-6", "--allow-unchecked"],
    ["--allow-unchecked", "rollouts.jsonl"], ["--", "-file"], ["--json=", "", "a b", "-"], ["--server", "--local"],
    ["a", "--help"], ["--help", "a"], ["--version"], ["compute", "ping"], ["-p", "k=4", "-p", "k=4"],
], ids=" ".join)
def test_every_argument_is_passed_on_as_it_stands(tmp_path, arguments):
    process = audit(tmp_path, *arguments)
    assert process.returncode == 0, process.stderr
    assert process.stdout.splitlines() == ["-m", "advantaged", "audit", *arguments]


@pytest.mark.parametrize("code", [0, 1, 2, 3])
def test_the_exit_code_is_that_of_the_audit(tmp_path, code):
    assert audit(tmp_path, "rollouts.jsonl", code=code).returncode == code


def test_standard_input_is_passed_on(tmp_path):
    assert audit(tmp_path, "-", stdin="a row\n").stdout.endswith("\n-\na row\n")


def test_help_needs_no_python():
    for flag in ("--help", "-h"):
        process = advctl("audit", flag, environment={"ADVANTAGED_PYTHON": "/nowhere/python"})
        assert process.returncode == 0 and "Usage: advctl audit" in process.stdout
        assert "advctl audit FILE --help" in process.stdout
    process = advctl("audit", "a", environment={"ADVANTAGED_PYTHON": "/nowhere/python"})
    assert process.returncode == 2 and "cannot run /nowhere/python" in process.stderr
