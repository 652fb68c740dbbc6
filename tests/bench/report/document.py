"""The report as Markdown."""

import statistics

from report.pairs import NotMeasured, quartiles, verdict

HEAD = """# Benchmarks

Written by `make bench`, which repeats all of it; do not edit. What is promised of speed and why a promise is not kept stands in
[`tests/bench/report/rows.py`](../tests/bench/report/rows.py).
"""
METHOD = """
## How to read it

Every ratio is of measurements in one run, in turn: baseline, candidate, baseline, … ({rounds} pairs). A candidate is divided by the geometric mean of the baselines around it; the table has the median, and the quartiles in brackets.
A/A, the baseline divided by itself one turn before, shows what the machine does: a ratio is no better known than that. A ratio is candidate to baseline; ≤ is for time, ≥ for rates. "about" marks a verdict whose limit lies between the quartiles.
The echo returns the request's bytes unread, over gRPC's generic callback API, with malloc tuned as the server's; client and server share this machine.
"""
HEADINGS = "| quantity | baseline in the same run | must | aim | measured | A/A | verdict |\n|---|---|---|---|---|---|---|"


def spread(values):
    """A median and its quartiles."""
    first, third = quartiles(values)
    return f"{statistics.median(values):.2f} ({first:.2f} … {third:.2f})"


def table_row(row, result):
    relation = "≤" if row.lower_is_better else "≥"
    must, aim = (f"{relation} {limit:g}" if limit is not None else "" for limit in (row.must, row.aim))
    if isinstance(result, NotMeasured):
        measured, again, said = "", "", f"not measured: {result.reason}"
    else:
        measured, again = spread(result.ratios), spread(result.again)
        said = verdict(result, row.must, row.aim, row.lower_is_better)
    return f"| {row.quantity} | {row.baseline} | {must} | {aim} | {measured} | {again} | {said} |"


def document(rows, results, rounds, machine, notes, figures):
    """`results` by row id; `figures`: (title, path) in the order of the page."""
    parts = [HEAD, "## Machine\n", *[f"- {line}" for line in machine], METHOD.format(rounds=rounds),
             "## Targets\n", HEADINGS]
    parts += [table_row(row, results.get(row.id, NotMeasured("left out of this run"))) for row in rows]
    missed = [row for row in rows if row.explanation and row.id in results
              and not isinstance(results[row.id], NotMeasured)
              and verdict(results[row.id], row.must, row.aim, row.lower_is_better).startswith("missed")]
    explanations = {row.explanation: [] for row in missed}
    for row in missed:
        explanations[row.explanation].append(row.quantity)
    if explanations:
        parts += ["\n## What was missed\n"]
        parts += [f"- {'; '.join(names)}: {text}" for text, names in explanations.items()]
    parts += [f"\n{note}" for note in notes]
    for title, path in figures:
        parts += [f"\n## {title}\n", f"![{title}]({path})"]
    return "\n".join(parts) + "\n"
