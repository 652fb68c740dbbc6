"""Draws one panel of a dashboard with Matplotlib: about as Grafana would."""

import math
import re

from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, MaxNLocator, MultipleLocator

NAMED = {"semi-dark-red": "#c4423f", "semi-dark-blue": "#3274d9", "semi-dark-green": "#37872d", "light-orange": "#ffb357",
         "light-blue": "#8ab8ff", "semi-dark-purple": "#a352cc", "gray": "#8e8e8e", "blue": "#5794f2", "red": "#e02f44",
         "orange": "#ff780a", "green": "#299c46"}
PALETTE = ("#56a64b", "#f2cc0c", "#3274d9", "#ff780a", "#e02f44", "#a352cc", "#8ab8ff", "#96d98d", "#8e8e8e", "#705da0")
GREY = "#464c54"
ROWS_OF_LEGEND = 3


def written(value, unit):
    """As a person reads it."""
    if unit == "percentunit":
        return f"{100 * value:.3g} %"
    if unit == "s" and value:
        for size, name in ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"), (1e-3, "ms")):
            if abs(value) >= size:
                return f"{value / size:.3g} {name}"
        return f"{value * 1e6:.3g} µs"
    if unit == "bytes" and value:
        for size, name in ((2**20, "MiB"), (2**10, "KiB")):
            if abs(value) >= size:
                return f"{value / size:.3g} {name}"
    return f"{value:.4g}"


def override(panel, legend, name):
    """The value of a property that a legend has of its own, by name or by pattern."""
    for entry in panel["fieldConfig"]["overrides"]:
        if re.fullmatch(entry["matcher"]["options"].strip("/"), legend):
            for item in entry["properties"]:
                if item["id"] == name:
                    return item["value"]
    return None


def own_color(panel, legend):
    color = (override(panel, legend, "color") or {}).get("fixedColor")
    return NAMED.get(color, color)


class Panel:
    """A panel's card, in inches of the figure, and its answers, over a time in seconds."""

    def __init__(self, figure, card, size, panel, answers, time):
        self.figure, self.card, self.size, self.panel, self.answers = figure, card, size, panel, answers
        self.begin, self.end, self.hours = time
        self.defaults = panel["fieldConfig"]["defaults"]
        self.shown = [(legend or "value", points) for answer in answers for legend, _, points in answer.series]
        left, top, _, _ = card
        figure.text((left + 0.1) / size[0], 1 - (top + 0.17) / size[1], panel["title"], fontsize=9, fontweight="bold",
                    va="center", color="#24292e")

    def box(self, left, top, right, bottom):
        """Axes inside the card, so many inches from its edges."""
        x, y, width, height = self.card
        axes = self.figure.add_axes(((x + left) / self.size[0], 1 - (y + height - bottom) / self.size[1],
                                     (width - left - right) / self.size[0], (height - top - bottom) / self.size[1]))
        axes.tick_params(labelsize=7, length=0, colors=GREY)
        for spine in axes.spines.values():
            spine.set_visible(False)
        axes.grid(axis="x", color="#eeeeee", linewidth=0.6)
        axes.grid(axis="y", color="#e4e5e6", linewidth=0.6)
        axes.set_axisbelow(True)
        return axes

    def hour(self, time):
        """As the picture counts them: from the first call on, which lies a little before the first column."""
        return self.hours - (self.end - time) / 3600

    def over_time(self, axes):
        axes.set_xlim(self.hour(self.begin) - 1 / 6, self.hours)
        axes.xaxis.set_major_locator(MultipleLocator(2))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g} h"))

    def vertical(self, axes, unit, largest):
        largest = largest or 1
        axes.set_ylim(0, largest)
        if unit == "bytes":
            axes.yaxis.set_major_locator(MultipleLocator(2 ** math.ceil(math.log2(largest / 4))))
        else:
            axes.yaxis.set_major_locator(MaxNLocator(4, integer=unit == "short" and largest >= 4))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: written(value, unit)))

    def legend(self, entries):
        """(text, colour) in lines below the plot, as many as fit."""
        x, y, width, height = self.card
        at, row = 0.12, 0
        for text, color in entries:
            needed = 0.28 + 0.062 * len(text)
            if at + needed > width and at > 0.12:
                at, row = 0.12, row + 1
                if row == ROWS_OF_LEGEND:
                    return
            level = 1 - (y + height - 0.13 * self.lines(entries) + 0.13 * row - 0.02) / self.size[1]
            self.figure.patches.append(Rectangle(
                ((x + at) / self.size[0], level - 0.012 / self.size[1]), 0.13 / self.size[0], 0.032 / self.size[1],
                transform=self.figure.transFigure, facecolor=color, edgecolor="none"))
            self.figure.text((x + at + 0.17) / self.size[0], level, text, fontsize=6.5, va="center", color=GREY)
            at += needed

    def lines(self, entries):
        """Of the legend."""
        at, rows = 0.12, 1
        for text, _ in entries:
            needed = 0.28 + 0.062 * len(text)
            if at + needed > self.card[2] and at > 0.12:
                at, rows = 0.12, rows + 1
            at += needed
        return min(rows, ROWS_OF_LEGEND) if entries else 0

    def plot(self, entries):
        return self.box(0.62, 0.36, 0.15, 0.26 + 0.13 * self.lines(entries))


def draw_stat(frame):
    """The last value, coloured by its threshold, over a line of all values."""
    (_, points), = frame.shown
    steps = frame.defaults.get("thresholds", {}).get("steps", [])
    last = points[-1][1]
    color = "blue"
    for step in steps:
        if step["value"] is None or last >= step["value"]:
            color = step["color"]
    color = NAMED.get(color, color)
    axes = frame.box(0.02, 0.85, 0.02, 0.02)
    axes.axis("off")
    values = [float(f"{value:.2g}") for _, value in points]  # without the milliseconds, which differ each time
    axes.fill_between([time for time, _ in points], values, color=color, alpha=0.15, linewidth=0)
    axes.plot([time for time, _ in points], values, color=color, linewidth=1)
    axes.set_ylim(0, 1.1 * max(values) or 1)
    axes.margins(x=0)
    x, y, width, _ = frame.card
    frame.figure.text((x + width / 2) / frame.size[0], 1 - (y + 0.58) / frame.size[1],
                      written(last, frame.defaults["unit"]), fontsize=18, ha="center", va="center", color=color,
                      fontweight="bold")


def draw_lines(frame):
    entries = [(legend, PALETTE[i % len(PALETTE)]) for i, (legend, _) in enumerate(frame.shown)]
    axes = frame.plot(entries)
    for (_, points), (legend, color) in zip(frame.shown, entries):
        axes.plot([frame.hour(time) for time, _ in points], [value for _, value in points], color=color, linewidth=1.2,
                  marker="o" if len(points) == 1 else None, markersize=3, clip_on=False,
                  linestyle=(0, (4, 3)) if override(frame.panel, legend, "custom.lineStyle") else "-")
    highest = max(value for _, points in frame.shown for _, value in points)
    frame.over_time(axes)
    frame.vertical(axes, frame.defaults["unit"], frame.defaults.get("max") or 1.08 * highest)
    frame.legend(entries)


def across(axes, xs, low, high):
    """White lines between columns, as one path."""
    axes.plot([x for x in xs for _ in range(3)], [low, high, math.nan] * len(xs), color="white", linewidth=0.4)


def draw_bars(frame):
    percent = frame.defaults["custom"]["stacking"]["mode"] == "percent"
    times = sorted({time for _, points in frame.shown for time, _ in points})
    step = (times[1] - times[0]) / 3600
    base = [0.0] * len(times)
    totals = [sum(dict(points).get(time, 0) for _, points in frame.shown) for time in times]
    shown = [entry for entry in frame.shown if any(value for _, value in entry[1])]
    entries = [(legend, own_color(frame.panel, legend) or PALETTE[i % len(PALETTE)]) for i, (legend, _) in enumerate(shown)]
    axes = frame.plot(entries)
    edges = [frame.hour(time) - step for time in times] + [frame.hour(times[-1])]
    for (_, points), (_, color) in zip(shown, entries):
        values = dict(points)
        heights = [values.get(time, 0) / (total or 1) if percent else values.get(time, 0) for time, total in zip(times, totals)]
        above = [low + height for low, height in zip(base, heights)]
        axes.stairs(above, edges, baseline=base, fill=True, color=color, antialiased=False)
        base = above
    across(axes, edges, 0, max(base) * 1.1)
    frame.over_time(axes)
    frame.vertical(axes, "percentunit" if percent else frame.defaults["unit"], 1 if percent else 1.08 * max(base))
    if not shown:
        axes.text(0.5, 0.5, "0 all the time", transform=axes.transAxes, ha="center", va="center", fontsize=8, color=GREY)
    frame.legend(entries)


def draw_heatmap(frame):
    rows = sorted(((float(labels["le"]), dict(points)) for _, labels, points in frame.answers[0].series),
                  key=lambda row: row[0])
    times = sorted({time for _, points in rows for time in points})
    cells, below = [], dict.fromkeys(times, 0.0)
    for _, points in rows:  # of a classic histogram, which counts upwards
        cells.append([math.sqrt(max(0.0, points.get(time, 0) - below[time])) or math.nan for time in times])
        below = {time: points.get(time, 0) for time in times}
    while len(cells) > 1 and all(map(math.isnan, cells[-1])) and rows[-1][0] == math.inf:  # nothing beyond the last edge
        cells, rows = cells[:-1], rows[:-1]
    axes = frame.box(0.62, 0.36, 0.15, 0.28)
    step = (times[1] - times[0]) / 3600
    axes.imshow(cells, origin="lower", aspect="auto", cmap="viridis", vmin=0, interpolation="none",
                extent=(frame.hour(times[0]) - step, frame.hour(times[-1]), -0.5, len(rows) - 0.5))
    xs = [x for line in range(len(rows) + 1) for x in (frame.hour(times[0]) - step, frame.hour(times[-1]), math.nan)]
    axes.plot(xs, [line - 0.5 for line in range(len(rows) + 1) for _ in range(3)], color="white", linewidth=0.8)
    every = max(1, math.ceil(len(rows) / 9))
    unit = frame.panel["options"]["yAxis"]["unit"]
    axes.set_yticks(range(0, len(rows), every), [written(edge, unit) if math.isfinite(edge) else "∞" for edge, _ in rows][::every])
    axes.grid(False)
    axes.set_facecolor("#f7f8fa")
    frame.over_time(axes)


def draw_profile(frame):
    shown = [(legend, sum(value for _, value in points)) for legend, points in frame.shown]
    axes = frame.box(0.62, 0.36, 0.15, 0.28)
    axes.bar(range(len(shown)), [value for _, value in shown], color=NAMED[frame.defaults["color"]["fixedColor"]], width=0.8)
    axes.set_xticks(range(0, len(shown), 2), [f"≤ {legend}" for legend, _ in shown][::2])
    axes.grid(axis="x", visible=False)
    frame.vertical(axes, frame.defaults["unit"], 1.08 * max(value for _, value in shown))


def draw_table(frame):
    rows = [labels for _, labels, _ in frame.answers[0].series]
    names = sorted(name for name in rows[0] if not name.startswith("__"))
    axes = frame.box(0.12, 0.36, 0.12, 0.12)
    axes.axis("off")
    for x, name in enumerate(names):
        for y, text in enumerate([name] + [labels[name] for labels in rows]):
            axes.text(x / len(names), 1 - (y + 0.5) / 5, text, fontsize=8, transform=axes.transAxes, va="center",
                      fontweight="normal" if y else "bold", color=GREY)


DRAW = {"stat": draw_stat, "heatmap": draw_heatmap, "bargauge": draw_profile, "table": draw_table}


def draw_panel(figure, card, size, panel, answers, time):
    """`card`: left, top, width, height, and `size`: of the figure, in inches. `time`: first and last second, and the hour that
    the last one is called."""
    frame = Panel(figure, card, size, panel, answers, time)
    kind = panel["type"]
    if kind == "timeseries":
        (draw_bars if frame.defaults["custom"].get("drawStyle") == "bars" else draw_lines)(frame)
    else:
        DRAW[kind](frame)
