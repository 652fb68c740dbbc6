"""Settings in one line: what ADVANTAGED_METHOD, `audit --method` and the adapters' configurations say.

    parse("pass_at_k_grpo k=4 pass_at=1,4 stages=center,clip(-5,5)")
    == {"method": "pass_at_k_grpo", "k": 4, "pass_at": [1, 4], "stages": [stages.Center(), stages.Clip(-5.0, 5.0)]}

docs/settings.md has the grammar. `write` is the reverse: client.compute(rewards, **parse(write(settings))) computes what
`settings` do.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from advantaged import _kinds, _suggest, methods
from advantaged._schedule import EXAMPLES, Schedule
from advantaged.errors import wrong

__all__ = ["Schedule", "parse", "read_value", "write"]

_PIECE = re.compile(r"(\s+)|'([^']*)'|\"([^\"]*)\"|([^\s'\"]+)|(.)", re.DOTALL)


def parse(text: str, *, where: str = "line", schedules: bool = False, texts: Collection[str] = ()) -> dict[str, Any]:
    """The arguments of `compute` that a line says, `method` as its name, all in the order of the line.

    `where` is what errors call the line. `schedules`: a number may be a `Schedule`. `texts`: settings that the caller
    has besides; their values are strings. InvalidArgument, a ValueError, names the setting and the value, or the word.
    """
    words = _words(text, where)
    if not words:
        raise wrong(where, "empty; write a method, as in 'pass_at_k_grpo k=4'")
    if "=" in words[0]:
        raise wrong(where, f"{words[0]!r}; the first word is the method, as in 'pass_at_k_grpo k=4'")
    settings: dict[str, Any] = {"method": words[0]}
    for word in words[1:]:
        name, equals, value = word.partition("=")
        if not equals:
            raise wrong(where, f"{word!r}; after the method come NAME=VALUE")
        if name in settings:
            raise wrong(f"{where}.{name}", "set twice")
        settings[name] = value if name in texts else read_value(name, value, where=where, schedules=schedules,
                                                                others=texts)
    return settings


def read_value(name: str, text: str, *, where: str = "line", schedules: bool = False,
               others: Collection[str] = ()) -> Any:
    """The value of one setting as a line would have it, its quotes taken away. `others`: more names to suggest."""
    kind = _kinds.KINDS.get(name)
    if kind is None:
        raise wrong(f"{where}.{name}", f"no setting of advantaged{_suggest.hint(name, [*_kinds.KINDS, *others])}")
    schedule = Schedule.parse(text, kind.is_whole) if schedules and kind.is_number else None
    if schedule is not None:
        return schedule
    try:
        return kind.read(text)
    except ValueError as error:
        schedule_too = f", or a schedule, as in {EXAMPLES}" if schedules and kind.is_number else ""
        raise wrong(f"{where}.{name}", f"{text!r}; it must be {error}{schedule_too}") from None


def write(settings: Mapping[str, Any]) -> str:
    """The line that says `settings`, arguments of `compute` that are no arrays; None keeps the default.

    `method` is a name, with its parameters beside it, or an object of `advantaged.methods`. Numbers are the shortest
    that read back as the same. InvalidArgument names what no line can say.
    """
    values = {name: value for name, value in settings.items() if value is not None}
    method = values.pop("method", None)
    if isinstance(method, methods.Method):
        values = {**method.parameters(), **values}
        method = method.name
    if not isinstance(method, str):
        raise wrong("method", f"{method!r}; give a name, e.g. 'grpo', or an object of advantaged.methods")
    words = [method]
    for name, value in values.items():
        kind = _kinds.KINDS.get(name)
        if kind is None:
            raise wrong(name, f"no setting{_suggest.hint(name, _kinds.KINDS)}")
        try:
            written = str(value) if isinstance(value, Schedule) else kind.write(value)
        except (TypeError, ValueError, OverflowError, AttributeError):
            raise wrong(name, f"{value!r} cannot be written in a line; it must be {kind.expected}") from None
        words.append(f"{name}={_quoted(written)}")
    return " ".join(words)


def _words(text: str, where: str) -> list[str]:
    words: list[str] = []
    begins = True
    for blank, single, double, plain, other in _PIECE.findall(text):
        if other:
            raise wrong(where, f"a quote {other} without its partner")
        if blank:
            begins = True
            continue
        piece = single or double or plain
        if begins:
            words.append(piece)
        else:
            words[-1] += piece
        begins = False
    return words


def _quoted(value: str) -> str:
    if not re.search(r"[\s'\"]", value):
        return value
    return "".join(f'"{piece}"' if "'" in piece else f"'{piece}'" for piece in re.findall(r"[^']+|'+", value))
