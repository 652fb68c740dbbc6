"""What a check says of a batch: all is well, something is found, it was not checked, or it does not apply."""

from __future__ import annotations

import collections
from collections.abc import Hashable, Iterable, Sequence
from typing import Any, Literal, NamedTuple, Union

State = Literal["well", "found", "unchecked", "inapplicable"]
Step = Union[int, float, str]

# What each check is called in a report, in its order. A finding and a note have the name of their check.
CHECKS = {
    "unreadable_call": "calls that cannot be read",
    "reward_not_a_number": "rewards that are no number",
    "advantage_not_a_number": "advantages that are no number",
    "masked_row": "advantages of masked rows",
    "shared_baseline": "one baseline for several groups",
    "split_over_ranks": "groups split over ranks",
    "duplicated_identity": "one prompt, several ids",
    "mixed_identity": "one id, several prompts",
    "singleton": "groups of one",
    "leak_in_constant_group": "advantages in constant groups",
    "phantom_in_all_fail": "advantages where all failed",
    "noise_as_signal": "rounding noise as signal",
    "rows_as_responses": "rows counted as responses",
    "empty_response": "rows without a token",
    "other_definition": "another definition",
}


class Finding(NamedTuple):
    """One thing about one batch; also a note, which is no fault."""

    kind: str
    """A key of CHECKS."""
    step: Step
    groups: tuple[Hashable, ...]
    """Those concerned, at most ten."""
    total: int
    """How many groups are."""
    size: float
    """How much: the largest |advantage| concerned, or |difference|; 0 where there is no number."""
    what: str
    """What it is; {total} stands for the number of groups."""
    others: int | None = None
    """How many other groups have the method's numbers, where all others do."""

    @property
    def text(self) -> str:
        """What it is, in words."""
        return in_words(self.what, self.total, self.others)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {"kind": self.kind, "step": self.step, "groups": [named(group) for group in self.groups],
                "total": self.total, "size": self.size, "text": self.text}


class Outcome(NamedTuple):
    """What one check comes to in one batch. A check of which only a part could be done has two."""

    check: str
    step: Step
    state: State
    reason: str = ""
    """Why it was not checked, or does not apply."""
    findings: tuple[Finding, ...] = ()
    notes: tuple[Finding, ...] = ()
    """What is worth knowing, and no fault."""


def done(check: str, step: Step, findings: Iterable[Finding | None] = (), notes: Iterable[Finding | None] = ()) -> Outcome:
    """The outcome of a check that looked: found if there are findings. None among them stands for nothing."""
    found = tuple(finding for finding in findings if finding is not None)
    return Outcome(check, step, "found" if found else "well", "", found, tuple(note for note in notes if note is not None))


def finding(kind: str, step: Step, groups: Sequence[Hashable], size: float, what: str) -> Finding | None:
    """None where no group is concerned."""
    return Finding(kind, step, tuple(groups[:10]), len(groups), size, what) if groups else None


def unchecked(check: str, step: Step, reasons: Iterable[str]) -> list[Outcome]:
    """An outcome for each reason; with how many groups, where it is not all of them."""
    return [Outcome(check, step, "unchecked", reason + (f" ({count} groups)" if count > 1 else ""))
            for reason, count in collections.Counter(reasons).items()]


def in_words(what: str, total: int, others: int | None) -> str:
    """The text of findings that say the same of `total` groups, beside `others` that agree."""
    agreeing = f"; all other {others} groups agree" if others else ""
    return what.replace("{total}", str(total)) + agreeing


def shown(group: Hashable) -> str:
    """A group on one line of a terminal."""
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in str(group))


def named(group: Hashable) -> Any:
    """A group as JSON can say it."""
    return group if isinstance(group, (int, str)) and not isinstance(group, bool) else str(group)
