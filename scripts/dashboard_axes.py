"""Draws one panel of a dashboard with Matplotlib: about as Grafana would."""

import math

import matplotlib.pyplot as plt
from matplotlib.ticker import FuncFormatter, MaxNLocator

NAMED = {"semi-dark-red": "#c4423f", "semi-dark-blue": "#3274d9", "semi-dark-green": "#37872d", "light-orange": "#ffb357",
         "light-blue": "#8ab8ff", "semi-dark-purple": "#a352cc", "gray": "#8e8e8e", "blue": "#5794f2", "red": "#f2495c", "orange": "#ff9830",
         "green": "#73bf69"}
MOST_IN_LEGEND = 9


def written(value, unit):
    """As a person reads it."""
    if unit == "percentunit":
        return f"{100 * value:.3g} %"
    if unit == "s" and value:
        for size, name in ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"), (1e-3, "ms")):
            if abs(value) >= size:
                return f"{value / size:.3g} {name}"
        return f"{value * 1e6:.3g} µs"
    if unit == "bytes":
        return f"{value / 2**20:.3g} MiB" if abs(value) >= 2**20 else f"{value / 1024:.3g} KiB"
    return f"{value:.4g}"


def override(panel, legend):
    for entry in panel["fieldConfig"]["overrides"]:
        if entry["matcher"]["options"] == legend:
            color = entry["properties"][0]["value"]["fixedColor"]
            return NAMED.get(color, color)
    return None


def series(answers):
    """(legend, points) of all queries."""
    return [(legend, points) for answer in answers for legend, _, points in answer.series]


def hours(points, begin):
    return [(time - begin) / 3600 for time, _ in points]


def draw_stat(axes, panel, answers, begin):
    axes.axis("off")
    (_, points), = series(answers) or [("", [(0, math.nan)])]
    axes.text(0.5, 0.45, written(points[-1][1], panel["fieldConfig"]["defaults"]["unit"]), fontsize=19, ha="center", va="center",
              transform=axes.transAxes, color=NAMED["semi-dark-blue"])


def draw_lines(axes, panel, answers, begin):
    shown = series(answers)
    for legend, points in shown:
        axes.plot(hours(points, begin), [value for _, value in points], marker="o", markersize=2, linewidth=1,
                  label=legend or "value")
    finish_time(axes, panel, shown)


def draw_bars(axes, panel, answers, begin):
    percent = panel["fieldConfig"]["defaults"]["custom"]["stacking"]["mode"] == "percent"
    shown = series(answers)
    times = sorted({time for _, points in shown for time, _ in points})
    total = {time: sum(dict(points).get(time, 0) for _, points in shown) for time in times}
    base = dict.fromkeys(times, 0.0)
    colors = plt.get_cmap("tab20").colors
    for i, (legend, points) in enumerate(shown):
        values = dict(points)
        heights = [(values.get(time, 0) / total[time] if total[time] else 0) if percent else values.get(time, 0) for time in times]
        axes.bar([(time - begin) / 3600 for time in times], heights, width=0.15, bottom=[base[time] for time in times],
                 color=override(panel, legend) or colors[i % len(colors)], label=legend if sum(heights) else None)
        base = {time: base[time] + height for time, height in zip(times, heights)}
    finish_time(axes, panel, [entry for entry in shown if sum(value for _, value in entry[1])],
                "percentunit" if percent else None)


def finish_time(axes, panel, shown, unit=None):
    defaults = panel["fieldConfig"]["defaults"]
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: written(value, unit or defaults["unit"])))
    axes.yaxis.set_major_locator(MaxNLocator(4))
    axes.set_ylim(bottom=0)
    if defaults.get("max"):
        axes.set_ylim(top=defaults["max"] * 1.02)
    axes.set_xlabel("hours", labelpad=1)
    if 0 < len(shown) <= MOST_IN_LEGEND:
        axes.legend(fontsize=6.5, ncols=min(3, len(shown)), loc="upper left", bbox_to_anchor=(0, 1.02), handlelength=1,
                    frameon=True, framealpha=0.75, edgecolor="none")


def draw_heatmap(axes, panel, answers, begin):
    rows = sorted(((float(labels["le"]), dict(points)) for _, labels, points in answers[0].series), key=lambda row: row[0])
    times = sorted({time for _, points in rows for time in points})
    cells, below = [], dict.fromkeys(times, 0.0)
    for _, points in rows:  # of a classic histogram, which counts upwards
        cells.append([max(0.0, points.get(time, 0) - below[time]) ** 0.5 or math.nan for time in times])
        below = {time: points.get(time, 0) for time in times}
    mesh = axes.pcolormesh([(time - begin) / 3600 for time in times], range(len(rows)), cells, cmap="viridis", shading="nearest",
                           rasterized=False)
    mesh.set_edgecolor("face")
    step = max(1, len(rows) // 8)
    axes.set_yticks(range(0, len(rows), step), [written(edge, panel["options"]["yAxis"]["unit"])
                                                if math.isfinite(edge) else "∞" for edge, _ in rows][::step])
    axes.grid(False)
    axes.set_facecolor("#f4f4f4")
    axes.set_ylabel(panel["options"]["yAxis"]["axisLabel"], labelpad=1)
    axes.set_xlabel("hours", labelpad=1)


def draw_profile(axes, panel, answers, begin):
    shown = [(legend, sum(value for _, value in points)) for legend, points in series(answers)]
    color = NAMED[panel["fieldConfig"]["defaults"]["color"]["fixedColor"]]
    axes.bar(range(len(shown)), [value for _, value in shown], color=color)
    axes.set_xticks(range(0, len(shown), 2), [legend[:5] for legend, _ in shown][::2])
    axes.yaxis.set_major_locator(MaxNLocator(4))
    axes.set_xlabel("ρ̂ of the group, up to", labelpad=1)


def draw_table(axes, panel, answers, begin):
    axes.axis("off")
    labels = answers[0].series[0][1]
    text = "     ".join(f"{name} = {value}" for name, value in sorted(labels.items()) if not name.startswith("__"))
    axes.text(0, 0.6, text, fontsize=8.5, transform=axes.transAxes)


DRAW = {"stat": draw_stat, "heatmap": draw_heatmap, "bargauge": draw_profile, "table": draw_table}


def draw_panel(figure, box, panel, answers, begin):
    """`box` in parts of the figure."""
    axes = figure.add_axes(box)
    kind = panel["type"]
    if kind == "timeseries":
        drawn_as_bars = panel["fieldConfig"]["defaults"]["custom"].get("drawStyle") == "bars"
        (draw_bars if drawn_as_bars else draw_lines)(axes, panel, answers, begin)
    else:
        DRAW[kind](axes, panel, answers, begin)
    axes.set_title(panel["title"], fontsize=9, loc="left")
    axes.tick_params(labelsize=7, length=2)
    axes.xaxis.label.set_size(7)
    axes.yaxis.label.set_size(7)
