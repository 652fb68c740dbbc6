"""`trl grpo` and `trl rloo` as commands, and a trainer over two processes."""

import json
import os
import pathlib
import subprocess
import sys

import pytest
import tiny_model

HERE = pathlib.Path(__file__).parent
ADOPT = "advantaged.integrations.trl_cli.adopt"
CORRECT = "tiny_model.starts_with_low_token"


def run(*command, **environment):
    inherited = {name: value for name, value in os.environ.items() if name != "ADVANTAGED_TARGET"}
    path = os.pathsep.join([str(HERE), os.environ.get("PYTHONPATH", "")])
    return subprocess.run([sys.executable, "-m", *map(str, command)], capture_output=True, text=True, timeout=500,
                          env={**inherited, "PYTHONPATH": path, "CUDA_VISIBLE_DEVICES": "", **environment})


def trl(command, tmp_path, *reward_funcs, **environment):
    """The last state of training that the command saved, and its output."""
    tiny_model.prompts().to_json(tmp_path / "data" / "train.jsonl")
    settings = {**tiny_model.SETTINGS, "save_strategy": "steps", "save_steps": 2, "output_dir": tmp_path / "out",
                "model_name_or_path": tiny_model.save(tmp_path / "model"), "dataset_name": tmp_path / "data",
                "dtype": "float32"}
    arguments = [word for name, value in settings.items() for word in (f"--{name}", value)]
    done = run(f"trl.scripts.{command}", *arguments, "--reward_funcs", *reward_funcs, **environment)
    state = tmp_path / "out" / "checkpoint-2" / "trainer_state.json"
    return (json.loads(state.read_text())["log_history"] if state.exists() else []), done


@pytest.mark.parametrize("command", ["grpo", "rloo"])
def test_commands(tmp_path, target, command):
    server = {name: os.environ[name] for name in ("ADVANTAGED_TARGET",) if name in os.environ}
    history, done = trl(command, tmp_path, CORRECT, ADOPT, ADVANTAGED_METHOD="pass_at_k_grpo k=2", **server)
    assert done.returncode == 0, done.stderr
    assert [entry["advantaged/groups"] for entry in history] == [2, 2]
    # Other reward functions than the named one were not called: TRL logs each.
    assert {key for key in history[0] if key.startswith("rewards/")} == {
        "rewards/starts_with_low_token/mean", "rewards/starts_with_low_token/std"}


def test_commands_that_cannot_be(tmp_path):
    _, done = trl("grpo", tmp_path, ADOPT)
    assert done.returncode != 0 and f"only {ADOPT}, which scores nothing" in done.stderr
    _, done = trl("grpo", tmp_path, CORRECT, ADOPT, ADVANTAGED_METHOD="pass_at_k_grpo kk=2")
    assert done.returncode != 0 and "ADVANTAGED_METHOD.kk: no setting of advantaged" in done.stderr


def test_two_processes(tmp_path, server):
    """Every process takes its half of one call; an error of the first stops both."""
    torchrun = ["torch.distributed.run", "--standalone", "--nproc-per-node=2",
                HERE / "two_processes.py", tmp_path]
    before = server.metrics().sum("advantaged_responses_total")
    done = run(*torchrun, "pass_at_k_grpo k=2", ADVANTAGED_TARGET=server.grpc[0])
    assert done.returncode == 0, done.stderr
    ranks = [json.loads((tmp_path / f"rank-{rank}.json").read_text()) for rank in range(2)]
    assert ranks[0]["all"] == ranks[1]["all"] == ranks[0]["own"] + ranks[1]["own"]
    assert len(ranks[0]["all"]) == 8 and any(ranks[0]["all"])
    assert ranks[0]["own"] != ranks[1]["own"]
    # 2 steps of 8 responses, each counted once.
    assert server.metrics().sum("advantaged_responses_total") - before == 16

    done = run(*torchrun, "pass_at_k_grpo k=99", ADVANTAGED_TARGET=server.grpc[0])
    assert done.returncode != 0
    assert done.stderr.count("advantaged.errors.InvalidArgument: method.pass_at_k_grpo.k") >= 2, done.stderr
