#!/usr/bin/env python3
"""Draws docs/figures/dashboard-*.svg: what the dashboards show of a training run that collapses, and of a service on its day.

    scripts/draw_dashboards.py       (or: make dashboards)

Twelve hours of a batch every ten minutes (dashboard_stories.py): real groups (data/humaneval_runs.jsonl) through real servers;
their pages, on a simulated clock, in a real Prometheus; the panels' own queries. Needs build/bin/advantaged, build/tools, and
of Debian python3-matplotlib, python3-grpcio and python3-cryptography. The researcher's picture is the
same each time; the operator's is not, for it has measured times.
"""

import io
import os
import pathlib
import re
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
os.environ |= {"ADVANTAGED_BINARY": str(ROOT / "build/bin/advantaged"), "ADVANTAGED_TOOLS": str(ROOT / "build/tools")}
sys.path[:0] = [str(ROOT / folder) for folder in ("tests/deploy/grafana", "tests/deploy", "tests/server",
                                                  "build/generated/python")]

import matplotlib  # noqa: E402  the path comes first

matplotlib.use("svg")
import matplotlib.pyplot as plt  # noqa: E402
from board import ask, default_step, load, put_in  # noqa: E402
from dashboard_axes import GREY, draw_panel  # noqa: E402
from dashboard_stories import HOURS, METHOD, collapse, service_day  # noqa: E402
from history import SCRAPE  # noqa: E402
from matplotlib.patches import FancyBboxPatch  # noqa: E402

STORIES = {"researcher": collapse, "operator": service_day}
UNIT = 0.3  # inches of a row of Grafana's grid, which has 24 columns
WIDTH = 12  # inches
GAP = 0.06  # inches around a panel
plt.style.use(ROOT / "scripts" / "figures.mplstyle")
plt.rcParams["font.sans-serif"] = ["DejaVu Sans", "Verdana"]  # each text of the file has the list


def card(figure, place, height):
    """The white background of a panel. Returns its left, top, width and height in inches, the top from above."""
    left, width = place["x"] * WIDTH / 24 + GAP, place["w"] * WIDTH / 24 - 2 * GAP
    top, tall = place["y"] * UNIT + GAP, place["h"] * UNIT - 2 * GAP
    figure.patches.append(FancyBboxPatch(
        (left / WIDTH, 1 - (top + tall) / height), width / WIDTH, tall / height, transform=figure.transFigure,
        boxstyle="square,pad=0", facecolor="white", edgecolor="#d8d9da", linewidth=0.8, zorder=-1))
    return left, top, width, tall


def smaller(svg):
    """With coordinates to a tenth of a point, and without comments, indentation and turns by nothing: half of the file."""
    def rounded(found):
        return re.sub(r"\d+\.\d+", lambda number: f"{float(number[0]):.1f}".removesuffix(".0"), found[0])
    svg = re.sub(r'\bd="[^"]*"|<text[^>]*>', rounded, svg)
    return re.sub(r"\n\s*", "\n", re.sub(r'\s*<!--.*?-->| transform="rotate\(-0 [^"]*"', "", svg))


def draw(name, prometheus, begin, end):
    """One picture: panels where Grafana has them."""
    panels = load(name)["panels"]
    height = max(panel["gridPos"]["y"] + panel["gridPos"]["h"] for panel in panels) * UNIT + GAP
    figure = plt.figure(figsize=(WIDTH, height), facecolor="#f4f5f5")
    for panel in panels:
        place = panel["gridPos"]
        if panel["type"] == "row":
            figure.text(2 * GAP / WIDTH, 1 - (place["y"] + 0.55) * UNIT / height, put_in(panel["title"], 1, 1, {"method": METHOD}),
                        fontsize=11, fontweight="bold", va="center", color=GREY)
            continue
        answers = ask(prometheus, panel, begin, end, default_step(name), SCRAPE)
        draw_panel(figure, card(figure, place, height), (WIDTH, height), panel, answers, (begin, end, HOURS))
    path = ROOT / "docs" / "figures" / f"dashboard-{name}.svg"
    text = io.StringIO()
    figure.savefig(text, format="svg", facecolor=figure.get_facecolor(), metadata={"Date": None})
    plt.close(figure)
    path.write_text(smaller(text.getvalue()), encoding="utf-8")
    print(f"{path.relative_to(ROOT)}  {path.stat().st_size // 1024} KiB")


def main():
    for name, story in STORIES.items():
        with tempfile.TemporaryDirectory() as folder:
            prometheus, begin, end = story(pathlib.Path(folder))
            try:
                draw(name, prometheus, begin, end)
            finally:
                prometheus.stop()


if __name__ == "__main__":
    main()
