"""The figures of the report."""

import pathlib

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt  # noqa: E402  the backend comes first

from report.growth import KINDS  # noqa: E402

plt.style.use(pathlib.Path(__file__).resolve().parents[3] / "scripts" / "figures.mplstyle")


def _save(figure, path):
    figure.tight_layout()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def growth(curves, path):
    figure, axes = plt.subplots(1, len(KINDS), figsize=(9, 3.2), sharey=True)
    for axis, (kind, label) in zip(axes, KINDS.items()):
        for shape, points in curves[kind].items():
            axis.plot(*zip(*points), "o-", markersize=3, label=shape)
        axis.set_xscale("log", base=2)
        axis.set_yscale("log")
        axis.set_xlabel(label)
    axes[0].set_ylabel("ns a response")
    axes[0].legend()
    _save(figure, path)


def memory(samples, bound, path):
    figure, axis = plt.subplots(figsize=(9, 2.8))
    axis.plot(*zip(*samples), linewidth=0.8)
    axis.axhline(bound, linestyle="--", color="black", linewidth=0.8)
    axis.set_xlabel("seconds of mixed load; dashed: the bound")
    axis.set_ylabel("resident MiB")
    axis.set_ylim(0)
    _save(figure, path)
