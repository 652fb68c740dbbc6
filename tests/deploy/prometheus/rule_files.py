"""The rules of deploy/prometheus, and promtool, which reads them."""

import os
import pathlib
import subprocess

import yaml
from project import SOURCE

FOLDER = SOURCE / "deploy" / "prometheus"
FILES = [FOLDER / "recording.yaml", FOLDER / "alerts.yaml"]
PROMTOOL = pathlib.Path(os.environ["ADVANTAGED_TOOLS"], "promtool")


def rules():
    return [rule for file in FILES for group in yaml.safe_load(file.read_text(encoding="utf-8"))["groups"]
            for rule in group["rules"]]


ALERTS = {rule["alert"]: rule for rule in rules() if "alert" in rule}


def promtool(*arguments):
    return subprocess.run([PROMTOOL, *arguments], capture_output=True, text=True, check=False, timeout=500)
