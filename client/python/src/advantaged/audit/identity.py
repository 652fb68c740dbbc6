"""Who belongs together: whether ids, prompts, ranks and responses make the groups that the numbers follow."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from advantaged.audit.batch import Floats
from advantaged.audit.case import SAME, Case, Rows
from advantaged.audit.definition import Comparison
from advantaged.audit.outcome import Outcome, done, finding
from advantaged.audit.reference import Codes, codes_of


def of_ids(case: Case, comparison: Comparison | None) -> Iterator[Outcome]:
    """Prompts and ids, and groups of one. `comparison`: None without advantages."""
    step, prompts = case.batch.step, case.batch.prompts
    if prompts is None:
        yield from (Outcome(check, step, "inapplicable", "no prompts")
                    for check in ("duplicated_identity", "mixed_identity"))
    else:
        codes, _ = codes_of(prompts)
        yield _duplicated(case, comparison, codes)
        mixed = [group for group, rows in enumerate(case.members) if len(np.unique(codes[rows])) > 1]
        size = case.largest(case.advantages, mixed) if comparison else 0.0
        yield done("mixed_identity", step, [finding(
            "mixed_identity", step, case.names(mixed), size,
            "several prompts under one group id: they are each other's baseline")])
    yield _singletons(case, comparison)


def _duplicated(case: Case, comparison: Comparison | None, prompts: Codes) -> Outcome:
    """One prompt under several ids: a fault where each part has a baseline of its own, else worth knowing."""
    check, step = "duplicated_identity", case.batch.step
    ids: dict[int, list[int]] = {}
    for prompt, group in sorted(set(zip(prompts.tolist(), case.codes.tolist()))):
        ids.setdefault(prompt, []).append(group)
    several = [groups for groups in ids.values() if len(groups) > 1]
    first = np.arange(len(case.labels))
    for groups in several:
        first[groups] = groups[0]
    merged = first[case.codes]
    apart, together, alike = _sorted_out(comparison, several, merged) if comparison else ([], [], sum(several, []))
    size = comparison.size(apart, case.values(0, merged)) if comparison and apart else 0.0
    if comparison:
        comparison.explain(together)
    return done(check, step, [finding(
        check, step, case.names(apart), size, "one prompt under several group ids: each part is its own baseline")], [
        finding(check, step, case.names(together), 0.0, "one prompt under several group ids, which share one baseline"),
        finding(check, step, case.names(alike), 0.0,
                "one prompt under several group ids; whether they share a baseline, the numbers do not tell")])


def _sorted_out(comparison: Comparison, several: list[list[int]], merged: Codes) -> tuple[list[int], list[int], list[int]]:
    """Groups of one prompt: those with a baseline each, those that share one, and those of which it is not known."""
    case = comparison.case
    apart: list[int] = []
    together: list[int] = []
    alike: list[int] = []
    open_ones = several
    for i in range(len(case.definitions)):
        if not open_ones:
            break
        by_id, by_prompt = comparison.fitting(i), comparison.fitting(i, merged)
        waiting = []
        for groups in open_ones:
            is_apart, is_together = bool(by_id[groups].all()), bool(by_prompt[groups].all())
            if is_apart or is_together:
                (alike if is_apart and is_together else apart if is_apart else together).extend(groups)
            else:
                waiting.append(groups)
        open_ones = waiting
    for groups in open_ones:
        (apart if _on_lines_apart(case, [case.members[group] for group in groups]) else alike).extend(groups)
    return apart, together, alike


def _singletons(case: Case, comparison: Comparison | None) -> Outcome:
    check, step = "singleton", case.batch.step
    alone = np.flatnonzero(case.alone).tolist()
    if comparison is None:
        return done(check, step, [finding(check, step, case.names(alone), 0.0, "groups of one have no baseline")])
    sizes = {group: case.largest(case.advantages, [group]) for group in alone}
    lost = [group for group in alone if not np.isfinite(case.advantages[case.members[group]]).all()]
    moved = [group for group in alone if sizes[group] > 0 and group not in lost]
    still = [group for group in alone if sizes[group] == 0 and group not in lost]
    return done(check, step, [
        finding(check, step, case.names(moved), max((sizes[group] for group in moved), default=0.0),
                "groups of one have no baseline; {total} of them get an advantage all the same"),
        finding(check, step, case.names(still), 0.0, "groups of one have no baseline; they get 0"),
        finding(check, step, case.names(lost), 0.0, "groups of one have no baseline; they get no number")])


def of_numbers(comparison: Comparison) -> Iterator[Outcome]:
    """Groups that the trainer took in parts, or by rows."""
    yield from _split(comparison)
    yield from _rows_as_responses(comparison)


def _split(comparison: Comparison) -> Iterator[Outcome]:
    case, check, step = comparison.case, "split_over_ranks", comparison.case.batch.step
    if case.batch.ranks is None:
        yield Outcome(check, step, "inapplicable", "no ranks")
        return
    ranks, _ = codes_of(case.batch.ranks)
    split = np.array([len(np.unique(ranks[rows])) > 1 for rows in case.members], bool)
    # Only where the trainer computed each part by itself does it matter; that shows in its numbers.
    suspects = split & ~comparison.agreeing & ~comparison.explained
    by_rank, _ = codes_of([(code, rank if split[code] else -1) for code, rank in zip(case.codes.tolist(), ranks.tolist())])
    apart = comparison.regrouped(suspects, case.several(by_rank))
    for group in np.flatnonzero(suspects & ~apart & ~comparison.is_defined) if suspects.any() else ():
        rows = case.members[group]
        apart[group] = _on_lines_apart(case, [rows[ranks[rows] == rank] for rank in np.unique(ranks[rows])])
    chosen = np.flatnonzero(apart)
    found = finding(check, step, case.names(chosen), comparison.size(chosen),
                    "rows of these groups lie on several ranks, and each rank took its part for the group")
    comparison.explain(apart)
    yield from comparison.outcomes(check, found, split)


def _rows_as_responses(comparison: Comparison) -> Iterator[Outcome]:
    case, check, step = comparison.case, "rows_as_responses", comparison.case.batch.step
    if case.responses is None:
        yield Outcome(check, step, "inapplicable", "no responses")
        return
    repeated = np.array([len(np.unique(case.responses[rows])) < len(rows) for rows in case.members], bool)
    by_row = np.where(case.alone[case.codes], -1, case.codes)
    counted = comparison.regrouped(repeated & comparison.differing & ~comparison.explained, by_row, once=False)
    chosen = np.flatnonzero(counted)
    found = finding(check, step, case.names(chosen), comparison.size(chosen),
                    "several rows of one response count as so many responses in the baseline")
    comparison.explain(counted)
    yield from comparison.outcomes(check, found, repeated)


def _on_lines_apart(case: Case, parts: list[Rows]) -> bool:
    """Whether one increasing line leads from rewards to advantages in each part, and none in all of them: a definition
    that we do not know, by parts."""
    parts = [rows[case.compared[rows]] for rows in parts]
    parts = [rows for rows in parts if len(rows)]
    if len(parts) < 2:
        return False
    whole = np.concatenate(parts)
    return not _is_line(case, whole) and all(_is_line(case, rows) for rows in parts)


def _is_line(case: Case, rows: Any) -> bool:
    rewards, advantages = (_to_one(values[rows]) for values in (case.batch.rewards, case.advantages))
    rewards = rewards - rewards.mean()
    weight = float(rewards @ rewards)
    slope = float(rewards @ advantages) / weight if weight > 0 else 0.0
    away = np.abs(advantages - advantages.mean() - slope * rewards).max()
    return bool(away <= SAME and (slope > 0 or weight == 0))


def _to_one(values: Floats) -> Floats:
    """Divided by the largest |value|, so that nothing overflows."""
    largest = float(np.abs(values).max())
    return values / largest if largest > 0 else values
