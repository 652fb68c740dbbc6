"""What a method is; the classes are generated (_generated/methods.py), users have them in advantaged.methods."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

METHODS: dict[str, type[Method]] = {}
"""By name, in the order of the contract's documentation."""


class Method:
    """A method with its parameters; one of the classes below."""

    name: ClassVar[str]

    def __init_subclass__(cls, name: str) -> None:
        cls.name = name
        cls.__module__ = "advantaged.methods"  # where users find it
        METHODS[name] = cls

    def parameters(self) -> dict[str, Any]:
        """The parameters that are set, by name."""
        return {field: value for field in fields(type(self)) if (value := getattr(self, field)) is not None}


Method.__module__ = "advantaged.methods"


def fields(method: type[Method]) -> tuple[str, ...]:
    """The names of a method's parameters."""
    return tuple(field.name for field in dataclasses.fields(method))  # type: ignore[arg-type]


class Table(typing.NamedTuple):
    """A(correct) and A(wrong) of groups of `n` for c = 0 .. n correct responses: n+1 numbers each."""

    n: int
    advantage_correct: tuple[float, ...]
    advantage_wrong: tuple[float, ...]


Table.__module__ = "advantaged.methods"


def freeze_tables(method: Method, name: str) -> None:
    """Makes a parameter of tables, or mappings with their fields, a tuple of `Table`."""
    tables = getattr(method, name)
    if not isinstance(tables, Iterable):
        raise TypeError(f"{name}: {tables!r}; it must be a sequence of Tables")
    frozen = tuple(_table(table, f"{name}[{i}]") for i, table in enumerate(tables))
    object.__setattr__(method, name, frozen)


def _table(table: Any, name: str) -> Table:
    try:
        n, correct, wrong = Table(**table) if isinstance(table, Mapping) else table
        return Table(n, tuple(correct), tuple(wrong))
    except (TypeError, ValueError):
        raise TypeError(f"{name}: {table!r}; it must be a Table, or a mapping with {', '.join(Table._fields)}") from None


def freeze_constants(method: Method, name: str) -> None:
    """Makes a parameter of numbers by name pairs, so that the whole is hashable."""
    constants = getattr(method, name)
    if constants is None:
        return
    try:
        pairs = tuple(sorted(dict(constants).items()))
    except (TypeError, ValueError):
        raise TypeError(f"{name}: {constants!r}; it must map names to numbers") from None
    object.__setattr__(method, name, pairs)
