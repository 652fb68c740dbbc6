"""Responses that lack something: rewards that are missing, NaN or None; tokens in the loss."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from advantaged.result import Warning

Bools = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.intp]
_NAMED = 10


class Known(NamedTuple):
    """The arrays of a batch in which no valid row lacks its reward."""

    rewards: npt.NDArray[np.float32]
    valid: Bools | None
    outcomes: Bools | None
    warnings: tuple[Warning, ...] = ()


def mask(rewards: npt.NDArray[np.float32], valid: Bools | None, outcomes: Bools | None, trajectory_ids: Any,
         rule: str, labels: Sequence[Hashable] | None) -> Known:
    """Without trajectories, a row without a reward is masked.

    With them a missing reward says nothing about its response, which takes what its other valid rows say: by `rule`
    (`trajectory_reward`) the one that they all have, their sum, or the last row's. Its rows stay valid and get its
    advantage. A response without a reward is masked: all rows lack it, or, by "last", the last one does, for which
    there is a warning if another row has one. `labels`: what the caller calls the trajectories, if not by their ids.
    """
    is_missing = np.isnan(rewards)
    if not is_missing.any():
        return Known(rewards, valid, outcomes)
    takes_part = np.ones(len(rewards), np.bool_) if valid is None else valid.copy()
    if trajectory_ids is None:
        return Known(rewards, takes_part & ~is_missing, outcomes)
    distinct, response = np.unique(trajectory_ids, return_inverse=True)
    present = np.flatnonzero(takes_part & ~is_missing)
    missing = np.flatnonzero(is_missing)
    speaker = _last(present[::-1], response, len(distinct))  # the first with a reward, -1: none has
    warnings: tuple[Warning, ...] = ()
    if rule == "last":
        last = _last(np.flatnonzero(takes_part), response, len(distinct))
        silent = np.flatnonzero((speaker >= 0) & is_missing[last])
        warnings = _warnings(distinct[silent], labels)
        speaker = np.where(is_missing[last], -1, last)
    elif rule != "sum" and (rewards[present] != rewards[speaker[response[present]]]).any():
        # Rows that do not agree are for the core to name, and not those without a reward.
        return Known(rewards, takes_part & ~is_missing, outcomes)
    takes_part &= speaker[response] >= 0
    missing = missing[takes_part[missing]]
    source = speaker[response[missing]]
    rewards = rewards.copy()  # it may be the caller's memory
    # An infinite reward is for the core to name, once.
    rewards[missing] = 0 if rule == "sum" else np.where(np.isfinite(rewards[source]), rewards[source], 0)
    if outcomes is not None:
        outcomes = outcomes.copy()
        outcomes[missing] = outcomes[source]
    return Known(rewards, valid if valid is None and takes_part.all() else takes_part, outcomes, warnings)


class Empty(NamedTuple):
    """The valid rows of responses without a token in the loss."""

    rows: Bools
    aborted: Bools
    """Those of them whose response has no reward either."""
    responses: int


def empty_responses(lengths: Any, rewards: npt.NDArray[np.float32], valid: Bools | None, trajectory_ids: Any) -> Empty:
    """A response of several rows is empty if all of them are."""
    rows: Bools = lengths == 0
    if valid is not None:
        rows &= valid
    has_reward = ~np.isnan(rewards)
    if trajectory_ids is None or not rows.any():
        return Empty(rows, rows & ~has_reward, int(np.count_nonzero(rows)))
    _, response = np.unique(trajectory_ids, return_inverse=True)
    counts = True if valid is None else valid
    rows &= (np.bincount(response, np.where(counts, lengths, 0)) == 0)[response]
    aborted = rows & (np.bincount(response, has_reward & counts) == 0)[response]
    return Empty(rows, aborted, len(np.unique(response[rows])))


def _last(rows: Rows, response: Any, count: int) -> Rows:
    """Of each response the last of `rows`, -1 where it has none."""
    found = np.full(count, -1, np.intp)
    found[response[rows]] = rows  # of several, the last is what stays
    return found


def _warnings(ids: Any, labels: Sequence[Hashable] | None) -> tuple[Warning, ...]:
    if not len(ids):
        return ()
    names = [repr(labels[i] if labels is not None else i) for i in ids[:_NAMED].tolist()]
    more = ", ..." if len(ids) > _NAMED else ""
    return Warning("missing_last_reward", f"{len(ids)} responses are masked, for trajectory_reward is \"last\" and the "
                   f"last row has no reward, though another row has: trajectories {', '.join(names)}{more}"),
