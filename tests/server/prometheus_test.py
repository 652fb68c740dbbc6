"""A real Prometheus scrapes the server: what queries say of real rewards, against values worked out
here from the data alone, in exact fractions and one square root."""

import collections
import itertools
import json
import math
import os
import pathlib
import re
import signal
import time
from fractions import Fraction

import pytest
from advantaged.v1 import compute_pb2
from prometheus_server import JOB, Prometheus
from running_server import Metrics, Server, eventually

GOLDEN = pathlib.Path(__file__).with_name("metric_families.txt")
DATA = pathlib.Path(os.environ["ADVANTAGED_DATA"], "humaneval_runs.jsonl")
PAGE = pathlib.Path(os.environ["ADVANTAGED_DOCS"], "metrics.md").read_text(encoding="utf-8")
EXAMPLES = [line.strip() for block in re.findall(r"```promql\n(.*?)```", PAGE, re.DOTALL)
            for line in block.splitlines() if line.strip()]

GROUPS = [json.loads(line) for line in DATA.read_text(encoding="utf-8").splitlines()]
N = 10  # responses of each group
K = 4  # of pass_at_k_grpo
CORRECT = [sum(group["rewards"]) for group in GROUPS]  # of each group
METHODS = ("grpo", "pass_at_k_grpo")
PASS_AT = {1: "1", 4: "4", 10: "other"}  # K: its label
STEPS = 16  # buckets of the success rate


def requests(method):
    """A call for each of the three models."""
    for _, groups in itertools.groupby(GROUPS, lambda group: group["group"].split("/")[0]):
        rewards = [reward for group in groups for reward in group["rewards"]]
        request = compute_pb2.ComputeAdvantagesRequest(rewards=rewards, group_size=N)
        if method == "grpo":
            request.method.grpo.SetInParent()
            request.pass_at.extend(PASS_AT)
        else:
            request.method.pass_at_k_grpo.k = K
        yield request


@pytest.fixture(scope="module", name="server")
def start_server(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("server"))
    yield server
    server.stop(signal.SIGKILL)


@pytest.fixture(scope="module", name="prometheus")
def scrape_before_and_after(server, tmp_path_factory):
    """A Prometheus with samples from before the batches and from after them."""
    prometheus = Prometheus(tmp_path_factory.mktemp("prometheus"), server.http)
    try:
        eventually(lambda: prometheus.query("up == 1"), "a scrape")
        with server.stub() as stub:
            for request in itertools.chain(*map(requests, METHODS)):
                stub.ComputeAdvantages(request)
        sent = time.time()
        eventually(lambda: prometheus.query(f"timestamp(up) > {sent}"), "another scrape")
        yield prometheus
    finally:
        ended = prometheus.stop()
    assert ended == 0, prometheus.log()


def by_label(prometheus, expression, label):
    return {labels[label]: value for labels, value in prometheus.query(expression)}


def nonzero(values):
    return {key: value for key, value in values.items() if value}


def pass_at_k(n, c, k):
    return 1 - Fraction(math.comb(n - c, k), math.comb(n, k))


def masses(method, c):
    """(1/n) Σ |A_i| over the correct and over the wrong responses of a group."""
    if c in (0, N):
        return 0, 0
    rho = Fraction(c, N)
    grpo = math.sqrt(rho * (1 - rho))  # ρ A₊ = (1-ρ) |A₋|
    if method == "grpo":
        return grpo, grpo
    subsets = math.comb(N - 1, K - 1)
    return (grpo * Fraction(math.comb(N - c, K - 1), subsets),
            grpo * Fraction(math.comb(N - c - 1, K - 1), subsets))


def test_the_target_is_well(prometheus):
    target, = prometheus.api("targets")["activeTargets"]
    assert (target["health"], target["lastError"]) == ("up", "")
    assert prometheus.value(f'min_over_time(up{{job="{JOB}"}}[10m])') == 1


def test_no_series_is_twice_or_late(server, prometheus):
    """Prometheus keeps one of two samples of a series and says so, if anywhere, in its counters."""
    lines = len(server.metrics().samples)
    assert prometheus.value("min_over_time(scrape_samples_scraped[10m])") == lines
    assert prometheus.value("max_over_time(scrape_samples_scraped[10m])") == lines
    # The first scrape added all of them, none since.
    assert prometheus.value("sum_over_time(scrape_series_added[10m])") == lines
    own = Metrics(prometheus.get("/metrics"))
    dropped = {name: value for name, _, value in own.samples
               if name.startswith("prometheus_target_scrapes_sample_")}
    assert len(dropped) == 3 and not any(dropped.values()), dropped
    assert not re.search(r"level=(warn|error) .*scrape", prometheus.log())


def test_types(prometheus):
    golden = dict(line.split()[:2] for line in GOLDEN.read_text(encoding="utf-8").splitlines()
                  if not line.startswith("#"))
    metadata = prometheus.api("targets/metadata", match_target=f'{{job="{JOB}"}}')
    assert {family["metric"]: family["type"] for family in metadata} == golden
    assert all(family["help"] for family in metadata)


@pytest.mark.parametrize("method", METHODS)
def test_success_rates(prometheus, method):
    family = f'advantaged_success_rate%s{{method="{method}"}}'
    buckets = by_label(prometheus, family % "_bucket", "le")
    assert buckets.pop("+Inf") == len(GROUPS)
    assert {Fraction(float(edge)): count for edge, count in buckets.items()} == {
        edge: sum(Fraction(c, N) <= edge for c in CORRECT)
        for edge in (Fraction(i, STEPS) for i in range(STEPS + 1))}
    assert prometheus.value(family % "_count") == len(GROUPS)
    assert prometheus.value(family % "_sum") == pytest.approx(sum(CORRECT) / N)


@pytest.mark.parametrize("method", METHODS)
def test_outcomes(prometheus, method):
    outcomes = by_label(prometheus, f'advantaged_groups_total{{method="{method}"}}', "outcome")
    mixed = sum(0 < c < N for c in CORRECT)
    assert outcomes == {"all_fail": CORRECT.count(0), "mixed": mixed, "all_pass": CORRECT.count(N),
                        "constant": 0, "varied": 0, "empty": 0}
    assert mixed == 86
    assert prometheus.value(
        f'advantaged_responses_total{{method="{method}"}}') == N * len(GROUPS)


@pytest.mark.parametrize("method", METHODS)
def test_weight_mass(prometheus, method):
    expected = collections.Counter()
    for c in CORRECT:
        bucket = Fraction(math.ceil(Fraction(c, N) * STEPS), STEPS)
        correct, wrong = masses(method, c)
        expected[bucket, "correct", "positive"] += correct
        expected[bucket, "wrong", "negative"] += wrong
    samples = prometheus.query(f'advantaged_weight_mass_total{{method="{method}"}}')
    found = {(Fraction(float(labels["rho_bucket"])), labels["side"], labels["sign"]): value
             for labels, value in samples}
    assert len(found) == len(samples) == (STEPS + 1) * 2 * 2
    assert nonzero(found) == pytest.approx(nonzero(expected), rel=1e-6)


def test_pass_at_k(prometheus):
    groups = by_label(prometheus, "advantaged_pass_at_k_groups_total", "k")
    assert nonzero(groups) == {label: len(GROUPS) for label in PASS_AT.values()}
    sums = by_label(prometheus, "advantaged_pass_at_k_sum", "k")
    assert nonzero(sums) == pytest.approx({
        label: float(sum(pass_at_k(N, c, k) for c in CORRECT)) for k, label in PASS_AT.items()})


def test_there_are_examples():
    assert len(EXAMPLES) >= 4


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda text: text.partition("#")[2].strip())
def test_example_of_the_documentation(prometheus, example):
    """Some number comes out, not only NaN, for which one scrape before the first batch is needed."""
    assert any(value > 0 for _, value in prometheus.query(example)), example


def test_examples_show_the_first_batch(prometheus):
    """increase() extrapolates, but all series alike, so shares and means are exact."""
    mixed = prometheus.value('sum(increase(advantaged_groups_total{outcome="mixed"}[10m]))'
                             " / sum(increase(advantaged_groups_total[10m]))")
    assert mixed == pytest.approx(86 / 492)
    means = by_label(prometheus, "increase(advantaged_pass_at_k_sum[10m])"
                     " / increase(advantaged_pass_at_k_groups_total[10m]) > 0", "k")
    assert means == pytest.approx({
        label: float(sum(pass_at_k(N, c, k) for c in CORRECT) / len(CORRECT))
        for k, label in PASS_AT.items()})
