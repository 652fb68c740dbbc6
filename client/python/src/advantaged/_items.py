"""Lists in a line of settings: entries, perhaps named, perhaps with entries of their own in parentheses."""

from __future__ import annotations

import re
from typing import NamedTuple


class Item(NamedTuple):
    """One entry of a list: [name=] word, or [name=] [word] (entries)."""

    name: str
    word: str
    entries: list[Item] | None


def items(text: str) -> list[Item]:
    """The entries of the list that `text` is; ValueError if it is none."""
    tokens = re.findall(r"[(),=]|[^(),=\s]+", text)
    found = _read_list(tokens) if tokens else []
    if tokens:
        raise ValueError
    return found


def _read_list(tokens: list[str]) -> list[Item]:
    """Entries and the commas between them, taken from the front of `tokens`."""
    found = [_read_item(tokens)]
    while tokens and tokens[0] == ",":
        del tokens[0]
        found.append(_read_item(tokens))
    return found


def _read_item(tokens: list[str]) -> Item:
    name, word = "", _take_word(tokens)
    if word and tokens and tokens[0] == "=":
        del tokens[0]
        name, word = word, _take_word(tokens)
    entries = None
    if tokens and tokens[0] == "(":
        del tokens[0]
        entries = [] if tokens and tokens[0] == ")" else _read_list(tokens)
        if not tokens or tokens.pop(0) != ")":
            raise ValueError
    if not word and entries is None:
        raise ValueError
    return Item(name, word, entries)


def _take_word(tokens: list[str]) -> str:
    return tokens.pop(0) if tokens and tokens[0] not in "(),=" else ""


def plain(item: Item) -> str:
    """The word of an entry that is nothing else."""
    if item.name or item.entries is not None:
        raise ValueError
    return item.word


def entries(item: Item, count: int | None = None) -> list[Item]:
    """The entries of one that is (a, b, ...); `count`: how many there must be."""
    if item.name or item.word or item.entries is None or count not in (None, len(item.entries)):
        raise ValueError
    return item.entries
