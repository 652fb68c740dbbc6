"""The rules of deploy/prometheus, and promtool on series that a test writes down."""

import json
import os
import pathlib
import re
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
    return subprocess.run([PROMTOOL, *arguments], capture_output=True, text=True, check=False, timeout=60)


def firing(series, minutes, folder):
    """Names of the alerts that fire after `minutes`. `series`: {name{labels}: a value for each minute, None for none}."""
    path = pathlib.Path(folder, "test.yaml")
    test = {"interval": "1m",
            "input_series": [{"series": name, "values": " ".join("_" if value is None else f"{value:.10g}"
                                                                 for value in values)}
                             for name, values in series.items()],
            # None is expected, so what fires is what promtool complains of.
            "alert_rule_test": [{"eval_time": f"{minutes}m", "alertname": alert, "exp_alerts": []} for alert in ALERTS]}
    # JSON is YAML, and written in no time.
    path.write_text(json.dumps({"rule_files": [str(file) for file in FILES], "evaluation_interval": "2m",
                                "tests": [test]}), encoding="utf-8")
    done = promtool("test", "rules", str(path))
    fired = set(re.findall(r"alertname: *(\w+), time", done.stdout + done.stderr))
    assert fired <= set(ALERTS) and bool(fired) == (done.returncode != 0), done
    return fired
