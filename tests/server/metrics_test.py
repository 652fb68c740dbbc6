"""The metrics page: well-formed, complete, and right about a batch worked out by hand."""

import os
import pathlib
import re
import subprocess
import time

import batches
import grpc
import pytest
from advantaged.v1 import compute_pb2, stream_pb2
from busy_server import connect
from rest import at_rest
from running_server import BINARY, Metrics, eventually

GOLDEN = pathlib.Path(__file__).with_name("metric_families.txt")
PROMTOOL = pathlib.Path(os.environ["ADVANTAGED_TOOLS"], "promtool")


def families(metrics):
    """Each family as "name type label,label"."""
    result = set()
    for name, kind in re.findall(r"^# TYPE (\S+) (\S+)$", metrics.text, re.MULTILINE):
        samples = f"{name}_bucket" if kind == "histogram" else name
        labels = {tuple(sorted(labels.keys() - {"le"})) for labels, _ in metrics.select(samples)}
        assert len(labels) == 1, f"{name} has children of several shapes: {labels}"
        result.add(f"{name} {kind} {','.join(labels.pop())}".rstrip())
    return result


def check_with_promtool(page):
    checked = subprocess.run([PROMTOOL, "check", "metrics"], input=page, text=True,
                             capture_output=True, check=False)
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")


def test_promtool_finds_no_fault(start):
    server = start()
    with server.stub() as stub:
        stub.ComputeAdvantages(batches.rloo(pass_at=[1, 2, 3]))
    check_with_promtool(server.get("/metrics"))


def test_families_are_those_of_the_golden_list(start):
    """All of them from the start: the first batch must show as an increase."""
    golden = {line for line in GOLDEN.read_text(encoding="utf-8").splitlines()
              if not line.startswith("#")}
    assert families(start().metrics()) == golden


def test_no_request_makes_a_new_series(start):
    server = start()
    def series():
        return {(name, tuple(sorted(labels.items())))
                for name, labels, _ in server.metrics().samples}
    before = series()
    with server.stub() as stub:
        for k in (1, 3, 1024, 4096):
            request = batches.rloo(rewards=[1, 0] * 4096, group_size=8192, pass_at=[k])
            stub.ComputeAdvantages(request)
    assert series() == before


def test_runs(start):
    server = start("--metrics-runs=2")
    with server.stub() as stub:
        for run in ("", "junk-1", "a", "junk-2", "a", "b", "b", "c", "a", "c", "d"):
            stub.ComputeAdvantages(batches.rloo(run=run))
    metrics = server.metrics()
    check_with_promtool(metrics.text)
    runs = {labels.get("run", ""): value for labels, value in
            metrics.select("advantaged_responses_total", method="rloo")}
    assert runs == {"": 4, "a": 8, "b": 4, "other": 28}
    assert metrics.value("advantaged_success_rate_count", method="rloo", run="a") == 4


def test_idle_runs_leave_the_page(start):
    server = start("--metrics-runs=1", "--metrics-run-idle=1")
    def runs():
        return {labels["run"] for _, labels, _ in server.metrics().samples if "run" in labels}
    with server.stub() as stub:
        for _ in range(2):
            stub.ComputeAdvantages(batches.rloo(run="a"))
    eventually(lambda: not runs(), "expiry")


def test_without_runs_nothing_has_the_label(start):
    server = start()
    with server.stub() as stub:
        for _ in range(2):
            stub.ComputeAdvantages(batches.rloo(run="a"))
    assert 'run="' not in server.get("/metrics")


def test_batch_not_to_be_observed(start):
    """It is a call like others, and no part of training."""
    server = start()
    of_calls = ("grpc_", "process_", "advantaged_connections", "advantaged_http", "advantaged_log",
                "advantaged_request", "advantaged_response_size", "advantaged_stage")
    def training():
        return [sample for sample in server.metrics().samples if not sample[0].startswith(of_calls)]
    before = training()
    with server.stub() as stub:
        stub.ComputeAdvantages(batches.rloo(pass_at=[1], observe=False))
        assert at_rest(server).value("grpc_server_handled_total", grpc_code="OK",
                                     grpc_method="ComputeAdvantages") == 1
        assert training() == before
        stub.ComputeAdvantages(batches.rloo(pass_at=[1], observe=True))
    assert training() != before


@pytest.mark.parametrize("attempts, counted", [("0", 1), ("1", 0), ("4", 0)])
def test_call_sent_again(start, attempts, counted):
    """What gRPC sends again may have been computed and counted before: it is answered, and not counted."""
    server = start()
    metadata = [("grpc-previous-rpc-attempts", attempts)]
    # A client that retries by itself sets this metadata itself, too.
    with connect(server, options=[("grpc.enable_retries", 0)]) as stub:
        request = batches.rloo(observe=True)
        assert len(stub.ComputeAdvantages(request, metadata=metadata).advantages) == 4
        item = stream_pb2.StreamAdvantagesRequest(id="a", batch=request)
        reply, = stub.StreamAdvantages(iter([item]), metadata=metadata)
        assert len(reply.batch.advantages) == 4
    assert at_rest(server).value("advantaged_responses_total", method="rloo") == 8 * counted


@pytest.fixture(scope="module")
def batch_metrics(shared, stub):
    """A scrape after one batch with known outcomes and one without."""
    known = batches.rloo(
        rewards=[1, 0, 0, 0,  1, 1, 1, 1,  0, 0, 0, 0,  1, 1, 0, 0,  1, 0, 0, 0,  1, 0, 0, 0],
        group_size=4, valid=b"\xff\xff\x01", pass_at=[1, 2, 3])
    stub.ComputeAdvantages(known)
    unknown = compute_pb2.ComputeAdvantagesRequest(
        rewards=[0.25, 0.75, 1e6, 1e6 + 1, 0.5, 0.5], group_size=2, pass_at=[1])
    unknown.method.grpo.SetInParent()
    stub.ComputeAdvantages(unknown)
    return Metrics(shared.get("/metrics"))


class Histogram:
    def __init__(self, metrics, name, **labels):
        self.count = metrics.value(f"{name}_count", **labels)
        self.sum = metrics.value(f"{name}_sum", **labels)
        self.below = {labels["le"]: value
                      for labels, value in metrics.select(f"{name}_bucket", **labels)}


def nonzero(metrics, name, label, **labels):
    return {found[label]: value for found, value in metrics.select(name, **labels) if value}


def test_groups_and_responses(batch_metrics):
    assert batch_metrics.value("advantaged_responses_total", method="rloo") == 17
    assert nonzero(batch_metrics, "advantaged_groups_total", "outcome", method="rloo") == {
        "all_fail": 1, "mixed": 2, "all_pass": 2, "empty": 1}
    assert nonzero(batch_metrics, "advantaged_groups_total", "outcome", method="grpo") == {
        "varied": 2, "constant": 1}
    assert nonzero(batch_metrics, "advantaged_degenerate_groups_total", "reason") == {
        "all_fail": 1, "all_pass": 2, "empty": 1, "small": 1, "constant": 1, "suspicious": 1}
    sizes = Histogram(batch_metrics, "advantaged_group_size")
    assert (sizes.count, sizes.sum) == (9, 23)
    assert (sizes.below["1"], sizes.below["2"], sizes.below["4"]) == (2, 5, 9)


def test_success_rate(batch_metrics):
    rates = Histogram(batch_metrics, "advantaged_success_rate", method="rloo")
    assert (rates.count, rates.sum) == (5, 2.75)
    assert rates.below["0"] == 1
    assert rates.below["0.1875"] == 1
    assert rates.below["0.25"] == 2
    assert rates.below["0.5"] == 3
    assert rates.below["0.9375"] == 3
    assert rates.below["1"] == 5
    # Never where outcomes are unknown.
    assert batch_metrics.value("advantaged_success_rate_count", method="grpo") == 0
    assert batch_metrics.sum("advantaged_effective_weight_count", method="grpo") == 0


def test_advantage_magnitude(batch_metrics):
    # 9 zeros, 3 of 1/3, 4 of 2/3, 1 of 1.
    magnitudes = Histogram(batch_metrics, "advantaged_advantage_magnitude", method="rloo")
    assert magnitudes.count == 17
    assert magnitudes.sum == pytest.approx(2 + 8 / 3)
    assert magnitudes.below["0"] == 9
    assert magnitudes.below["0.2"] == 9
    assert magnitudes.below["0.35"] == 12
    assert magnitudes.below["0.7"] == 16
    assert magnitudes.below["1"] == 17


def test_sign_of_advantages(batch_metrics):
    # 1000 and 1100; groups of one outcome, and the one that masking left too small, are zeros.
    assert nonzero(batch_metrics, "advantaged_advantage_sign_total", "sign", method="rloo") == {
        "positive": 3, "negative": 5, "zero": 9}
    assert nonzero(batch_metrics, "advantaged_advantage_sign_total", "sign", method="grpo") == {
        "positive": 2, "negative": 2, "zero": 2}


def test_incomplete_groups(start):
    server = start()
    for policy, counted in (("ZERO", 2), ("RAW", 4)):
        request = compute_pb2.ComputeAdvantagesRequest(
            rewards=[1, 0, 0, 1, 1, 0, 1, 0, 0], group_sizes=[4, 2, 1, 2], valid=b"\x7f\x00", expected_group_size=4,
            declared_small_group=f"SMALL_GROUP_POLICY_{policy}")
        request.method.rloo.SetInParent()
        with server.stub() as stub:
            summary = stub.ComputeAdvantages(request).summary
        assert (summary.incomplete_groups, summary.small_groups, summary.empty_groups) == (2, 0, 1)
        assert at_rest(server).value("advantaged_incomplete_groups_total") == counted


def test_clipped_responses(start):
    server = start()
    # 1, -1/2, -1/2; 1/2, -1, 1/2.
    request = batches.rloo(rewards=[1, 0, 0, 1, 0, 1], group_size=3)
    request.stages.add().clip.low = -0.75
    request.stages.add().clip.high = 0.25
    with server.stub() as stub:
        assert min(stub.ComputeAdvantages(request).advantages) == -0.75
        request.observe = False
        stub.ComputeAdvantages(request)
    assert nonzero(server.metrics(), "advantaged_clipped_responses_total", "bound") == {
        "low": 1, "high": 3}


def test_refused_requests(start):
    server = start()
    with server.stub() as stub:
        for request in (batches.rloo(rewards=[1, float("nan")]),
                        batches.rloo(rewards=[1, float("inf")], group_size=1),
                        batches.rloo(expected_group_size=4), batches.rloo(run="No")):
            with pytest.raises(grpc.RpcError):
                stub.ComputeAdvantages(request)
        stub.ComputeAdvantages(batches.rloo(rewards=[float("nan"), 0, 1], group_size=3,
                                            valid=b"\6"))
    metrics = server.metrics()
    assert nonzero(metrics, "advantaged_invalid_requests_total", "field") == {
        "rewards": 1, "group_size": 2, "run": 1}
    assert metrics.value("advantaged_nonfinite_inputs_total") == 2


def test_effective_weight(batch_metrics):
    for side in ("correct", "wrong"):
        weights = Histogram(batch_metrics, "advantaged_effective_weight", method="rloo", side=side)
        assert weights.count == 5
        assert weights.sum == pytest.approx(1 / 4 + 1 / 3)
        assert (weights.below["0"], weights.below["0.35"]) == (3, 5)


def test_weight_mass(batch_metrics):
    mass = {(labels["rho_bucket"], labels["side"], labels["sign"]): value
            for labels, value in batch_metrics.select("advantaged_weight_mass_total", method="rloo")
            if value}
    assert mass == pytest.approx({("0.25", "correct", "positive"): 1 / 4,
                                  ("0.25", "wrong", "negative"): 1 / 4,
                                  ("0.5", "correct", "positive"): 1 / 3,
                                  ("0.5", "wrong", "negative"): 1 / 3})


def test_pass_at_k(batch_metrics):
    assert nonzero(batch_metrics, "advantaged_pass_at_k_groups_total", "k") == {
        "1": 5, "2": 4, "other": 4}
    assert nonzero(batch_metrics, "advantaged_pass_at_k_sum", "k") == pytest.approx(
        {"1": 2.75, "2": 1 / 2 + 1 + 5 / 6, "other": 3 / 4 + 1 + 1})


def test_sizes_stages_and_time(batch_metrics):
    assert batch_metrics.value("advantaged_request_size_bytes_count") == 2
    assert batch_metrics.value("advantaged_response_size_bytes_count") == 2
    assert 100 < batch_metrics.value("advantaged_request_size_bytes_sum") < 300
    for stage in ("decode", "compute", "encode"):
        assert batch_metrics.value("advantaged_stage_seconds_count", stage=stage) == 2
    age = time.time() - batch_metrics.value("advantaged_last_batch_timestamp_seconds")
    assert -1 < age < 600


def test_process_and_build(shared):
    metrics = shared.metrics()
    process = shared.process.pid
    assert metrics.value("process_resident_memory_bytes") > 1 << 20
    assert metrics.value("process_virtual_memory_bytes") > metrics.value(
        "process_resident_memory_bytes")
    assert metrics.value("process_open_fds") == pytest.approx(
        len(os.listdir(f"/proc/{process}/fd")), abs=5)
    assert 0 < metrics.value("process_max_fds")
    assert metrics.value("process_cpu_seconds_total") < 60
    assert 0 < time.time() - metrics.value("process_start_time_seconds") < 600
    (labels, value), = metrics.select("advantaged_build_info")
    assert value == 1
    version = subprocess.run([BINARY, "--version"], capture_output=True, text=True, check=True)
    assert version.stdout.split()[1] == labels["version"]


def test_calls_in_flight_are_shown(start):
    server = start()
    with server.stub() as stub:
        call = stub.ComputeAdvantages.future(batches.slow())
        eventually(lambda: server.metrics().value("advantaged_requests_in_flight") == 1, "a call")
        call.result()
        eventually(lambda: server.metrics().value("advantaged_requests_in_flight") == 0, "rest")
