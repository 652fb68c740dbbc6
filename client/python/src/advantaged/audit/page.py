"""The report as an HTML page of its own."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

import numpy as np

from advantaged.audit.case import Case

if TYPE_CHECKING:
    from advantaged.audit.report import Report


def write(report: Report) -> str:
    """The whole page."""
    body = "".join(
        f"<tr><td>{html.escape(row.name)}<td>{row.batches}<td>{row.groups}<td>{row.size:.3g}<td>{html.escape(row.text)}</tr>"
        for row in report.rows(report.findings))
    grade = "unsure" if report.unchecked or not report.done else "good"
    verdict = f"<p class={grade}>{html.escape(report.verdict())}</p>"
    table = ("<table><tr><th>finding<th>batches<th>groups<th>size<th>what, and the largest</tr>"
             f"{body}</table>") if body else verdict
    lists = "".join(
        f"<h2>{title}</h2><ul>{''.join(f'<li>{html.escape(line)}' for line in said)}</ul>"
        for title, said in (("Not checked", report.not_checked()), ("Worth knowing", report.worth_knowing())) if said)
    return _PAGE.format(head=html.escape(report.head()), checked=html.escape(report.checked()), table=table, lists=lists,
                        plot=_plot(report))


def _plot(report: Report) -> str:
    """Each row a point: the method's advantage to the right, the trainer's up; on the diagonal they agree."""
    points = []
    for batch in report.batches:
        if batch.advantages is not None:
            case = Case(batch, report.settings)
            pairs = np.stack([case.values(), batch.advantages], 1)
            points.append(pairs[case.compared & np.isfinite(pairs).all(1)])
    joined = np.unique(np.round(np.concatenate(points), 4), axis=0)[:4000] if points else np.empty((0, 2))
    if not len(joined):
        return ""
    limit = max(1e-6, float(np.abs(joined).max())) * 1.08
    dots = "".join(f'<circle cx="{220 + 200 * x / limit:.1f}" cy="{220 - 200 * y / limit:.1f}" r="3" '
                   f'class="{"same" if abs(x - y) <= 1e-3 * limit else "other"}"/>' for x, y in joined)
    return _PLOT.format(dots=dots, limit=f"{limit:.2g}")


_PLOT = """<figure><svg viewBox="0 0 440 470" role="img" aria-label="advantages of the trainer against the method's">
<rect x="20" y="20" width="400" height="400" class="frame"/><path d="M20 220H420M220 20V420" class="axis"/>
<path d="M20 420L420 20" class="diagonal"/>{dots}
<text x="220" y="440">the method's advantage (to ±{limit})</text>
<text transform="translate(12 220) rotate(-90)">the trainer's</text></svg>
<figcaption>Each response is a point. On the diagonal both agree; red points are moved otherwise than the method says,
and red points above or below the middle of the horizontal axis have no signal at all.</figcaption></figure>"""
_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Audit of advantages</title><style>
body{{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1f24}}
table{{border-collapse:collapse;width:100%}}th,td{{text-align:left;padding:.4rem .8rem;border-bottom:1px solid #d5dae0;
vertical-align:top}}td:nth-child(n+2):nth-child(-n+4){{text-align:right;font-variant-numeric:tabular-nums}}
td:first-child{{font-weight:600}}.good{{color:#116329;font-weight:600}}.unsure{{color:#7d4e00;font-weight:600}}
h2{{font-size:1.1rem}}svg{{width:26rem;max-width:100%}}
.frame{{fill:none;stroke:#d5dae0}}.axis{{stroke:#d5dae0}}.diagonal{{stroke:#8b949e;stroke-dasharray:4}}
.same{{fill:#2f6feb;opacity:.6}}.other{{fill:#d1242f;opacity:.7}}text{{font-size:13px;text-anchor:middle;fill:#57606a}}
figcaption{{color:#57606a;font-size:.9rem}}</style>
<h1>What the trainer does</h1><p>{head}.</p><p>{checked}.</p>
{table}{lists}{plot}</html>
"""
