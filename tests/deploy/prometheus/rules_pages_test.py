"""Rules, runbooks and metrics agree."""

import importlib.util
import pathlib
import re

import pytest
import yaml
from project import FAMILIES, SOURCE, family
from rule_files import ALERTS, FILES, FOLDER, promtool, rules

RUNBOOKS = (SOURCE / "docs" / "runbooks.md").read_text(encoding="utf-8")
RECORDED = {rule["record"] for rule in rules() if "record" in rule}
# Beside the labels of families: of Prometheus, and of histograms.
LABELS = {"job", "instance", "run", "le"}


def sections():
    """Of the page: heading and text."""
    return dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", RUNBOOKS, re.MULTILINE | re.DOTALL))


def queries():
    return [query for text in sections().values() for query in re.findall(r"```promql\n(.*?)\n```", text, re.DOTALL)]


def families(expression):
    """Names of metrics in it, with the kind of sample cut off."""
    names = re.findall(r"\b(?:advantaged|grpc_server|process)_\w+(?![\w:])|\bup\b", re.sub(r"[\w]+:[\w:]+", "", expression))
    return {family(name) for name in names} - {"up"}


def test_promtool_finds_no_fault():
    done = promtool("check", "rules", *map(str, FILES))
    assert done.returncode == 0, done.stdout + done.stderr
    done = promtool("check", "config", "--syntax-only", str(FOLDER / "prometheus.yml"))
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("alert", ALERTS)
def test_alert_says_who_must_do_what(alert):
    rule = ALERTS[alert]
    assert rule["labels"]["severity"] in ("page", "ticket")
    assert rule["labels"]["audience"] in ("operator", "researcher")
    assert set(rule["annotations"]) == {"summary", "description", "runbook_url"}
    assert rule["annotations"]["runbook_url"] == f"docs/runbooks.md#{alert.lower()}"
    assert sections()[alert].lstrip().startswith(f"*{rule['labels']['severity']}, {rule['labels']['audience']}.*")


def test_runbooks_are_those_of_the_alerts():
    assert list(sections()) == list(ALERTS)


@pytest.mark.parametrize("expression", [rule["expr"] for rule in rules()] + queries())
def test_metrics_and_labels_exist(expression):
    assert families(expression) <= set(FAMILIES)
    assert set(re.findall(r"\b\w+(?::\w+)+\b", expression)) <= RECORDED
    known = LABELS | {label for name in families(expression) for label in ",".join(FAMILIES[name][1:]).split(",")}
    known |= {label for name in RECORDED if name in expression for label in ("method", "outcome")}
    used = set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)\s*\"", expression))
    for listed in re.findall(r"\b(?:by|on|ignoring|group_left)\s*\(([\w, ]*)\)", expression):
        used |= {label.strip() for label in listed.split(",") if label.strip()}
    assert used <= known


def test_the_prometheus_rule_is_fresh():
    """deploy/prometheus/prometheus_rule.py writes it."""
    spec = importlib.util.spec_from_file_location("prometheus_rule", FOLDER / "prometheus_rule.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    written = pathlib.Path(FOLDER, "prometheus_rule.yaml").read_text(encoding="utf-8")
    assert written == module.prometheus_rule()
    groups = [group for file in FILES for group in yaml.safe_load(file.read_text(encoding="utf-8"))["groups"]]
    assert yaml.safe_load(written)["spec"]["groups"] == groups
