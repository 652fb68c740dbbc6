"""The values of settings as text, by the types of the arguments of `compute`; docs/settings.md has the grammar."""

from __future__ import annotations

import dataclasses
import math
import operator
import re
import typing
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, NamedTuple, Union

import numpy as np

from advantaged import _arguments, _suggest, methods, stages
from advantaged._items import Item, entries, items, plain
from advantaged._schedule import NUMBER, Real, Whole

_LARGEST = 0xFFFFFFFF


class Kind(NamedTuple):
    """How values of one type are read from text and written."""

    expected: str
    """What a value must be."""
    read: Callable[[str], Any]
    """ValueError says what the text must be."""
    write: Callable[[Any], str]
    """TypeError, ValueError, OverflowError or AttributeError for what is no such value."""
    is_number: bool = False
    """Whether a schedule can stand for it."""
    is_whole: bool = False
    """Whether all numbers are whole, those of a schedule too."""


def _read_whole(text: str) -> int:
    if not re.fullmatch(r"\d+", text, re.ASCII) or int(text) > _LARGEST:
        raise ValueError(_WHOLE.expected)
    return int(text)


def _write_whole(value: Any) -> str:
    if isinstance(value, bool) or not 0 <= operator.index(value) <= _LARGEST:
        raise ValueError
    return str(operator.index(value))


def _read_number(text: str) -> float:
    if not re.fullmatch(NUMBER, text, re.ASCII):
        raise ValueError(_REAL.expected)
    number = float(text)
    # Neither 1e400 nor 1e-400 is a double.
    if math.isinf(number) or number == 0 and re.match("[^eE]*[1-9]", text):
        raise ValueError(_REAL.expected)
    return number


def _write_number(value: Any) -> str:
    if isinstance(value, (str, bytes, bool)) or not math.isfinite(value):
        raise ValueError
    return repr(float(value)).removesuffix(".0")


def _read_boolean(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError(_BOOLEAN.expected + _suggest.hint(text, ("true", "false")))
    return text == "true"


def _write_boolean(value: Any) -> str:
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError
    return "true" if value else "false"


def _write_text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _write_dtype(value: Any) -> str:
    """Of NumPy or torch."""
    name = str(value)
    return name.removeprefix("torch.") if name.startswith("torch.") else np.dtype(value).name


def _choice(names: Sequence[str]) -> Kind:
    expected = f"one of {', '.join(names)}"

    def read(text: str) -> str:
        if text not in names:
            raise ValueError(expected + _suggest.hint(text, names))
        return text

    def write(value: Any) -> str:
        return read(_write_text(value))

    return Kind(expected, read, write)


def _several(expected: str, read: Callable[[Item], Any], write: Callable[[Any], str]) -> Kind:
    """A list of what `read` makes of an entry; its ValueError may say more."""
    def read_all(text: str) -> list[Any]:
        try:
            return [read(item) for item in items(text)]
        except ValueError as error:
            raise ValueError(f"{expected} ({error})" if str(error) else expected) from None

    return Kind(expected, read_all, lambda values: ",".join(map(write, values)))


_WHOLE = Kind(f"a whole number from 0 to {_LARGEST}", _read_whole, _write_whole, is_number=True, is_whole=True)
_REAL = Kind("a number", _read_number, _write_number, is_number=True)
_BOOLEAN = Kind("true or false", _read_boolean, _write_boolean)
_TEXT = Kind("a text", str, _write_text)
_DTYPE = Kind("the name of a floating-point dtype", str, _write_dtype)


def _fields(stage: type[stages.Stage]) -> dict[str, Kind]:
    hints = typing.get_type_hints(stage)
    return {field.name: kind_of(hints[field.name]) for field in dataclasses.fields(stage)}  # type: ignore[arg-type]


def _read_stage(item: Item) -> stages.Stage:
    kind = stages.KINDS.get(item.word)
    if item.name or kind is None:
        raise ValueError(f"{item.name or item.word!r} is no stage{_suggest.hint(item.word, stages.KINDS)}")
    given = item.entries or []
    if kind is stages.Clip and [entry.name for entry in given] == ["", ""]:
        given = [entry._replace(name=name) for entry, name in zip(given, ("low", "high"))]
    known = _fields(kind)
    found: dict[str, Any] = {}
    for name, word, inside in given:
        if name not in known or name in found or inside is not None:
            raise ValueError(f"{item.word} has {', '.join(known)}, each as NAME=VALUE, once"
                             + (_suggest.hint(name, known) if name not in known else ""))
        try:
            found[name] = known[name].read(word)
        except ValueError as error:
            raise ValueError(f"{item.word}: {name}={word}; it must be {error}") from None
    made: stages.Stage = kind(**found)
    return made


def _write_stage(stage: Any) -> str:
    known = _fields(type(stage))
    changed = {field.name: value for field in dataclasses.fields(stage)
               if (value := getattr(stage, field.name)) != field.default}
    written = {name: known[name].write(value) for name, value in changed.items()}
    if not written:
        return str(stage.kind)
    if stage.kind == "clip" and len(written) == 2:
        return f"clip({written['low']},{written['high']})"
    return f"{stage.kind}({','.join(f'{name}={value}' for name, value in written.items())})"


def _read_constant(item: Item) -> tuple[str, float]:
    if not item.name or item.entries is not None:
        raise ValueError
    return item.name, _read_number(item.word)


def _read_constants(text: str) -> dict[str, float]:
    pairs = _PAIRS.read(text)
    if len(dict(pairs)) < len(pairs):
        raise ValueError(f"{_PAIRS.expected}, each name once")
    return dict(pairs)


def _read_table(item: Item) -> methods.Table:
    n, correct, wrong = entries(item, 3)
    sides = (tuple(_read_number(plain(entry)) for entry in entries(side)) for side in (correct, wrong))
    return methods.Table(_read_whole(plain(n)), *sides)


def _write_table(table: methods.Table) -> str:
    sides = (f"({','.join(map(_write_number, side))})" for side in (table.advantage_correct, table.advantage_wrong))
    return f"({_write_whole(table.n)},{','.join(sides)})"


def _read_moments(item: Item) -> stages.Moments:
    weight, mean, squares = (_read_number(plain(entry)) for entry in entries(item, 3))
    return stages.Moments(weight, mean, squares)


_PAIRS = _several("constants, as in a=0.5,b=1", _read_constant, lambda pair: f"{pair[0]}={_write_number(pair[1])}")
_TABLES = _several("tables (n,(correct),(wrong)), as in (2,(0,1,1),(-1,-1,0))", _read_table, _write_table)
_WHOLES = _several("whole numbers, as in 1,4,8", lambda item: _read_whole(plain(item)), _write_whole)
_BY_TYPE: dict[Any, Kind] = {
    int: _WHOLE, Whole: _WHOLE, float: _REAL, Real: _REAL, bool: _BOOLEAN, str: _TEXT,
    Union[int, Sequence[int]]: _WHOLES._replace(
        write=lambda values: _WHOLES.write([values] if np.ndim(values) == 0 else values)),
    Sequence[stages.Stage]: _several("stages, as in center,scale(ddof=1),clip(-5,5)", _read_stage, _write_stage),
    Sequence[stages.Moments]: _several("triples (weight,mean,centred_squares), as in (64,0.25,12)", _read_moments,
                                       lambda triple: f"({','.join(map(_write_number, triple))})"),
    Mapping[str, float]: Kind(_PAIRS.expected, _read_constants,
                              lambda constants: _PAIRS.write(dict(constants).items())),
    Sequence[Union[methods.Table, Mapping[str, Any]]]: _TABLES._replace(
        write=lambda tables: _TABLES.write(methods.CustomTable(tables).tables)),
}


def kind_of(hint: Any) -> Kind:
    """Of a type of an argument or of a field of a stage."""
    given = tuple(entry for entry in typing.get_args(hint) if entry is not type(None))
    if typing.get_origin(hint) is Literal:
        return _choice(given)
    return _BY_TYPE[hint if hint in _BY_TYPE else given[0]]  # the latter is Optional


KINDS = {name: _DTYPE if name == "out_dtype" else kind_of(hint)
         for name, hint in typing.get_type_hints(_arguments.Arguments).items()
         if name not in _arguments.ARRAYS and name not in ("method", "step")}
"""Of every argument of `compute` that a line can say: a step is one of a call."""
