"""The checks of one batch, in the order in which one explains what the next would find."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from advantaged.audit import definition, identity, reference
from advantaged.audit.batch import Batch
from advantaged.audit.case import NOTHING, Case
from advantaged.audit.outcome import Finding, Outcome, done, finding, unchecked

# Spread below this share of the magnitude is what rounding makes; the contract's CODE_SUSPICIOUS_SPREAD.
_SUSPICIOUS = 1e-5
_WITHOUT = "no advantages"


def audit(batch: Batch, settings: Mapping[str, Any]) -> list[Finding]:
    """What is found in a batch that is said to follow `settings` (method, parameters, stages). Nothing found is not all
    well: what could not be checked, `examine` says."""
    return [found for outcome in examine(batch, settings) for found in outcome.findings]


def examine(batch: Batch, settings: Mapping[str, Any]) -> list[Outcome]:
    """The outcome of every check. ValueError or TypeError for settings that no batch can be computed with."""
    reference.check(settings)
    case = Case(batch, settings)
    outcomes = [_rewards(case), _empty(case)]
    if batch.advantages is None:
        outcomes += identity.of_ids(case, None)
        outcomes += [Outcome(check, batch.step, "inapplicable", _WITHOUT) for check in (
            "advantage_not_a_number", "masked_row", "shared_baseline", "split_over_ranks", "leak_in_constant_group",
            "phantom_in_all_fail", "noise_as_signal", "rows_as_responses", "other_definition")]
        return outcomes
    comparison = definition.Comparison(case)
    outcomes += [_advantages(case), _masked(case)]
    # A shared baseline explains what constant groups get, and whole groups that differ.
    outcomes += definition.shared_baseline(comparison)
    outcomes += identity.of_ids(case, comparison)
    outcomes += identity.of_numbers(comparison)
    outcomes += _without_signal(case, comparison)
    outcomes += _noise(case, comparison)
    outcomes += definition.other_definition(comparison)
    return outcomes


def _rewards(case: Case) -> Outcome:
    step = case.batch.step
    wrong = case.per_group(case.valid & ~np.isfinite(case.batch.rewards))
    return done("reward_not_a_number", step, [finding(
        "reward_not_a_number", step, case.names(wrong), 0.0,
        "rewards of the group are NaN or infinite: what the group's advantages should be is not known")])


def _empty(case: Case) -> Outcome:
    step = case.batch.step
    if case.batch.lengths is None:
        return Outcome("empty_response", step, "inapplicable", "no lengths")
    empty = case.per_group(case.valid & (case.batch.lengths == 0))
    return done("empty_response", step, notes=[finding(
        "empty_response", step, case.names(empty), 0.0,
        "rows of the group have no token in the loss; frameworks differ in whether they count in its baseline")])


def _advantages(case: Case) -> Outcome:
    step, wrong = case.batch.step, case.valid & ~np.isfinite(case.advantages)
    return done("advantage_not_a_number", step, [finding(
        "advantage_not_a_number", step, case.names(case.per_group(wrong)), 0.0,
        "advantages of the group are NaN or infinite")])


def _masked(case: Case) -> Outcome:
    step = case.batch.step
    if case.batch.valid is None:
        return Outcome("masked_row", step, "inapplicable", "no mask")
    moved = ~case.valid & ~(np.abs(case.advantages) <= NOTHING)
    size = np.abs(case.advantages[moved & np.isfinite(case.advantages)]).max(initial=0.0)
    return done("masked_row", step, [finding(
        "masked_row", step, case.names(case.per_group(moved)), float(size),
        "rows of the group are masked, and get an advantage all the same")])


def _without_signal(case: Case, comparison: definition.Comparison) -> Iterator[Outcome]:
    """Advantages in groups whose rewards are equal."""
    step = case.batch.step
    checks = ("leak_in_constant_group", "phantom_in_all_fail")
    if case.is_shift():
        yield from (Outcome(check, step, "inapplicable", "a stage moves every advantage, 0 among them") for check in checks)
        return
    zero = reference.gives_zero(case.settings)
    if zero is False:
        yield from (Outcome(check, step, "inapplicable", "the method has no baseline") for check in checks)
        return
    moved = case.compared & (np.abs(case.advantages) > NOTHING)
    constant = (case.spread == 0) & case.per_group(case.votes) & ~case.alone
    if case.batch.outcomes is not None:  # a method may look at them, and not at the rewards
        outcomes = case.batch.outcomes
        constant &= ~(case.per_group(case.votes & outcomes) & case.per_group(case.votes & ~outcomes))
    if zero is None and constant.any():
        for check in checks:
            yield from unchecked(check, step, ["the in-process core is not installed: pip install 'advantaged[local]'"])
        return
    leaks = constant & case.per_group(moved) & ~comparison.explained
    for check, is_zero, what in (
            (checks[0], False, "all rewards of the group are equal, and its responses are moved all the same"),
            (checks[1], True, "all responses of the group failed, and are moved all the same")):
        chosen = np.flatnonzero(leaks & ((case.magnitude == 0) == is_zero))
        comparison.explain(chosen)
        yield done(check, step, [finding(check, step, case.names(chosen), case.largest(case.advantages, chosen), what)])


def _noise(case: Case, comparison: definition.Comparison) -> Iterator[Outcome]:
    step = case.batch.step
    large = case.per_group(case.compared & (np.abs(case.advantages) > 0.01))
    noisy = np.flatnonzero((case.spread > 0) & (case.spread < _SUSPICIOUS * case.magnitude) & large & ~comparison.explained)
    comparison.explain(noisy)
    yield done("noise_as_signal", step, [finding(
        "noise_as_signal", step, case.names(noisy), case.largest(case.advantages, noisy),
        "rewards of the group differ by less than 1e-5 of themselves: rounding, scaled up to a signal")])
