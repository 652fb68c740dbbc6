"""What a trainer's configuration says of the computation: the method, its parameters, and all other settings of
`compute`, some of which may follow a schedule over the training steps.

    Spec.read({"method": "pass_at_k_grpo", "k": "8 -> 1 over 200", "stages": [{"center": {}}]}, where="algorithm")

Values that are texts are read as in a line of settings (docs/settings.md), which also says what schedules are.
"""

from __future__ import annotations

import os
import typing
from collections.abc import Callable, Mapping
from typing import Any

from advantaged import _arguments, _plan, _suggest, line, methods, stages
from advantaged.line import Schedule

if typing.TYPE_CHECKING:
    from typing_extensions import Self

# In shells and job files, for frameworks whose configuration takes no further keys: "pass_at_k_grpo k=4".
VARIABLE = "ADVANTAGED_METHOD"


class Spec:
    """Settings of `compute`, read from a configuration and checked."""

    OWN: typing.ClassVar[Mapping[str, Callable[[Any, str], Any]]] = {}
    """Settings that a subclass has besides, and what reads the value of each, given what errors call it."""

    def __init__(self, settings: Mapping[str, Any], where: str) -> None:
        self._settings = dict(settings)
        self._schedules = {name: value for name, value in self._settings.items() if isinstance(value, Schedule)}
        self._where = where
        for step in self.turns():  # a wrong method or parameter is an error before the training begins
            settings = self.at(step)
            try:
                _plan.split_arguments(settings)
            except (TypeError, ValueError) as error:
                raise ValueError(f"{where}: {error}") from None

    @classmethod
    def read(cls, mapping: Any, *, where: str) -> Self:
        """From a dict, an OmegaConf node or a namespace; `where` is what errors call it.

        ValueError names a key that is no setting, with the closest one, and what cannot be read.
        """
        entries = dict(mapping) if isinstance(mapping, Mapping) or hasattr(mapping, "keys") else dict(vars(mapping))
        settings: dict[str, Any] = {}
        for name, value in entries.items():
            if name not in _arguments.SETTINGS:
                whose = "an adapter" if name in _arguments.CALL else "advantaged"
                hint = _suggest.hint(name, [*_arguments.SETTINGS, *cls.OWN])
                raise ValueError(f"{where}.{name}: no setting of {whose}{hint}")
            if isinstance(value, str) and name != "method":
                value = line.read_value(name, value, where=where, schedules=True)
            if value is not None:
                settings[name] = _read_stages(value, where) if name == "stages" else _read_value(value)
        if "method" not in settings:
            raise ValueError(f"{where}.method: not set; there are {', '.join(methods.names())}")
        return cls(settings, where)

    @classmethod
    def parse(cls, text: str, *, where: str) -> Self:
        """From one line, as docs/settings.md has it; a number may be a schedule."""
        return cls.read(line.parse(text, where=where, schedules=True, texts=cls.OWN), where=where)

    @classmethod
    def from_environment(cls) -> Self | None:
        """From ADVANTAGED_METHOD; None if that is not set."""
        text = os.environ.get(VARIABLE)
        return cls.parse(text, where=VARIABLE) if text else None

    @property
    def method(self) -> str:
        """Its name."""
        method = self._settings["method"]
        return method.name if isinstance(method, methods.Method) else str(method)

    @property
    def schedules(self) -> dict[str, Schedule]:
        """The settings that follow the steps, by name."""
        return dict(self._schedules)

    def turns(self) -> list[int | None]:
        """Step 0 and the points of the schedules: what holds at all of them holds at every step, since a setting lies
        between its values there. [None] without schedules."""
        return [*sorted({0}.union(*(schedule.turns for schedule in self._schedules.values())))] if self._schedules else [None]

    def described(self) -> dict[str, Any]:
        """The settings as given, in values that JSON has; schedules as they are written."""
        return {name: _plain(value) for name, value in self._settings.items()}

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

    def success_threshold(self, step: int | None) -> float | None:
        """That setting at a step, for adapters that decide themselves which responses are correct."""
        return typing.cast("float | None", self.at(step).get("success_threshold"))

    def scheduled(self, step: int | None) -> dict[str, float]:
        """The values of the schedules at a step, for the log."""
        return {} if step is None else {name: schedule.at(step) for name, schedule in self._schedules.items()}


def _read_value(value: Any) -> Any:
    if isinstance(value, Mapping) or hasattr(value, "keys"):
        return {key: value[key] for key in value.keys()}
    if isinstance(value, (list, tuple)) or type(value).__name__ == "ListConfig":
        return [_read_value(entry) for entry in value]
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, methods.Method):
        return {value.name: _plain(value.parameters())}
    if isinstance(value, Mapping):
        return {str(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(entry) for entry in value]
    return value if isinstance(value, (bool, int, float, str)) else str(value)


def _read_stages(value: Any, where: str) -> list[stages.Stage]:
    found: list[stages.Stage] = []
    for i, entry in enumerate(value):
        if isinstance(entry, (stages.Center, stages.Scale, stages.Clip)):
            found.append(entry)
            continue
        if isinstance(entry, str):
            found += line.read_value("stages", entry, where=where)
            continue
        entry = _read_value(entry)
        if not isinstance(entry, dict) or len(entry) != 1 or next(iter(entry)) not in stages.KINDS:
            raise ValueError(f"{where}.stages[{i}]: {entry!r}; it must be one of center, scale, clip, as in "
                             "{'scale': {'epsilon': 1e-6}}")
        (kind, fields), = entry.items()
        try:
            found.append(stages.KINDS[kind](**(_read_value(fields) or {})))
        except TypeError as error:
            raise ValueError(f"{where}.stages[{i}].{kind}: {error}") from None
    return found
