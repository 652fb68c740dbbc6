#!/usr/bin/env python3
"""Writes prometheus_rule.yaml: recording.yaml and alerts.yaml as a PrometheusRule, for clusters with prometheus-operator."""

import pathlib

HERE = pathlib.Path(__file__).parent
HEAD = """\
# Written by prometheus_rule.py from recording.yaml and alerts.yaml: change those, then run it.

apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: advantaged
  labels:
    app.kubernetes.io/name: advantaged
spec:
  groups:
"""


def prometheus_rule():
    """The text of the file."""
    text = HEAD
    for name in ("recording.yaml", "alerts.yaml"):
        _, groups = (HERE / name).read_text(encoding="utf-8").split("\ngroups:\n")
        text += "".join(f"  {line}" if line.strip() else line for line in groups.splitlines(keepends=True)) + "\n"
    return text.rstrip() + "\n"


if __name__ == "__main__":
    (HERE / "prometheus_rule.yaml").write_text(prometheus_rule(), encoding="utf-8")
