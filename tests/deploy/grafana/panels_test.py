"""Every query of every panel has an answer, at a call every ten minutes and under load."""

import math
import os
import pathlib
import threading

import grpc
import pytest
from board import NAMES, ask, default_step, panels
from feed import GROUPS, batch
from history import SCRAPE, History
from prometheus_server import Prometheus
from running_server import Server, eventually

PROMTOOL = pathlib.Path(os.environ["ADVANTAGED_TOOLS"], "promtool")
HOURS = 3
RHYTHM = 600  # seconds between two calls
METHODS = ("grpo", "pass_at_k_grpo")
LIVE_WINDOW = 4  # seconds between two columns under load
PANELS = [pytest.param(name, panel, id=f"{name}, {panel['title']}") for name in NAMES for panel in panels(name)]
# 0 is what an operator wants to see there, and a few are 0 at rest.
MAY_BE_ZERO = {"Failed by our fault", "Certificate expires in", "Streams", "In flight and queued", "Refused",
               "Expired and cancelled", "Starts and drains", "TLS handshakes", "On scalar kernels", "Reloads",
               "Log lines dropped"}


def relevant(line):
    """Without the series of methods that nobody uses, which are most of a page."""
    return 'method="' not in line.replace("grpc_method", "") or any(f'{{method="{name}"' in line or f',method="{name}"' in line
                                                                    for name in METHODS)


def calls(stub, times):
    """One of each method, with the groups of the data as often as `times` says, and one that is refused."""
    for method in METHODS:
        yield lambda method=method: stub.ComputeAdvantages(batch(GROUPS * times, method, "math"))

    def refused():
        wrong = batch(GROUPS[:1])
        wrong.rewards[0] = math.nan
        with pytest.raises(grpc.RpcError):
            stub.ComputeAdvantages(wrong)

    yield refused


# Small batches, which the threads of the network compute, and such that the pool computes.
SMALL, LARGE = 1, 4


@pytest.fixture(scope="module")
def sparse(tmp_path_factory):
    """(Prometheus, begin, end) after three hours of a call every ten minutes, the first a while after the start."""
    server = Server(tmp_path_factory.mktemp("server"), "--metrics-runs=4")
    history = History(HOURS * 3600, relevant)
    history.replica(server.http, server)
    with server.stub() as stub:
        history.advance(300)
        while history.now < history.end:
            history.advance(RHYTHM, *calls(stub, SMALL))
            history.advance(RHYTHM, *calls(stub, LARGE))
    assert server.stop() == 0
    prometheus = history.prometheus(tmp_path_factory.mktemp("prometheus"), PROMTOOL)
    # From a whole column after the first two calls on, with which the series of a run begin.
    yield prometheus, history.begin + 4 * RHYTHM, history.end
    assert prometheus.stop() == 0


@pytest.fixture(scope="module")
def busy(tmp_path_factory):
    """(Prometheus, begin, end) of a server under load, scraped every second."""
    server = Server(tmp_path_factory.mktemp("server"), "--metrics-runs=4")
    configuration = f"""\
global: {{scrape_interval: 1s}}
scrape_configs: [{{job_name: advantaged, static_configs: [{{targets: ["{server.http}"]}}]}}]
"""
    prometheus = Prometheus(tmp_path_factory.mktemp("prometheus"), configuration=configuration)
    done = threading.Event()

    def load():
        with server.stub() as stub:
            while not done.is_set():
                for call in calls(stub, LARGE):
                    call()

    eventually(lambda: prometheus.query("advantaged_build_info"), "a scrape before the first call")
    thread = threading.Thread(target=load)
    thread.start()
    try:
        count = "count_over_time(up[1m])"
        before = prometheus.value(count)
        eventually(lambda: prometheus.value(count) >= before + 3 * LIVE_WINDOW, "scrapes under load")
        now = prometheus.value("timestamp(up)")
    finally:
        done.set()
        thread.join()
    yield prometheus, now - 2 * LIVE_WINDOW, now
    assert server.stop() == 0
    assert prometheus.stop() == 0


def answers(running, panel, window, scrape, choices=None):
    prometheus, begin, end = running
    return ask(prometheus, panel, begin, end, window, scrape, choices)


def assert_answered(running, panel, window, scrape):
    """In each column, too: a panel with holes at the rhythm it is made for would be drawn as lone points."""
    _, begin, end = running
    columns = (end - begin) // window + 1
    for method in METHODS if panel["repeat"] else (None,):
        found = answers(running, panel, window, scrape, {panel["repeat"]: method} if method else None)
        for answer in found:
            assert answer.series, answer.target["expr"]
            assert all(math.isfinite(value) for value in answer.values()), answer.target["expr"]
            filled = {time for _, _, points in answer.series for time, _ in points}
            assert len(filled) == columns, answer.target["expr"]
        if panel["title"] not in MAY_BE_ZERO:
            assert any(value != 0 for answer in found for value in answer.values())


@pytest.mark.parametrize(("name", "panel"), PANELS)
def test_panel_has_data_at_a_call_every_ten_minutes(sparse, name, panel):
    assert_answered(sparse, panel, default_step(name), SCRAPE)


@pytest.mark.parametrize(("name", "panel"), PANELS)
def test_panel_has_data_under_load(busy, name, panel):
    assert_answered(busy, panel, LIVE_WINDOW, 1)


def only(running, name, title, window, scrape=SCRAPE):
    """The series of a panel with one query: points by legend."""
    panel, = (panel for panel in panels(name) if panel["title"] == title)
    answer, = answers(running, panel, window, scrape)
    return {legend: [value for _, value in points] for legend, _, points in answer.series}


def test_every_column_has_its_burst(sparse):
    """Neither lost between two columns nor counted by halves: small and large batches by turns."""
    values, = only(sparse, "researcher", "Groups in a step", default_step("researcher")).values()
    assert len(values) > 10
    for value, times in zip(values, (LARGE, SMALL) * len(values)):
        assert value == pytest.approx(len(METHODS) * times * len(GROUPS), rel=0.15), values


def test_a_step_shorter_than_the_rhythm_has_gaps(sparse):
    """So the test above sees what it should."""
    values, = only(sparse, "researcher", "Groups in a step", 60).values()
    assert min(values) == 0


def test_wait_is_zero_where_no_call_needs_a_thread(sparse):
    values, = only(sparse, "operator", "Wait for a thread", default_step("operator")).values()
    assert all(value > 0 for value in values[0::2]) and not any(values[1::2]), values


def test_legends_name_only_what_happened(sparse):
    step = default_step("operator")
    assert set(only(sparse, "operator", "Calls that did not end well", step)) == {"ComputeAdvantages InvalidArgument"}
    assert set(only(sparse, "operator", "Refused as wrong", step)) == {"rewards"}
    refused = only(sparse, "operator", "Refused", step)
    assert set(refused) == {"none"} and not any(refused["none"])


def test_restarted_replicas_add_what_they_did(tmp_path_factory):
    """Two replicas, each called every ten minutes; one starts again from 0, the other is away for a while."""
    def started():
        return Server(tmp_path_factory.mktemp("server"))

    history = History(2 * 3600, relevant)
    servers = {"one": started(), "two": started()}
    for instance, server in servers.items():
        history.replica(instance, server)

    def call():
        for server in filter(None, servers.values()):
            with server.stub() as stub:
                stub.ComputeAdvantages(batch(GROUPS))

    def replace(instance, server):
        if servers[instance]:
            assert servers[instance].stop() == 0
        servers[instance] = server
        history.replica(instance, server)

    history.advance(300)
    expected = []
    for change in (None, None, ("one", started), None, ("two", lambda: None), None, ("two", started), None, None):
        if change:
            instance, make = change
            replace(instance, make())
            history.advance(SCRAPE * 4)  # Prometheus sees the new one before its first call
        history.advance(RHYTHM - (SCRAPE * 4 if change else 0), call)
        expected.append(sum(map(bool, servers.values())) * len(GROUPS))
    for server in servers.values():
        assert server.stop() == 0
    prometheus = history.prometheus(tmp_path_factory.mktemp("prometheus"), PROMTOOL)
    try:
        running = prometheus, history.begin + 300 + RHYTHM, history.begin + 300 + len(expected) * RHYTHM
        values, = only(running, "researcher", "Groups in a step", RHYTHM).values()
    finally:
        assert prometheus.stop() == 0
    assert values == [pytest.approx(groups, rel=0.2) for groups in expected], values
    assert expected.count(len(GROUPS)) == 2


def test_every_panel_has_a_query():
    assert all(panel["targets"] for name in NAMES for panel in panels(name))
    assert len(PANELS) > 40
