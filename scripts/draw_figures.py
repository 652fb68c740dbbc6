#!/usr/bin/env python3
"""Draws the figures of docs/surrogates.md as SVG, from what `advctl describe` prints.

    scripts/draw_figures.py       (or: make figures)

Needs build/bin/advctl and Matplotlib (Debian: python3-matplotlib). The first five follow the
figures of the same number of arXiv 2510.23049v1, the fifth its appendix C.1; the others are ours.
"""

import json
import pathlib
import subprocess

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt  # noqa: E402  the backend comes first

ROOT = pathlib.Path(__file__).resolve().parent.parent
FIGURES = ROOT / "docs" / "figures"
K = 4
LAMBDA = 1.75

plt.style.use(ROOT / "scripts" / "figures.mplstyle")
plt.rcParams["lines.linewidth"] = 1.6


def describe(method, n=64, points=199, **parameters):
    settings = [word for name, value in parameters.items() for word in ("-p", f"{name}={value}")]
    command = [ROOT / "build/bin/advctl", "describe", method, *settings, "--n", str(n),
               "--points", str(points), "--local", "--output", "json"]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def curve(method, **arguments):
    return describe(method, **arguments)["curve"]


def panels(count, title, height=2.9):
    figure, axes = plt.subplots(1, count, figsize=(3.6 * count, height), squeeze=False)
    figure.suptitle(title, fontsize=10)
    for axis in axes[0]:
        axis.set_xlabel("success rate ρ")
        axis.set_xlim(0, 1)
    return figure, axes[0]


def save(figure, name):
    figure.axes[-1].legend(*figure.axes[-1].get_legend_handles_labels(),
                           loc="upper left", bbox_to_anchor=(1, 1))
    figure.tight_layout()
    figure.savefig(FIGURES / f"{name}.svg", metadata={"Date": None}, bbox_inches="tight")
    plt.close(figure)
    print(f"docs/figures/{name}.svg")


def effective_weights():
    n = 16
    figure, axes = panels(2, f"1  Effective gradient weights, K = {K}: limit, and n = {n} (dots)")
    for method, parameters, label in [
            ("grpo", {}, "GRPO"),
            ("pass_at_k_grpo", {"k": K}, "GRPO_K"),
            ("pass_at_k_shaped", {"k": K}, "shaped")]:
        described = describe(method, n=n, **parameters)
        points, table = described["curve"], described["table"]
        rho = [c / n for c in table["c"]]
        for axis, side in zip(axes, ("weight_correct", "weight_wrong")):
            line, = axis.plot(points["rho"], points[side], label=label)
            axis.plot(rho, table[side], "o", markersize=3, color=line.get_color())
    axes[0].set_title("W₊ of correct responses")
    axes[1].set_title("W₋ of wrong responses")
    save(figure, "1-effective-weights")


def combinations():
    figure, axes = panels(2, "2  The two combinations lie between GRPO (K = 1) and Skew-R (K → ∞)")
    for axis, method, title in [(axes[0], "combined_shaped", "combined, shaped (24)"),
                                (axes[1], "combined_direct", "combined, direct (25)")]:
        upper, lower = curve("grpo"), curve("skew_r")
        axis.fill_between(upper["rho"], lower["weight_correct"], upper["weight_correct"],
                          color="#eeeeee", label="envelope")
        for k in (2, 4, 8, 16):
            points = curve(method, k=k)
            axis.plot(points["rho"], points["weight_correct"], label=f"K = {k}")
        axis.plot(lower["rho"], lower["weight_correct"], "--", color="black", label="Skew-R")
        axis.set_title(f"W₊, {title}")
    save(figure, "2-combinations")


def regularized():
    figure, axes = panels(2, "3  Entropy-regularized GRPO beside Skew-R")
    for coefficient in (0.5, 1, 1.75, 2.5):
        points = curve("entropy_regularized", entropy_coefficient=coefficient)
        axes[0].plot(points["rho"], [
            (a - b) * rho * (1 - rho) for rho, a, b in
            zip(points["rho"], points["advantage_correct"], points["advantage_wrong"])],
            label=f"λ = {coefficient}")
        axes[1].plot(points["rho"], points["surrogate"], label=f"λ = {coefficient}")
    points = curve("skew_r")
    axes[0].plot(points["rho"], points["weight_correct"], "--", color="black", label="Skew-R")
    axes[1].plot(points["rho"], points["surrogate"], "--", color="black", label="Skew-R")
    axes[0].axhline(0, color="#888888", linewidth=0.8)
    axes[0].set_title("ρ(1−ρ)F′; below 0: away from success")
    axes[1].set_title("surrogate reward F")
    save(figure, "3-entropy-regularized")


def scalings():
    n = 16
    figure, axes = panels(3, f"4  GRPO_K's weight f₋ and the biased (1−ρ)^(K−1), n = {n}")
    for axis, (k, regime) in zip(axes, [(24, "K > n"), (12, "K ≈ n"), (3, "n ≫ K")]):
        biased = describe("biased_pass_at_k", n=n, k=k, base="grpo")["table"]
        rho = [c / n for c in biased["c"]]
        axis.plot(rho, biased["weight_correct"], "o-", markersize=3, label="biased, W₊ = W₋")
        if k > n:
            axis.set_title(f"K = {k}: {regime} (no unbiased one)")
        else:
            unbiased = describe("pass_at_k_grpo", n=n, k=k)["table"]
            axis.plot(rho, unbiased["weight_correct"], "s-", markersize=3, label="unbiased, W₊")
            axis.plot(rho, unbiased["weight_wrong"], "^-", markersize=3, label="unbiased, W₋")
            axis.set_title(f"K = {k}: {regime}")
    save(figure, "4-biased-and-unbiased")


def surrogates():
    figure, axes = panels(2, "5  What they maximize: surrogate rewards")
    for axis, method, title in [(axes[0], "pass_at_k_grpo", "GRPO_K: B(ρ; 1/2, K−1/2)"),
                                (axes[1], "pass_at_k_shaped", "shaped: (2/K) arcsin √ρ_K")]:
        for k in (1, 2, 4, 8, 16):
            points = curve(method, k=k)
            axis.plot(points["rho"], points["surrogate"], label=f"K = {k}")
        axis.set_title(title)
    save(figure, "5-surrogates")


def variance_stabilized():
    figure, axes = panels(3, f"6  Variance-stabilized Pass@K beside shaped GRPO, K = {K}: F′")
    grpo, shaped = curve("grpo"), curve("pass_at_k_shaped", k=K)
    for axis, n in zip(axes, (4, 16, 256)):
        points = curve("pass_at_k_variance_stabilized", n=n, k=K)
        axis.plot(points["rho"], points["surrogate_derivative"], label="variance-stabilized")
        axis.plot(shaped["rho"], shaped["surrogate_derivative"], label="shaped")
        axis.plot(grpo["rho"], grpo["surrogate_derivative"], "--", color="black", label="GRPO")
        axis.set_ylim(0, 6)
        axis.set_title(f"n = {n}")
    save(figure, "6-variance-stabilized")


def new_regularizer():
    n = 16
    figure, axes = panels(3, f"7  A new regularizer beside entropy, λ = {LAMBDA}")
    formula = {"formula": "2*asin(sqrt(rho))", "regularizer_coefficient": LAMBDA}
    for method, parameters, label in [
            ("grpo", {}, "GRPO"),
            ("entropy_regularized", {"entropy_coefficient": LAMBDA}, "entropy"),
            ("surrogate", {**formula, "regularizer": "rho-rho*log(rho)"}, "ρ − ρ ln ρ")]:
        points = curve(method, n=n, **parameters)
        for axis, key in zip(axes, ("surrogate", "advantage_correct", "coefficient_sd")):
            axis.plot(points["rho"], points[key], label=label)
    axes[0].set_title("surrogate reward F")
    axes[1].set_title("A₊ of correct responses")
    axes[1].axhline(0, color="#888888", linewidth=0.8)
    axes[1].set_ylim(-0.5, 6)
    axes[2].set_title(f"noise: sd of the coefficient, n = {n}")
    axes[2].set_ylim(0, 8)
    save(figure, "7-new-regularizer")


def main():
    FIGURES.mkdir(parents=True, exist_ok=True)
    for draw in (effective_weights, combinations, regularized, scalings, surrogates,
                 variance_stabilized, new_regularizer):
        draw()


if __name__ == "__main__":
    main()
