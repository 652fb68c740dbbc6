"""Baselines that come from outside of the group, so that `reinforce` gives reward minus baseline:

    rae = baselines.Ema()
    result = client.compute(rae.subtract(rewards, agents), groups=n, method="reinforce", outcomes=rewards == 1)

The statistics of the result stay those of the unshaped rewards by `outcomes`. docs/rewards.md has ReMax, SPO and A*PO,
which need no state or keep it elsewhere.
"""

from __future__ import annotations

import json
import math
import os
import pathlib
from collections.abc import Mapping
from typing import Any, Union

import numpy as np

from advantaged import _batch, _containers
from advantaged._numbers import number
from advantaged.errors import wrong

Key = Union[str, int, None, "tuple[Key, ...]"]


class Ema:
    """The moving average of the rewards of each key, such as an agent or a game and a role (RAE: SPIRAL, arXiv
    2506.24119, as in prime-rl): b <- decay * b + (1 - decay) * r. Not thread-safe."""

    def __init__(self, decay: float = 0.95, initial: float = 0.0) -> None:
        """`decay` in [0, 1); `initial`: every average before the first reward, in units of the reward."""
        self.decay = number(decay, "decay", at_least=0, below=1)
        self.initial = number(initial, "initial")
        self._averages: dict[Key, float] = {}

    def __getitem__(self, key: Key) -> float:
        """The average of a key now."""
        return self._averages.get(_key(key, "key"), self.initial)

    def subtract(self, rewards: Any, keys: Any = None) -> Any:
        """Each reward less the average of its key before it, which it then updates: one after the other, in the order
        of the array. In the container, on the device and in the shape of `rewards`, float32.

        `keys`: one per reward, texts, whole numbers, None or tuples of these; without, there is one average for all.
        A reward that is NaN or None stays missing and updates nothing. Raises InvalidArgument, and then no average
        has changed, for an infinite reward, a key of another kind, and another number of keys.
        """
        values, form = _containers.read(rewards, "rewards")
        numbers = values.astype(np.float64)
        if np.isinf(numbers).any():
            i = int(np.argmax(np.isinf(numbers)))
            raise wrong(f"rewards[{i}]", f"{numbers[i]} is not finite")
        names = [None] * len(numbers) if keys is None else _keys(keys, len(numbers))
        averages = dict(self._averages)
        less = np.empty(len(numbers))
        for i, (reward, key) in enumerate(zip(numbers.tolist(), names)):
            average = averages.get(key, self.initial)
            less[i] = reward - average
            if not math.isnan(reward):
                averages[key] = self.decay * average + (1 - self.decay) * reward
        shown = _batch.to_float32(less)
        self._averages = averages
        return form.restore(shown, None)

    def state_dict(self) -> dict[str, Any]:
        """All of it, in values that JSON has."""
        return {"decay": self.decay, "initial": self.initial,
                "averages": [[key, average] for key, average in self._averages.items()]}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """What `state_dict` gave, through JSON or not. InvalidArgument for anything else: then nothing has changed."""
        try:
            read = Ema(state["decay"], state["initial"])
            read._averages = {_key(key, "averages"): number(average, "averages") for key, average in state["averages"]}
        except (KeyError, TypeError, ValueError) as error:
            raise wrong("state", f"{str(state)[:200]}; it must be what state_dict() gives ({error})") from None
        self.__dict__.update(read.__dict__)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Into a file, JSON; what was there is replaced at once."""
        target = pathlib.Path(path)
        written = target.with_name(target.name + ".tmp")
        written.write_text(json.dumps(self.state_dict()) + "\n", encoding="utf-8")
        written.replace(target)

    def load(self, path: str | os.PathLike[str]) -> None:
        """From a file that `save` wrote. OSError where there is none."""
        try:
            state = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
        except ValueError as error:
            raise wrong(str(path), f"no JSON: {error}") from None
        self.load_state_dict(state)


def _keys(keys: Any, count: int) -> list[Key]:
    found, _ = _containers.flat(_containers.column(keys, "keys"))
    entries = found.tolist() if hasattr(found, "tolist") else list(found)
    if len(entries) != count:
        raise wrong("keys", f"{len(entries)} for {count} rewards")
    return [_key(key, f"keys[{i}]") for i, key in enumerate(entries)]


def _key(key: Any, name: str) -> Key:
    """As JSON gives it back, but for tuples, which are lists there."""
    if isinstance(key, np.generic):
        key = key.item()
    if isinstance(key, (tuple, list)):
        return tuple(_key(part, name) for part in key)
    if key is None or isinstance(key, (str, int)):
        return key
    raise wrong(name, f"{key!r}; a key must be a text, a whole number, None, or a tuple of these")
