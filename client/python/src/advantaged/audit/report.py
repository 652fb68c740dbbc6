"""What an audit found, for people, for machines, and as a page."""

from __future__ import annotations

import collections
import dataclasses
import html
import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from advantaged import line
from advantaged.audit import checks, variants
from advantaged.audit.batch import Batch

NAMES = {
    "split_over_ranks": "groups split over ranks", "duplicated_identity": "one prompt, several ids",
    "mixed_identity": "one id, several prompts", "singleton": "groups of one",
    "leak_in_constant_group": "advantages in constant groups", "phantom_in_all_fail": "advantages where all failed",
    "noise_as_signal": "rounding noise as signal", "rows_as_responses": "rows counted as responses",
    "other_definition": "another definition",
}


@dataclasses.dataclass(frozen=True)
class Report:
    """The findings of an audit of some batches under `settings`."""

    settings: dict[str, Any]
    batches: Sequence[Batch]
    findings: Sequence[checks.Finding]

    @classmethod
    def of(cls, batches: Sequence[Batch], settings: dict[str, Any]) -> Report:
        """Audits them."""
        return cls(settings, batches, [finding for batch in batches for finding in checks.audit(batch, settings)])

    @property
    def method(self) -> str:
        """What the trainer is meant to compute, as typed: "grpo ddof=1"."""
        return line.write(self.settings)

    def json(self) -> str:
        """One object: method, batches, rows, findings."""
        return json.dumps({"method": self.method, "batches": len(self.batches),
                           "rows": sum(len(batch.rewards) for batch in self.batches),
                           "findings": [finding._asdict() for finding in self.findings]}, default=str)

    def rows(self) -> list[tuple[str, int, int, float, str]]:
        """By kind: name, batches, groups, the largest size, the text of the largest."""
        kinds: dict[str, list[checks.Finding]] = collections.defaultdict(list)
        for finding in self.findings:
            kinds[finding.kind].append(finding)
        found = []
        for kind, name in NAMES.items():
            if kind in kinds:
                worst = max(kinds[kind], key=lambda finding: (finding.size, finding.total))
                where = ", ".join(map(str, worst.groups[:3])) + (" ..." if worst.total > 3 else "")
                found.append((name, len(kinds[kind]), sum(finding.total for finding in kinds[kind]), worst.size,
                              f"{worst.text} (step {worst.step}: {where})"))
        return found

    def text(self) -> str:
        """A table."""
        count = sum(len(batch.rewards) for batch in self.batches)
        head = f"{count} rows in {len(self.batches)} {'batch' if len(self.batches) == 1 else 'batches'}, said to be {self.method}\n\n"
        if not self.findings:
            return head + "Nothing found: groups are whole, and the numbers are the method's.\n"
        lines = [f"{'finding':31} {'batches':>7} {'groups':>6} {'size':>9}"]
        for name, batches, groups, size, text in self.rows():
            lines.append(f"{name:31} {batches:7} {groups:6} {size:9.3g}\n    {text}")
        return head + "\n".join(lines) + "\n"

    def html(self) -> str:
        """A page of its own: the table, and the trainer's advantages beside the method's."""
        body = "".join(
            f"<tr><td>{html.escape(name)}<td>{batches}<td>{groups}<td>{size:.3g}<td>{html.escape(text)}</tr>"
            for name, batches, groups, size, text in self.rows())
        verdict = "<p class=good>Nothing found: groups are whole, and the numbers are the method's.</p>"
        table = ("<table><tr><th>finding<th>batches<th>groups<th>size<th>what, and the largest</tr>"
                 f"{body}</table>") if body else verdict
        rows = sum(len(batch.rewards) for batch in self.batches)
        return _PAGE.format(method=html.escape(self.method), batches=len(self.batches), rows=rows,
                            table=table, plot=self._plot())

    def _plot(self) -> str:
        """Each row a point: the method's advantage to the right, the trainer's up; on the diagonal they agree."""
        points = []
        for batch in self.batches:
            ours = variants.compute(batch, self.settings)
            if ours is not None:
                points.append(np.stack([ours, batch.advantages], 1))
        if not points:
            return ""
        joined = np.unique(np.round(np.concatenate(points), 4), axis=0)[:4000]
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
td:first-child{{font-weight:600}}.good{{color:#116329;font-weight:600}}svg{{width:26rem;max-width:100%}}
.frame{{fill:none;stroke:#d5dae0}}.axis{{stroke:#d5dae0}}.diagonal{{stroke:#8b949e;stroke-dasharray:4}}
.same{{fill:#2f6feb;opacity:.6}}.other{{fill:#d1242f;opacity:.7}}text{{font-size:13px;text-anchor:middle;fill:#57606a}}
figcaption{{color:#57606a;font-size:.9rem}}</style>
<h1>What the trainer does</h1><p>{rows} rows in {batches} batches, said to be advantages of <code>{method}</code>.</p>
{table}{plot}</html>
"""
