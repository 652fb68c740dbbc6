"""What an audit looks at: the rows of a batch as a trainer has them, with the advantages it gave them."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Hashable, Iterable, Sequence
from typing import Any, TextIO

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclasses.dataclass(frozen=True)
class Batch:
    """N rows of one step."""

    rewards: Floats
    advantages: Floats
    """The trainer's own."""
    groups: Sequence[Hashable]
    """The id under which the trainer grouped each row."""
    prompts: Sequence[Hashable] | None = None
    """The prompt itself, or a hash of it: tells whether an id means one prompt."""
    responses: Sequence[Hashable] | None = None
    """An id of the response, where several rows are one."""
    ranks: Sequence[int] | None = None
    """The process that computed each row."""
    lengths: npt.NDArray[np.uint32] | None = None
    step: int = 0

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if field.name != "step" and value is not None and len(value) != len(self.rewards):
                raise ValueError(f"step {self.step}: {len(value)} {field.name} for {len(self.rewards)} rewards")


# The keys of a line, and the field of Batch that each fills.
_KEYS = {"reward": "rewards", "advantage": "advantages", "group": "groups", "prompt": "prompts",
         "response": "responses", "rank": "ranks", "length": "lengths"}
_REQUIRED = ("reward", "advantage", "group")


def read_batches(lines: Iterable[str] | TextIO) -> list[Batch]:
    """A JSON object a row, by step. ValueError names the line and what is wrong with it."""
    steps: dict[int, list[dict[str, Any]]] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise ValueError(f"line {number}: no JSON: {error}") from None
        if not isinstance(row, dict):
            raise ValueError(f"line {number}: {line.strip()[:40]!r} is no object")
        for key in row:
            if key not in _KEYS and key != "step":
                raise ValueError(f"line {number}: unknown key {key!r}; a row has {', '.join((*_KEYS, 'step'))}")
        for key in _REQUIRED:
            if key not in row:
                raise ValueError(f"line {number}: no {key!r}")
        for key in ("reward", "advantage"):
            if isinstance(row[key], bool) or not isinstance(row[key], (int, float)):
                raise ValueError(f"line {number}: {key} is {row[key]!r}; it must be a number")
        steps.setdefault(row.get("step", 0), []).append(row)
    if not steps:
        raise ValueError("no rows")
    return [_batch(step, rows) for step, rows in sorted(steps.items())]


def _batch(step: int, rows: list[dict[str, Any]]) -> Batch:
    def column(key: str) -> list[Any] | None:
        present = [row[key] for row in rows if key in row]
        if present and len(present) != len(rows):
            raise ValueError(f"step {step}: {key} in {len(present)} of {len(rows)} rows; it must be in all or in none")
        return present or None

    lengths = column("length")
    return Batch(
        rewards=np.array(column("reward"), np.float64), advantages=np.array(column("advantage"), np.float64),
        groups=column("group") or [], prompts=column("prompt"), responses=column("response"), ranks=column("rank"),
        lengths=None if lengths is None else np.array(lengths, np.uint32), step=step)
