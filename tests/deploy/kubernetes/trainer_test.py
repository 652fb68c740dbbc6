"""The example of a trainer, with a server at a Unix socket, as in a pod with a sidecar."""

import re
import subprocess
import sys

from project import SOURCE
from running_server import ENVIRONMENT, PATIENCE, start

TRAINER = SOURCE / "deploy/kubernetes/overlays/sidecar/trainer.py"
__all__ = ["start"]  # a fixture


def test_the_example_learns(start, tmp_path):
    socket = f"unix:{tmp_path}/grpc.sock"
    server = start("--socket-mode=0666", listen=[socket])
    done = subprocess.run([sys.executable, TRAINER], env={**ENVIRONMENT, "ADVANTAGED_TARGET": socket}, capture_output=True,
                          text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stderr
    rates = [float(rate) for rate in re.findall(r"success rate ([\d.]+)", done.stdout)]
    assert rates[0] < 0.5 and rates[-1] > 0.8, done.stdout
    groups = server.metrics().sum("advantaged_groups_total", method="pass_at_k_grpo")
    assert groups == 50 * 16


def test_the_trainer_outlives_its_sidecar(start, tmp_path):
    """The container is killed and started again. The volume lives on, and with it the file of the dead socket."""
    socket = f"unix:{tmp_path}/grpc.sock"
    killed = start(listen=[socket])
    with subprocess.Popen([sys.executable, TRAINER], env={**ENVIRONMENT, "ADVANTAGED_TARGET": socket, "STEPS": "2000"},
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as trainer:
        assert trainer.stdout.readline().startswith("step 0:")
        killed.process.kill()
        killed.process.wait()
        assert (tmp_path / "grpc.sock").exists() and trainer.poll() is None
        again = start(listen=[socket])
        output, errors = trainer.communicate(timeout=PATIENCE)
    assert trainer.returncode == 0, errors
    assert "step 1999:" in output
    assert again.metrics().sum("advantaged_groups_total", method="pass_at_k_grpo") > 0
