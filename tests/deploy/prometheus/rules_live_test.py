"""A real Prometheus with the rules scrapes a real server: first in health, then in trouble."""

import pathlib
import re
import shutil

import grpc
import pytest
import yaml
from advantaged.v1 import compute_pb2
from feed import GROUPS, N, batch
from prometheus_server import Prometheus
from rule_files import FILES, FOLDER
from running_server import Server, eventually
from rules_pages_test import queries

@pytest.fixture(scope="module")
def server(tmp_path_factory):
    started = Server(tmp_path_factory.mktemp("server"))
    yield started
    assert started.stop() == 0


@pytest.fixture(scope="module")
def prometheus(server, tmp_path_factory):
    """With the example configuration, but for the server's address and the seconds between scrapes, which are also those
    that a scrape may take."""
    folder = tmp_path_factory.mktemp("prometheus")
    for file in FILES:
        shutil.copy(file, folder)
    configuration = yaml.safe_load(pathlib.Path(FOLDER, "prometheus.yml").read_text(encoding="utf-8"))
    configuration["global"] = {"scrape_interval": "5s", "evaluation_interval": "1s"}
    configuration["scrape_configs"][0]["static_configs"][0]["targets"] = [server.http]
    running = Prometheus(folder, configuration=yaml.safe_dump(configuration))
    yield running
    assert running.stop() == 0


def alerts(prometheus):
    """Names of those that are pending or firing."""
    return {alert["labels"]["alertname"] for alert in prometheus.api("alerts")["alerts"]}


def call(server, *groups):
    with server.stub() as stub:
        stub.ComputeAdvantages(batch(groups))


def seen(prometheus, groups):
    """Waits until the rules have seen so many groups at least."""
    eventually(lambda: prometheus.query(f"sum(advantaged_groups_total) >= {groups}"), "groups in Prometheus")
    # increase() needs two scrapes with them.
    eventually(lambda: prometheus.query("job_method_run:advantaged_success_rate:mean1h > 0"), "recorded")


def test_rules_and_runbooks_in_health(server, prometheus):
    eventually(lambda: prometheus.query("up == 1"), "a scrape")
    for _ in range(3):
        call(server, *GROUPS)
    seen(prometheus, 3 * len(GROUPS))
    for query in queries():
        prometheus.query(query)
    shares = {labels["outcome"]: value for labels, value in
              prometheus.query("job_method_run_outcome:advantaged_groups:share1h{method='grpo'}")}
    assert set(shares) == {"all_fail", "mixed", "all_pass"}
    assert sum(shares.values()) == pytest.approx(1)
    assert shares["mixed"] == pytest.approx(86 / 492, abs=0.01)
    (mean,) = (value for labels, value in prometheus.query("job_method_run:advantaged_success_rate:mean1h")
               if labels["method"] == "grpo")
    assert mean == pytest.approx(sum(map(sum, GROUPS)) / N / len(GROUPS), abs=0.01)
    assert alerts(prometheus) == set()
    for group in prometheus.api("rules")["groups"]:
        for rule in group["rules"]:
            assert rule["health"] == "ok", rule


def test_trouble_is_told(server, prometheus):
    """After the test before, whose batches are the good hour."""
    with server.stub() as stub:
        wrong = batch(GROUPS[:1])
        wrong.rewards[3] = float("nan")
        with pytest.raises(grpc.RpcError):
            stub.ComputeAdvantages(wrong)
        noise = compute_pb2.ComputeAdvantagesRequest(rewards=[1e6, 1e6 + 0.5] * 20 * N, group_size=N)
        noise.method.grpo.SetInParent()
        stub.ComputeAdvantages(noise)
        for _ in range(60):
            stub.ComputeAdvantages(batch([[0.0] * N] * 1000))
    expected = {"AdvantagedNonFiniteRewards", "AdvantagedSuccessCollapsed", "AdvantagedAllFail"}
    eventually(lambda: expected <= alerts(prometheus), f"{expected} pending or firing")
    assert alerts(prometheus) <= expected | {"AdvantagedSuspiciousGroups"}
    firing = {alert["labels"]["alertname"]: alert for alert in prometheus.api("alerts")["alerts"]}
    text = firing["AdvantagedSuccessCollapsed"]["annotations"]["description"]
    assert re.match(r"The mean success rate of the last hour is [\d.]+%", text), text
