"""Every query of every panel has an answer, at a call every ten minutes and under load."""

import math
import os
import pathlib
import threading

import grpc
import pytest
from board import NAMES, ask, panels
from feed import GROUPS, batch
from history import SCRAPE, History
from prometheus_server import Prometheus
from running_server import Server, eventually

PROMTOOL = pathlib.Path(os.environ["ADVANTAGED_TOOLS"], "promtool")
HOURS = 3
RHYTHM = 600  # seconds between two calls
WINDOW = 600  # the dashboards' default
# Calls, and how often they have the groups of the data; the larger one is computed by the pool.
METHODS = {"grpo": 4, "pass_at_k_grpo": 1}
LIVE_WINDOW = 4  # seconds between two columns under load
PANELS = [pytest.param(panel, id=f"{name}, {panel['title']}") for name in NAMES for panel in panels(name)]
# 0 is what an operator wants to see there, and a few are 0 at rest.
MAY_BE_ZERO = {"Failed by our fault", "Certificate expires in", "Calls that did not end well", "Refused as wrong", "Streams",
               "In flight and queued", "Refused", "Expired and cancelled", "Starts and drains",
               "TLS handshakes", "On scalar kernels", "Reloads", "Log lines dropped", "Clipped and refused"}


def relevant(line):
    """Without the series of methods that nobody uses, which are most of a page."""
    return 'method="' not in line.replace("grpc_method", "") or any(f'{{method="{name}"' in line or f',method="{name}"' in line
                                                                    for name in METHODS)


def calls(stub, run):
    """One of each method, and one that is refused."""
    for method, times in METHODS.items():
        yield lambda method=method, times=times: stub.ComputeAdvantages(batch(GROUPS * times, method, run))

    def refused():
        wrong = batch(GROUPS[:1])
        wrong.rewards[0] = math.nan
        with pytest.raises(grpc.RpcError):
            stub.ComputeAdvantages(wrong)

    yield refused


@pytest.fixture(scope="module")
def sparse(tmp_path_factory):
    """(Prometheus, begin, end) after three hours of a call every ten minutes, the first a while after the start."""
    server = Server(tmp_path_factory.mktemp("server"), "--metrics-runs=4")
    history = History(server, HOURS * 3600, relevant)
    with server.stub() as stub:
        history.advance(300)
        while history.now < history.end:
            history.advance(RHYTHM, *calls(stub, "math"))
    assert server.stop() == 0
    prometheus = history.prometheus(tmp_path_factory.mktemp("prometheus"), PROMTOOL)
    # From a whole column after the first call on.
    yield prometheus, history.begin + 2 * RHYTHM, history.end
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
                for call in calls(stub, "math"):
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


def answers(running, panel, window, scrape):
    prometheus, begin, end = running
    return ask(prometheus, panel, begin, end, window, scrape)


def assert_answered(panel, found):
    for answer in found:
        assert answer.series, answer.target["expr"]
        assert all(math.isfinite(value) for value in answer.values()), answer.target["expr"]
    if panel["title"] not in MAY_BE_ZERO:
        assert any(value != 0 for answer in found for value in answer.values())


@pytest.mark.parametrize("panel", PANELS)
def test_panel_has_data_at_a_call_every_ten_minutes(sparse, panel):
    assert_answered(panel, answers(sparse, panel, WINDOW, SCRAPE))


@pytest.mark.parametrize("panel", PANELS)
def test_panel_has_data_under_load(busy, panel):
    assert_answered(panel, answers(busy, panel, LIVE_WINDOW, 1))


def groups_in_a_step(running, window):
    panel, = (panel for panel in panels("researcher") if panel["title"] == "Groups in a step")
    answer, = answers(running, panel, window, SCRAPE)
    return answer.values()


def test_every_column_has_its_burst(sparse):
    """Neither lost between two columns nor counted by halves: five times the groups of the data."""
    values = groups_in_a_step(sparse, WINDOW)
    assert len(values) > 10
    assert all(value == pytest.approx(sum(METHODS.values()) * len(GROUPS), rel=0.15) for value in values), values


def test_a_step_shorter_than_the_rhythm_has_gaps(sparse):
    """So the test above sees what it should."""
    assert min(groups_in_a_step(sparse, 60)) == 0


def test_every_panel_has_a_query():
    assert all(panel.values[0]["targets"] for panel in PANELS)
    assert len(PANELS) > 40
