"""The steps of continuous integration: one list, for .ci/run and for the workflow of a public forge."""

import json
import os
import pathlib
import re
import shutil
import subprocess

import yaml

SOURCE = pathlib.Path(os.environ["SOURCE_DIR"])
STEPS = [line for line in (SOURCE / ".ci/steps").read_text(encoding="utf-8").splitlines() if not line.startswith("#")]


def test_every_step_is_a_target_of_make():
    targets = set(re.findall(r"^([a-z-]+):.*##", (SOURCE / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert [step for step in STEPS if step.split()[0] not in targets] == []
    assert len(STEPS) > 5


def test_the_run_makes_every_step_in_order(tmp_path):
    """With a make that only writes down what it was asked for."""
    for path in (".ci/run", ".ci/steps", "scripts/run_steps.sh"):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        shutil.copy(SOURCE / path, tmp_path / path)
    make = tmp_path / "make"
    make.write_text('#!/bin/bash\nprintf "%s\\n" "$*" >>made\n', encoding="utf-8")
    make.chmod(0o755)
    subprocess.run([tmp_path / ".ci/run"], check=True, capture_output=True,
                   env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"})
    assert (tmp_path / "made").read_text(encoding="utf-8").splitlines() == [step.replace('"', "") for step in STEPS]


def test_the_workflow_has_a_job_for_every_step(tmp_path):
    jobs = yaml.safe_load((SOURCE / ".github/workflows/ci.yaml").read_text(encoding="utf-8"))["jobs"]
    command = next(step["run"] for step in jobs["list"]["steps"] if step.get("id") == "read")
    if shutil.which("jq"):
        output = tmp_path / "output"
        subprocess.run(["bash", "-c", command], check=True, cwd=SOURCE, env={**os.environ, "GITHUB_OUTPUT": str(output)})
        assert json.loads(output.read_text(encoding="utf-8").partition("=")[2]) == STEPS
    assert jobs["step"]["strategy"]["matrix"]["step"] == "${{ fromJSON(needs.list.outputs.steps) }}"
    last = jobs["step"]["steps"][-1]
    assert last == {"run": 'scripts/run_steps.sh "$STEP"', "env": {"STEP": "${{ matrix.step }}"}}
