"""The file of an audit: a JSON object a row. Everything that is wrong names its line, its key and its value."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any, NamedTuple, NoReturn

import numpy as np

from advantaged.audit.batch import Batch
from advantaged.audit.outcome import Step

_LARGEST_LENGTH = 0xFFFFFFFF
_STEP = "a finite number or a text"
# Longer ids are kept as their beginning and a hash: prompts of many steps are many bytes.
_LONGEST_ID = 80


class _Row(NamedTuple):
    line: int
    values: Mapping[str, Any]


class Json(str):
    """The canonical JSON text of an id that is neither a text nor a whole number; equal to no text of the same letters."""

    def __eq__(self, other: object) -> bool:
        return type(other) is Json and str.__eq__(self, other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash((Json, str(self)))


def identity(value: Any) -> Hashable:
    """What stands for a prompt, a group or a response: equal for equal JSON, whatever the order of keys. ValueError for
    what JSON cannot say."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str):
        return value if len(value) <= _LONGEST_ID else _short(value)
    try:
        return Json(_short(json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))))
    except (TypeError, RecursionError) as error:
        raise ValueError(f"{_shown(value)} is no id: {error}") from None


def _short(text: str) -> str:
    if len(text) <= _LONGEST_ID:
        return text
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()
    return f"{text[:40]}... {digest}"


def read_batches(lines: Iterable[str | bytes]) -> list[Batch]:
    """A JSON object a row, by step. ValueError names the line, the key and the value that cannot be read."""
    steps: dict[Step, list[_Row]] = {}
    kind: type | None = None
    for number, line in enumerate(lines, 1):
        row = _row(line, f"line {number}")
        if row is None:
            continue
        step = row.get("step", 0)
        if kind is not None and kind is not _kind(step):
            raise ValueError(f"line {number}: step is {step!r}; in the lines before it is a "
                             f"{'text' if kind is str else 'number'}, so which steps are the same cannot be told")
        kind = _kind(step)
        steps.setdefault(step, []).append(_Row(number, row))
    if not steps:
        raise ValueError("no rows")
    return [_batch(step, rows) for step, rows in sorted(steps.items())]


def _kind(step: Step) -> type:
    return str if isinstance(step, str) else float


def _row(line: str | bytes, where: str) -> dict[str, Any] | None:
    """The row with its values read; None for a blank line."""
    try:
        text = line.decode("utf-8-sig") if isinstance(line, bytes) else line
        if not text.strip():
            return None
        row = json.loads(text, object_pairs_hook=_object)
    except UnicodeDecodeError as error:
        raise ValueError(f"{where}: not UTF-8: {error}") from None
    except RecursionError:
        raise ValueError(f"{where}: no JSON: nested too deeply") from None
    except ValueError as error:
        raise ValueError(f"{where}: no JSON: {error}") from None
    if not isinstance(row, dict):
        raise ValueError(f"{where}: {text.strip()[:40]!r} is no object")
    for key in row:
        if key not in _READERS:
            raise ValueError(f"{where}: unknown key {key!r}; a row has {', '.join(_READERS)}")
    for key in ("reward", "group"):
        if key not in row:
            raise ValueError(f"{where}: no {key!r}")
    masked = row.get("valid", True) in (0,)  # false, too
    found = {}
    for key, value in row.items():
        if value is None and masked and key in _MAY_BE_NULL:
            found[key] = _MAY_BE_NULL[key]
            continue
        try:
            found[key] = _READERS[key](value)
        except ValueError as error:
            needs_mask = "; null is for rows with \"valid\": false" if value is None and key in _MAY_BE_NULL else ""
            raise ValueError(f"{where}: {key} is {_shown(value)}; {error}{needs_mask}") from None
    return found


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"the key {key!r} is given twice")
        found[key] = value
    return found


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."


def _must(what: str) -> NoReturn:
    raise ValueError(f"it must be {what}")


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        _must("a number")
    try:
        return float(value)
    except OverflowError:
        _must("a number that a double can hold")


def _reward(value: Any) -> float:
    return float(value) if isinstance(value, bool) else _number(value)


def _id(value: Any) -> Hashable:
    return _must("an id") if value is None else identity(value)


def _truth(value: Any) -> bool:
    return bool(value) if isinstance(value, (bool, int)) and value in (0, 1) else _must("true or false")


def _length(value: Any) -> int:
    number = _number(value)
    if not 0 <= number <= _LARGEST_LENGTH or number != math.floor(number):
        _must(f"a whole number from 0 to {_LARGEST_LENGTH}")
    return int(number)


def _step(value: Any) -> Step:
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        _must(_STEP)
    number = _number(value)
    if not math.isfinite(number):
        _must(_STEP)
    return value if isinstance(value, int) else number


# The keys of a row, and what reads the value of each.
_READERS: dict[str, Callable[[Any], Any]] = {
    "reward": _reward, "advantage": _number, "group": _id, "prompt": _id, "response": _id, "rank": _id,
    "length": _length, "valid": _truth, "outcome": _truth, "step": _step}
# What a masked row need not say.
_MAY_BE_NULL = {"reward": math.nan, "advantage": 0.0, "outcome": False}


def _batch(step: Step, rows: list[_Row]) -> Batch:
    def column(key: str) -> list[Any] | None:
        present = [row.values[key] for row in rows if key in row.values]
        if present and len(present) != len(rows):
            without = next(row.line for row in rows if key not in row.values)
            raise ValueError(f"line {without}: no {key!r}, which is in {len(present)} of the {len(rows)} rows of step "
                             f"{step}; it must be in all or in none")
        return present or None

    advantages, lengths, valid, outcomes = map(column, ("advantage", "length", "valid", "outcome"))
    return Batch(
        rewards=np.array(column("reward"), np.float64),
        advantages=None if advantages is None else np.array(advantages, np.float64),
        groups=column("group") or [], prompts=column("prompt"), responses=column("response"), ranks=column("rank"),
        lengths=None if lengths is None else np.array(lengths, np.uint32), step=step,
        valid=None if valid is None else np.array(valid, np.bool_),
        outcomes=None if outcomes is None else np.array(outcomes, np.bool_))
