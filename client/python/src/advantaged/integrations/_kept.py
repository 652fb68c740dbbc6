"""State that goes with a trainer's checkpoints, such as the averages of `advantaged.baselines.Ema`."""

from __future__ import annotations

import json
import logging
import pathlib
from collections.abc import Mapping
from typing import Any, Protocol

from advantaged.integrations import _log

FILE = "advantaged_state.json"
_LOGGER = logging.getLogger("advantaged.integrations")


class Stateful(Protocol):
    """What has a state in values that JSON has."""

    def state_dict(self) -> dict[str, Any]: ...

    def load_state_dict(self, state: Mapping[str, Any]) -> None: ...


def states(kept: Mapping[str, Stateful]) -> dict[str, Any]:
    """By name."""
    return {name: one.state_dict() for name, one in kept.items()}


def restore(kept: Mapping[str, Stateful], saved: Any, where: str) -> None:
    """Each from what `states` gave. The log says which begins anew, for a resume is no place to end a training."""
    for name, one in kept.items():
        state = saved.get(name) if isinstance(saved, Mapping) else None
        if state is None:
            _LOGGER.warning("advantaged: %s has no state of %r, which begins anew", where, name)
            continue
        try:
            one.load_state_dict(state)
        except Exception as error:  # whatever the object says to a state that is none of its
            _LOGGER.warning("advantaged: %r begins anew, for its state in %s is wrong: %s", name, where, error)


def write(kept: Mapping[str, Stateful], folder: str) -> None:
    """Into a folder of checkpoints, if there is anything to keep."""
    if kept:
        path = pathlib.Path(folder, FILE)
        _log.attempt(str(path), lambda: _write(path, states(kept)))


def read(kept: Mapping[str, Stateful], folder: str) -> None:
    """The reverse."""
    if kept:
        path = pathlib.Path(folder, FILE)
        restore(kept, _log.attempt(str(path), lambda: json.loads(path.read_text(encoding="utf-8"))), str(path))


def _write(path: pathlib.Path, values: Mapping[str, Any]) -> None:
    text = json.dumps(values)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text + "\n", encoding="utf-8")
