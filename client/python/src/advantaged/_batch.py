"""One batch as flat arrays: what the caller gave, read and checked as far as the wire needs."""

from __future__ import annotations

import logging
from collections.abc import Hashable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from advantaged import _containers, _groups, _missing, _suggest
from advantaged._plan import Plan
from advantaged.errors import wrong
from advantaged.result import Warning

Bools = npt.NDArray[np.bool_]
LOGGER = logging.getLogger("advantaged")
_logged_empty = False


class Batch(NamedTuple):
    """N rows; every array is contiguous and has N entries, `group_sizes` excepted."""

    rewards: npt.NDArray[np.float32]
    group_size: int | None = None
    group_sizes: _groups.UInt32s | None = None
    group_ids: _groups.UInt32s | None = None
    valid: Bools | None = None
    outcomes: Bools | None = None
    lengths: _groups.UInt32s | None = None
    trajectory_ids: _groups.UInt32s | None = None


class Read(NamedTuple):
    """A batch, and how the answer is to be given back."""

    batch: Batch
    form: _containers.Form
    labels: Sequence[Hashable] | None
    """What the caller calls the groups, where `group_ids` are not it."""
    trajectory_labels: Sequence[Hashable] | None
    """The same of `trajectory_ids`."""
    out_dtype: Any
    warnings: tuple[Warning, ...] = ()
    """What the result has to say besides."""
    empty_responses: int = 0
    """Without a token in the loss."""


def read(rewards: Any, arrays: Mapping[str, Any], plan: Plan) -> Read:
    """Reads everything that has an entry per response."""
    size = arrays.get("groups")
    if (type(size) is int and len(arrays) == 1 and type(rewards) is np.ndarray and rewards.dtype == np.float32
            and rewards.ndim == 1 and rewards.flags.c_contiguous and rewards.flags.aligned
            and 0 < size < 1 << 32 and len(rewards) and plan.settings["empty_responses"] == "count"):
        # What trainers send most, and nothing to look at: a third of the cost of a small call.
        return Read(Batch(rewards, size), _containers.Form(shape=rewards.shape), None, None, None)
    values, form = _containers.read(rewards, "rewards")
    form.check_dtype(arrays.get("out_dtype"))
    count = len(values)
    if count == 0:
        raise wrong("rewards", "the batch is empty")
    groups = _groups.read_groups(arrays.get("groups"), arrays.get("group_sizes"), arrays.get("group_ids"), form, count)
    if groups.ids is not None:
        _check_count(groups.ids, count, "group_ids")
    valid = _bools(arrays.get("valid"), "valid", form, count)
    flat = to_float32(values, valid)
    outcomes = _bools(arrays.get("outcomes"), "outcomes", form, count)
    lengths, empty_count = arrays.get("lengths"), 0
    trajectory_ids, trajectory_labels = None, None
    if arrays.get("trajectory_ids") is not None:
        ids = _containers.column(arrays["trajectory_ids"], "trajectory_ids")
        ids, rows = _containers.flat(ids) if form.has_rows else (ids, form)
        trajectory_ids, trajectory_labels = _groups.dense(ids, "trajectory_ids")
        check_fits(trajectory_ids, rows, form, count, "trajectory_ids")
    if lengths is not None:
        lengths, rows = _containers.read(lengths, "lengths")
        lengths = check_fits(_groups.unsigned(lengths, "lengths"), rows, form, count, "lengths")
        empty = _missing.empty_responses(lengths, flat, valid, trajectory_ids)
        empty_count = empty.responses
        if empty_count:
            rule = plan.settings["empty_responses"]
            _log_empty(empty.rows, rule)
            is_out = empty.rows if rule == "drop" else empty.aborted
            valid = ~is_out if valid is None else valid & ~is_out
    elif plan.settings["empty_responses"] == "drop":
        raise wrong("lengths", "not set, but empty_responses is 'drop'; they say which responses have no token in the loss")
    known = _missing.Known(flat, valid, outcomes)
    missing = arrays.get("missing", "error")
    if missing == "mask":
        rule = plan.settings.get("trajectory_reward") or ""
        known = _missing.mask(flat, valid, outcomes, trajectory_ids, rule, trajectory_labels)
    elif missing != "error":
        raise wrong("missing", f"{missing!r}; it must be 'error' or 'mask'{_suggest.hint(missing, ('error', 'mask'))}")
    batch = Batch(
        known.rewards, groups.size, groups.sizes, groups.ids, known.valid, known.outcomes,
        lengths, trajectory_ids)
    return Read(batch, form, groups.labels, trajectory_labels, arrays.get("out_dtype"), known.warnings, empty_count)


def _log_empty(empty: Bools, rule: str) -> None:
    """Once a process, for nobody may have thought of them."""
    global _logged_empty
    if _logged_empty:
        return
    _logged_empty = True
    what = "is left out of" if rule == "drop" else "counts in"
    LOGGER.warning("advantaged: the response of row %d has no token in the loss, and %s the statistics of its group, as "
                   "empty_responses=%r says; more are in the summary, not in the log", int(np.argmax(empty)), what, rule)


def to_float32(values: _containers.Array, valid: Bools | None = None) -> npt.NDArray[np.float32]:
    """Rounded once. InvalidArgument names the first valid reward that is beyond float32."""
    if values.dtype != np.float32:
        with np.errstate(over="ignore"):
            flat = values.astype(np.float32)
        if values.dtype.kind == "f" and values.itemsize > 4:
            lost = np.isinf(flat)
            lost &= np.isfinite(values)
            if valid is not None:
                lost &= valid
            if lost.any():
                i = int(np.argmax(lost))
                raise wrong(f"rewards[{i}]", f"{values[i]} is beyond float32")
        return flat
    return np.require(values, np.float32, ["C", "A"])  # aligned, too


def is_binary(batch: Batch) -> bool:
    """True if every valid reward is 0 or 1."""
    bits = batch.rewards == 1
    bits |= batch.rewards == 0
    if batch.valid is not None:
        bits |= ~batch.valid
    return bool(bits.all())


def _bools(values: Any, name: str, form: _containers.Form, count: int) -> Bools | None:
    if values is None:
        return None
    array, rows = _containers.read(values, name)
    if array.dtype != np.bool_:
        is_bit = (array == 0) | (array == 1)
        if not is_bit.all():
            i = int(np.argmin(is_bit))
            raise wrong(f"{name}[{i}]", f"{array[i]}; it must be True or False")
        array = array.astype(np.bool_)
    return np.ascontiguousarray(check_fits(array, rows, form, count, name))


def check_fits(array: Any, rows: _containers.Form, rewards: _containers.Form, count: int, name: str) -> Any:
    """An entry for each reward, and in the same rows, if both have rows."""
    if not rows.rows_agree(rewards):
        raise wrong(name, "its rows, [prompt, response], are not of the sizes that those of the rewards have")
    return _check_count(array, count, name)


def _check_count(array: Any, count: int, name: str) -> Any:
    if len(array) != count:
        raise wrong(name, f"{len(array)} entries for {count} rewards")
    return array
