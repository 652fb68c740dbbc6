"""How responses form groups: a size, sizes, or an id per response of any hashable kind, in any order."""

from __future__ import annotations

import operator
from collections.abc import Hashable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from advantaged import _containers
from advantaged.errors import wrong

UInt32s = npt.NDArray[np.uint32]
_LARGEST = 0xFFFFFFFF


class Groups(NamedTuple):
    """Exactly one of the first three is set."""

    size: int | None = None
    sizes: UInt32s | None = None
    ids: UInt32s | None = None
    labels: Sequence[Hashable] | None = None
    """With `ids`: what the caller calls the groups, in order of first appearance; None: the ids themselves."""


def read_groups(groups: Any, group_sizes: Any, group_ids: Any, form: _containers.Form, count: int) -> Groups:
    """The one form that is given: of `groups`, which may be any, or explicit; else the rows of 2-D rewards."""
    given = [name for name, value in (("groups", groups), ("group_sizes", group_sizes), ("group_ids", group_ids))
             if value is not None]
    if form.has_rows:
        if given and not (given == ["groups"] and _is_size(groups)):
            raise wrong(given[0], "set beside rewards that are [prompt, response], whose rows are the groups")
        if given:
            _check_rows(whole(groups, "groups"), form)
        return Groups(size=form.group_size, sizes=form.row_sizes)
    if len(given) != 1:
        raise wrong("groups", f"set together: {', '.join(given)}" if given else
                    "not set; give a size, sizes, an id per response, or rewards as [prompt, response]")
    if groups is not None:
        if _containers.is_torch(groups):
            groups = groups.detach().cpu().numpy()
        if _is_size(groups):
            return Groups(size=whole(groups, "groups"))
        group_sizes, group_ids = _tell_apart(groups, count)
    if group_sizes is not None:
        return Groups(sizes=unsigned(group_sizes, "group_sizes"))
    ids, labels = dense(group_ids, "group_ids")
    return Groups(ids=ids, labels=labels)


def _is_size(groups: Any) -> bool:
    return isinstance(groups, (int, np.integer)) or getattr(groups, "shape", None) == ()


def _check_rows(size: int, form: _containers.Form) -> None:
    """A size beside rewards [prompt, response] must be that of the rows."""
    if form.group_size not in (None, size):
        raise wrong("groups", f"{size}, but the rewards are {list(form.shape)}, whose rows are groups of {form.group_size}")
    if form.row_sizes is not None and (other := form.row_sizes != size).any():
        i = int(np.argmax(other))
        raise wrong("groups", f"{size}, but row {i} of the rewards, which is a group, has {form.row_sizes[i]}")


def _tell_apart(groups: Any, count: int) -> tuple[Any, Any]:
    """(sizes, None) or (None, ids): ids are as many as the responses, sizes add up to their number."""
    _containers.check_no_frame(groups, "groups")
    if not isinstance(groups, (list, tuple, np.ndarray)):
        if hasattr(groups, "__array__"):  # pandas, polars, Arrow, jax
            groups = np.asarray(groups)
        elif not isinstance(groups, Sequence) or isinstance(groups, (str, bytes)):
            raise wrong("groups", f"{groups!r} is neither a size, nor sizes, nor an id per response")
    if len(groups) != count:
        if not (groups.dtype.kind in "iuf" if isinstance(groups, np.ndarray) else
                all(isinstance(entry, (int, float, np.number)) for entry in groups)):
            raise wrong("groups", f"{len(groups)} ids for {count} rewards")
        return groups, None
    if count > 1 and isinstance(groups[0], (int, np.integer)) and all(entry == 1 for entry in groups):
        raise wrong("groups", f"{count} ones are sizes of {count} groups as well as ids of one; "
                              "say which: group_sizes=... or group_ids=...")
    return None, groups


def whole(value: Any, name: str) -> int:
    """A whole number from 0 to 2^32-1, which the wire can carry; whether it makes sense, the core says."""
    try:
        if isinstance(value, bool):
            raise TypeError
        number = operator.index(value)
    except TypeError:
        raise wrong(name, f"{value!r} is not a whole number") from None
    if not 0 <= number <= _LARGEST:
        raise wrong(name, f"{number}; it must be from 0 to {_LARGEST}")
    return number


def unsigned(values: Any, name: str) -> UInt32s:
    """Whole numbers from 0 to 2^32-1, flat: sizes and lengths."""
    array, _ = _containers.read(values, name)
    if array.dtype == np.uint32:
        return np.ascontiguousarray(array)
    if array.dtype.kind == "b":
        raise wrong(name, "booleans; it must be whole numbers")
    if array.dtype.kind == "f" and not (is_whole := array == np.floor(array)).all():
        i = int(np.argmin(is_whole))
        raise wrong(f"{name}[{i}]", f"{array[i]}; it must be a whole number")
    if array.size and (array.min() < 0 or array.max() > _LARGEST):
        i = int(np.argmax((array < 0) | (array > _LARGEST)))
        raise wrong(f"{name}[{i}]", f"{array[i]}; it must be from 0 to {_LARGEST}")
    return array.astype(np.uint32)


def dense(ids: Any, name: str) -> tuple[UInt32s, Sequence[Hashable] | None]:
    """An id per response as uint32, and what they stand for (None: themselves).

    Whole numbers that fit stay as they are: the core takes any, in any order. Anything else is looked
    up in a dict, which takes a sixth of what `np.unique` does.
    """
    ids = _containers.column(ids, name)
    if _containers.is_torch(ids):
        ids = ids.detach().cpu().numpy()
    if isinstance(ids, np.ndarray):
        ids = ids.ravel()
        if ids.dtype.kind in "iu":
            if ids.dtype == np.uint32:
                return np.ascontiguousarray(ids), None
            # One pass for both ends: as unsigned, negative numbers are the largest.
            widest = ids.view(ids.dtype.str.replace("i", "u"))
            if ids.size == 0 or widest.max() <= (_LARGEST if ids.itemsize > 4 else np.iinfo(ids.dtype).max):
                return ids.astype(np.uint32), None
        ids = ids.tolist()
    try:
        table = dict.fromkeys(ids)
    except TypeError:
        raise _no_id(ids, name) from None
    labels = list(table)
    if not all(map(operator.eq, labels, labels)):  # NaN equals nothing, not even itself
        raise _no_id(ids, name)
    table.update(zip(labels, range(len(labels))))
    return np.fromiter(map(table.__getitem__, ids), np.uint32, len(ids)), labels


def _no_id(ids: Any, name: str) -> Exception:
    """The error for the first of `ids` that cannot be looked up."""
    try:
        entries = list(enumerate(ids))
    except TypeError:
        return wrong(name, f"{ids!r}; it must be an id per response")
    for i, value in entries:
        if not isinstance(value, Hashable) or value != value or not _hashes(value):
            return wrong(f"{name}[{i}]", f"{value!r} is no id: ids are hashable and equal themselves")
    raise AssertionError(name)


def _hashes(value: Hashable) -> bool:
    try:
        hash(value)
    except TypeError:  # a tuple with a list in it
        return False
    return True
