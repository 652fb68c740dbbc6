"""What a trainer's configuration says of the computation: the method, its parameters, and all other settings of
`compute`, some of which may follow a schedule over the training steps.

    Spec.read({"method": "pass_at_k_grpo", "k": "8 -> 1 over 200", "stages": [{"center": {}}]}, where="algorithm")

A schedule "A -> B over N" is A at step 0, B from step N on, and a straight line between; whole numbers stay whole.
"""

from __future__ import annotations

import dataclasses
import difflib
import os
import re
import typing
from collections.abc import Mapping
from typing import Any

from advantaged import _arguments, methods, stages

# In shells and job files, for frameworks whose configuration takes no further keys: "pass_at_k_grpo k=4".
VARIABLE = "ADVANTAGED_METHOD"

_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_SCHEDULE = re.compile(rf"\s*({_NUMBER})\s*->\s*({_NUMBER})\s+over\s+(\d+)\s*")
_STAGES = {"center": stages.Center, "scale": stages.Scale, "clip": stages.Clip}


@dataclasses.dataclass(frozen=True)
class Schedule:
    """A number that changes linearly over the steps 0 to `steps`, and is constant after."""

    begin: float
    end: float
    steps: int
    is_whole: bool

    @classmethod
    def parse(cls, text: str) -> Schedule | None:
        """None for what is no schedule."""
        found = _SCHEDULE.fullmatch(text)
        if found is None:
            return None
        begin, end, steps = found.groups()
        is_whole = all(re.fullmatch(r"[+-]?\d+", number) for number in (begin, end))
        return cls(float(begin), float(end), int(steps), is_whole)

    def at(self, step: int) -> float:
        """Its value, an int if both ends are written as whole numbers."""
        share = 1.0 if step >= self.steps else max(step, 0) / self.steps
        value = self.begin + (self.end - self.begin) * share
        return round(value) if self.is_whole else value


class Spec:
    """Settings of `compute`, read from a configuration and checked."""

    def __init__(self, settings: Mapping[str, Any], where: str) -> None:
        self._settings = dict(settings)
        self._schedules = {name: value for name, value in self._settings.items() if isinstance(value, Schedule)}
        self._where = where
        self.at(0)  # a wrong method or parameter is an error before the training begins

    @classmethod
    def read(cls, mapping: Any, *, where: str) -> Spec:
        """From a dict, an OmegaConf node or a namespace; `where` is what errors call it.

        ValueError names a key that is no setting, with the closest one, and what cannot be read.
        """
        entries = dict(mapping) if isinstance(mapping, Mapping) or hasattr(mapping, "keys") else dict(vars(mapping))
        settings: dict[str, Any] = {}
        for name, value in entries.items():
            if name not in _arguments.SETTINGS:
                close = difflib.get_close_matches(str(name), _arguments.SETTINGS, 1)
                hint = f"; did you mean {close[0]!r}?" if close else ""
                raise ValueError(f"{where}.{name}: no setting of advantaged{hint}")
            if value is not None:
                settings[name] = _read_stages(value, f"{where}.stages") if name == "stages" else _read_value(value)
        if "method" not in settings:
            raise ValueError(f"{where}.method: not set; there are {', '.join(methods.names())}")
        return cls(settings, where)

    @classmethod
    def parse(cls, text: str, *, where: str) -> Spec:
        """From one line: the method, then KEY=VALUE; quotes around values with blanks: "grpo k='8 -> 1 over 200'"."""
        import shlex

        words = shlex.split(text)
        if not words:
            raise ValueError(f"{where}: empty; write a method, as in 'pass_at_k_grpo k=4'")
        settings: dict[str, Any] = {"method": words[0]}
        for word in words[1:]:
            key, equals, value = word.partition("=")
            if not equals:
                raise ValueError(f"{where}: {word!r}; after the method come KEY=VALUE")
            settings[key] = _literal(value)
        return cls.read(settings, where=where)

    @classmethod
    def from_environment(cls) -> Spec | None:
        """From ADVANTAGED_METHOD; None if that is not set."""
        text = os.environ.get(VARIABLE)
        return cls.parse(text, where=VARIABLE) if text else None

    @property
    def method(self) -> str:
        """Its name."""
        method = self._settings["method"]
        return method.name if isinstance(method, methods.Method) else str(method)

    @property
    def has_schedule(self) -> bool:
        """Whether `at` needs a step."""
        return bool(self._schedules)

    def at(self, step: int | None) -> _arguments.Settings:
        """The settings for `compute` at a step. ValueError if there is a schedule and no step."""
        if step is None and self._schedules:
            raise ValueError(f"{self._where}.{next(iter(self._schedules))}: a schedule, but the trainer says no step")
        settings = {**self._settings, **self.scheduled(step)}
        name = settings.pop("method")
        if isinstance(name, str):
            try:
                known = methods.parameter_names(name)
                name = methods.from_name(name, **{key: settings.pop(key) for key in list(settings) if key in known})
            except (TypeError, ValueError) as error:
                raise ValueError(f"{self._where}: {error}") from None
        foreign = [key for key in settings if key in methods.ALL_PARAMETERS]
        if foreign:
            raise ValueError(f"{self._where}.{foreign[0]}: no parameter of {name.name}")
        return typing.cast(_arguments.Settings, {"method": name, **settings})

    def scheduled(self, step: int | None) -> dict[str, float]:
        """The values of the schedules at a step, for the log."""
        return {} if step is None else {name: schedule.at(step) for name, schedule in self._schedules.items()}


def _read_value(value: Any) -> Any:
    if isinstance(value, str):
        return Schedule.parse(value) or value
    if isinstance(value, Mapping) or hasattr(value, "keys"):
        return {key: value[key] for key in value.keys()}
    if isinstance(value, (list, tuple)) or type(value).__name__ == "ListConfig":
        return [_read_value(entry) for entry in value]
    return value


def _read_stages(value: Any, where: str) -> list[stages.Stage]:
    found: list[stages.Stage] = []
    for i, entry in enumerate(value):
        if isinstance(entry, (stages.Center, stages.Scale, stages.Clip)):
            found.append(entry)
            continue
        entry = {entry: {}} if isinstance(entry, str) else _read_value(entry)
        if not isinstance(entry, dict) or len(entry) != 1 or next(iter(entry)) not in _STAGES:
            raise ValueError(f"{where}[{i}]: {entry!r}; it must be one of center, scale, clip, as in "
                             "{'scale': {'epsilon': 1e-6}}")
        (kind, fields), = entry.items()
        try:
            found.append(_STAGES[kind](**(_read_value(fields) or {})))
        except TypeError as error:
            raise ValueError(f"{where}[{i}].{kind}: {error}") from None
    return found


def _literal(text: str) -> Any:
    """A number, true, false, a list of whole numbers (1,4,8), or a text."""
    if text in ("true", "false"):
        return text == "true"
    for read in (int, float):
        try:
            return read(text)
        except ValueError:
            pass
    return [int(part) for part in text.split(",")] if re.fullmatch(r"\d+(,\d+)+", text) else text
