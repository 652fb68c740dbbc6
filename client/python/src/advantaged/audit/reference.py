"""The method's own advantages of a batch, from the in-process core, and why there are none where there are none."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from advantaged import _plan, stages
from advantaged.audit.batch import Batch, Bools, Floats
from advantaged.errors import AdvantagedError, InvalidArgument, Mention
from advantaged.local import LocalBackend

Codes = npt.NDArray[np.int64]
"""The group of each row as a number from 0; -1: the row takes no part."""

# These shape no advantage, and what they ask for may be impossible where the advantages are not.
_BESIDE = frozenset(("pass_at", "statistics", "run", "observe"))


# Larger groups are not tried out.
_LARGEST_PROBE = 1 << 16


class Reference(NamedTuple):
    """N values, and why there are none for a group."""

    values: Floats
    """NaN where there is none; 0 for masked rows."""
    reasons: dict[int, str]
    """By the code of the group."""


def check(settings: Mapping[str, Any]) -> None:
    """ValueError or TypeError for settings that no batch can be computed with: not even one group of zeros and ones that
    is as large as they need it."""
    plan, rest = _plan.split_arguments(_shaping(settings))
    if rest:
        raise TypeError(f"{next(iter(rest))}: an argument of a batch, no setting")
    if plan.moments_only:
        raise ValueError("moments_only: True, which gives no advantages to compare")
    parameters = plan.method.parameters()
    tables = parameters.get("tables", ())
    size = tables[0].n if tables else plan.settings.get("expected_group_size") or max(2, parameters.get("k", 2))
    if size > _LARGEST_PROBE:
        return
    try:
        LocalBackend().compute(np.arange(size) % 2, **{
            **_shaping(settings), "group_sizes": [size], "lengths": np.ones(size), "trajectory_ids": np.arange(size),
            "statistics": False})
    except ImportError:
        return  # a report says so
    except InvalidArgument:
        raise
    except AdvantagedError as error:
        raise ValueError(str(error)) from None


def _shaping(settings: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in settings.items() if name not in _BESIDE}


def codes_of(labels: Sequence[Hashable]) -> tuple[Codes, list[Hashable]]:
    """Codes by first appearance, and what they stand for."""
    table: dict[Hashable, int] = {}
    codes = np.array([table.setdefault(label, len(table)) for label in labels], np.int64)
    return codes, list(table)


def within(codes: Codes, responses: Codes) -> Codes:
    """A code of each response in its group: of a response that lies in several groups, each part."""
    return codes * int(responses.max(initial=0) + 1) + responses


def compute(batch: Batch, settings: Mapping[str, Any], codes: Codes, votes: Bools, responses: Codes | None,
            one_by_one: bool) -> Reference:
    """Advantages under `settings` of the rows with a code, grouped by it. Rows without a vote are masked; rows of equal
    `responses` in a group are one response. Groups that the method refuses have a reason in place of values; with
    `one_by_one` those that it does not refuse have their values all the same."""
    settings = _shaping(settings)
    values = np.full(len(codes), np.nan)
    reasons: dict[int, str] = {}
    rows = np.flatnonzero(codes >= 0)
    if not len(rows):
        return Reference(values, reasons)
    try:
        values[rows] = _call(batch, settings, rows, codes, votes, responses)
        return Reference(values, reasons)
    except (AdvantagedError, ImportError) as error:
        whole = _in_words(error)
    parts = members(codes)
    if len(parts) == 1 or settings.get("stages") or not one_by_one:
        return Reference(values, dict.fromkeys(parts, whole))
    for code, rows in parts.items():  # one group that is refused does not hide the others
        try:
            values[rows] = _call(batch, settings, rows, codes, votes, responses)
        except (AdvantagedError, ImportError) as error:
            reasons[code] = _in_words(error)
    return Reference(values, reasons)


def members(codes: Codes) -> dict[int, npt.NDArray[np.int64]]:
    """The rows of each code, in their order."""
    order = np.argsort(codes, kind="stable")
    order = order[codes[order] >= 0]
    found, starts = np.unique(codes[order], return_index=True)
    return dict(zip(found.tolist(), np.split(order, starts[1:])))


def _call(batch: Batch, settings: Mapping[str, Any], rows: npt.NDArray[np.int64], codes: Codes, votes: Bools,
          responses: Codes | None) -> Floats:
    arguments: dict[str, Any] = {**settings, "group_ids": codes[rows].astype(np.uint32), "statistics": False}
    if not votes[rows].all():
        arguments["valid"] = votes[rows]
    if responses is not None:
        _, dense = np.unique(within(codes, responses)[rows], return_inverse=True)
        arguments["trajectory_ids"] = dense.astype(np.uint32)
    for name, column in (("lengths", batch.lengths), ("outcomes", batch.outcomes)):
        if column is not None:
            arguments[name] = column[rows]
    rewards = np.where(votes[rows], batch.rewards[rows], 0.0)
    return np.asarray(LocalBackend().compute(rewards, **arguments).advantages, np.float64)


def _in_words(error: Exception) -> str:
    """The first thing that is wrong, without the numbers that rows and groups have inside one call."""
    if not isinstance(error, InvalidArgument) or not error.violations:
        return str(error)
    first = error.violations[0]

    def name(mention: Mention) -> str:
        return f"a {mention.kind}" if mention.kind != "value" else first.description[mention.begin:mention.end]

    field, description = first.renamed(name)
    field = re.sub(r"\[\d+\]", "", field)
    return description if field in ("group_ids", "group_sizes", "group_size") else f"{field}: {description}"


def takes_singletons(settings: Mapping[str, Any]) -> bool | None:
    """Whether a group of one has an advantage under the method: those without a baseline give one. None: not known."""
    probe = {name: value for name, value in _shaping(settings).items() if name not in ("expected_group_size", "stages")}
    try:
        LocalBackend().compute(np.ones(1), **{**probe, "group_ids": [0], "lengths": [1], "trajectory_ids": [0],
                                              "statistics": False})
    except InvalidArgument:
        return False
    except (AdvantagedError, ImportError):
        return None
    return True


def gives_zero(settings: Mapping[str, Any]) -> bool | None:
    """Whether a group of equal rewards gets 0: those without a baseline do not. None: not known."""
    method = _plan.split_arguments(_shaping(settings))[0].method
    try:
        from advantaged_local import _core
    except ImportError:
        return None
    rules = {entry["name"]: entry["constant_group"] for entry in _core.list_methods()}
    name = method.name
    if rules.get(name) == "as_base":
        name = method.parameters()["base"]
    return bool(rules.get(name) == "zero")


def chain_of(settings: Mapping[str, Any]) -> tuple[stages.Stage, ...]:
    """The stages that settings have."""
    return _plan.split_arguments(_shaping(settings))[0].stages
