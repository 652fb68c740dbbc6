"""What an audit comes to, for people and for machines: what was found, what was not checked, and how much was."""

from __future__ import annotations

import collections
import dataclasses
import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from advantaged import line
from advantaged.audit import checks, outcome, page
from advantaged.audit.batch import Batch
from advantaged.audit.outcome import CHECKS, Finding, Outcome


class Row(NamedTuple):
    """Findings, or notes, that say the same."""

    name: str
    batches: int
    groups: int
    size: float
    """The largest."""
    text: str
    """With where the largest is."""


@dataclasses.dataclass(frozen=True)
class Report:
    """The outcomes of an audit of some batches under `settings`."""

    settings: dict[str, Any]
    batches: Sequence[Batch]
    outcomes: Sequence[Outcome]

    @classmethod
    def of(cls, batches: Sequence[Batch], settings: dict[str, Any]) -> Report:
        """Audits them. ValueError or TypeError for settings that no batch can be computed with."""
        return cls(settings, batches, [found for batch in batches for found in checks.examine(batch, settings)])

    @property
    def findings(self) -> list[Finding]:
        """All of them, by batch."""
        return [finding for entry in self.outcomes for finding in entry.findings]

    @property
    def notes(self) -> list[Finding]:
        """What is worth knowing, and no fault."""
        return [note for entry in self.outcomes for note in entry.notes]

    @property
    def unchecked(self) -> list[Outcome]:
        """What could not be checked, with the reason."""
        return [entry for entry in self.outcomes if entry.state == "unchecked"]

    @property
    def done(self) -> int:
        """How many checks were done: one check of one batch counts one."""
        return self._different("well", "found")

    @property
    def not_done(self) -> int:
        """How many checks could not be done, or not for all groups."""
        return self._different("unchecked")

    def _different(self, *states: str) -> int:
        return len({(entry.check, entry.step) for entry in self.outcomes if entry.state in states})

    def exit_code(self, allow_unchecked: bool = False) -> int:
        """0: all that applies was checked and is well. 1: something was found. 3: nothing was found, but something could
        not be checked; 0 with `allow_unchecked`."""
        if self.findings:
            return 1
        return 3 if (self.unchecked or not self.done) and not allow_unchecked else 0

    @property
    def method(self) -> str:
        """What the trainer is meant to compute, as typed: "grpo ddof=1"."""
        return line.write(self.settings)

    def json(self) -> str:
        """One object: method, batches, rows, checks (how many are done, unchecked, inapplicable), findings, notes,
        unchecked."""
        unchecked = [{"check": entry.check, "step": entry.step, "reason": entry.reason} for entry in self.unchecked]
        inapplicable = [{"check": check, "batches": count, "reason": reason}
                        for (check, reason), count in self._inapplicable().items()]
        return json.dumps({
            "method": self.method, "batches": len(self.batches), "rows": self._count(),
            "checks": {"done": self.done, "unchecked": self.not_done,
                       "inapplicable": sum(entry["batches"] for entry in inapplicable)},
            "findings": [finding.as_dict() for finding in self.findings], "notes": [note.as_dict() for note in self.notes],
            "unchecked": unchecked, "inapplicable": inapplicable}, allow_nan=False)

    def text(self) -> str:
        """A table."""
        lines = [self.head(), self.checked(), ""]
        rows = self.rows(self.findings)
        if rows:
            lines.append(f"{'finding':31} {'batches':>7} {'groups':>6} {'size':>9}")
        for row in rows:
            lines += [f"{row.name:31} {row.batches:7} {row.groups:6} {row.size:9.3g}", f"    {row.text}"]
        if not rows:
            lines.append(self.verdict())
        for title, said in (("not checked", self.not_checked()), ("worth knowing", self.worth_knowing())):
            if said:
                lines += ["", f"{title}:", *(f"    {line}" for line in said)]
        return "\n".join(lines) + "\n"

    def html(self) -> str:
        """A page of its own: the table, and the trainer's advantages beside the method's."""
        return page.write(self)

    def head(self) -> str:
        """What was audited."""
        batches = f"{len(self.batches)} {'batch' if len(self.batches) == 1 else 'batches'}"
        return f"{self._count()} rows in {batches}, said to be {self.method}"

    def checked(self) -> str:
        """How many checks were done, and why others were not."""
        said = f"Checks: {self.done} done, {self.not_done} not done"
        reasons = collections.Counter(reason for (_, reason), count in self._inapplicable().items() for _ in range(count))
        if reasons:
            said += ", {} do not apply ({})".format(sum(reasons.values()), ", ".join(
                f"{reason}: {count}" for reason, count in reasons.items()))
        return said

    def verdict(self) -> str:
        """Where nothing was found: what that means."""
        if not self.done:
            return "Nothing was checked."
        if self.unchecked:
            return "Nothing found in what was checked, and not everything was."
        compared = sum(entry.check == "other_definition" and entry.state == "well" for entry in self.outcomes)
        return "Nothing found: the numbers are the method's." if compared == len(self.batches) else "Nothing found."

    def not_checked(self) -> list[str]:
        """A line for each check and reason."""
        found: dict[str, list[Outcome]] = collections.defaultdict(list)
        for entry in self.unchecked:
            found[entry.reason].append(entry)
        return [f"{', '.join(dict.fromkeys(CHECKS[entry.check] for entry in entries))}: {reason} "
                f"({_steps([entry.step for entry in entries])})" for reason, entries in found.items()]

    def worth_knowing(self) -> list[str]:
        """A line for each note."""
        return [f"{row.name}: {row.text}" for row in self.rows(self.notes)]

    def rows(self, findings: Sequence[Finding]) -> list[Row]:
        """Those that say the same together, by kind; groups, size and example are those of the same batches."""
        found: dict[tuple[int, str], list[Finding]] = collections.defaultdict(list)
        order = list(CHECKS)
        for finding in findings:
            found[order.index(finding.kind), finding.what].append(finding)
        rows = []
        for (kind, what), same in sorted(found.items(), key=lambda entry: entry[0][0]):
            worst = max(same, key=lambda finding: (finding.size, finding.total))
            total = sum(finding.total for finding in same)
            others = [finding.others for finding in same]
            said = outcome.in_words(what, total, None if None in others else sum(filter(None, others)))
            where = ", ".join(map(outcome.shown, worst.groups[:3])) + (" ..." if worst.total > 3 else "")
            where = f"step {worst.step}: {where}" if where else f"step {worst.step}"
            rows.append(Row(CHECKS[order[kind]], len({finding.step for finding in same}), total, worst.size, f"{said} ({where})"))
        return rows

    def _count(self) -> int:
        return sum(len(batch.rewards) for batch in self.batches)

    def _inapplicable(self) -> dict[tuple[str, str], int]:
        return collections.Counter((entry.check, entry.reason) for entry in self.outcomes if entry.state == "inapplicable")


def _steps(steps: Sequence[Any]) -> str:
    different = list(dict.fromkeys(steps))
    return f"step {different[0]}" + (f" and {len(different) - 1} more" if len(different) > 1 else "")
