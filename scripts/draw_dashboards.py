#!/usr/bin/env python3
"""Draws docs/figures/dashboard-*.png: what the dashboards show of a training run whose success collapses.

    scripts/draw_dashboards.py       (or: make dashboards)

Twelve hours of a batch every ten minutes: real groups (data/humaneval_runs.jsonl), chosen harder or easier as the run goes,
through a real server; its pages, on a simulated clock, in a real Prometheus; the panels' own queries. Needs
build/bin/advantaged, build/tools, and of Debian python3-matplotlib and python3-grpcio.
"""

import math
import os
import pathlib
import random
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
os.environ |= {"SOURCE_DIR": str(ROOT), "ADVANTAGED_BINARY": str(ROOT / "build/bin/advantaged"),
               "ADVANTAGED_TOOLS": str(ROOT / "build/tools")}
sys.path[:0] = [str(ROOT / folder) for folder in ("tests/deploy/grafana", "tests/server", "build/generated/python")]

import grpc  # noqa: E402  the path comes first
import matplotlib  # noqa: E402

matplotlib.use("agg")
import matplotlib.pyplot as plt  # noqa: E402
from board import ask, load  # noqa: E402
from dashboard_axes import draw_panel  # noqa: E402
from feed import batch, drawn  # noqa: E402
from history import SCRAPE, History  # noqa: E402
from running_server import Server  # noqa: E402

PROMTOOL = ROOT / "build/tools/promtool"
HOURS, RHYTHM, STEP = 12, 600, 600
COLLAPSE = 8 * 3600
GROUPS = 128
METHOD = "grpo"
plt.style.use(ROOT / "scripts" / "figures.mplstyle")


def success(seconds):
    """The run learns for eight hours, then forgets within the next."""
    learned = 0.3 + 0.45 * (1 - math.exp(-seconds / (3 * 3600)))
    forgotten = min(1.0, max(0.0, (seconds - COLLAPSE) / 3600))
    return learned * (1 - forgotten) + 0.01 * forgotten


def send_not_a_number(stub, groups):
    """The reward function has broken, too."""
    request = batch(groups, METHOD, "math")
    request.rewards[0] = math.nan
    try:
        stub.ComputeAdvantages(request)
    except grpc.RpcError as error:
        assert error.code() == grpc.StatusCode.INVALID_ARGUMENT, error


def train(folder):
    """A Prometheus with the run in it, and its first and last second."""
    server = Server(folder, "--metrics-runs=2")
    history = History(HOURS * 3600, lambda line: 'method="' not in line.replace("grpc_method", "")
                      or f'method="{METHOD}"' in line)
    history.replica(server.http, server)
    rng = random.Random(1)
    with server.stub() as stub:
        history.advance(RHYTHM)
        while history.now < history.end:
            groups = drawn(success(history.now - history.begin), GROUPS, rng)
            calls = [lambda groups=groups: stub.ComputeAdvantages(batch(groups, METHOD, "math"))]
            if COLLAPSE < history.now - history.begin < COLLAPSE + 3600:
                calls.append(lambda groups=groups: send_not_a_number(stub, groups))
            history.advance(RHYTHM, *calls)
    server.stop()
    return history.prometheus(pathlib.Path(folder), PROMTOOL), history.begin + 2 * RHYTHM, history.end


def draw(name, prometheus, begin, end):
    """One picture: panels where Grafana has them."""
    panels = load(name)["panels"]
    rows = max(panel["gridPos"]["y"] + panel["gridPos"]["h"] for panel in panels)
    figure = plt.figure(figsize=(15, rows * 0.36))
    for panel in panels:
        place = panel["gridPos"]
        left, top = place["x"] / 24, 1 - place["y"] / rows
        if panel["type"] == "row":
            figure.text(left + 0.005, top - 0.8 / rows, panel["title"], fontsize=12, fontweight="bold", va="center")
            continue
        box = [left + 0.035, top - (place["h"] - 1.3) / rows, place["w"] / 24 - 0.06, (place["h"] - 2.5) / rows]
        draw_panel(figure, box, panel, ask(prometheus, panel, begin, end, STEP, SCRAPE), begin)
    path = ROOT / "docs" / "figures" / f"dashboard-{name}.png"
    figure.savefig(path, dpi=80)
    plt.close(figure)
    print(f"{path.relative_to(ROOT)}  {path.stat().st_size // 1024} KiB")


def main():
    with tempfile.TemporaryDirectory() as folder:
        prometheus, begin, end = train(folder)
        try:
            for name in ("researcher", "operator"):
                draw(name, prometheus, begin, end)
        finally:
            prometheus.stop()


if __name__ == "__main__":
    main()
