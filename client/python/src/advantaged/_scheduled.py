"""Settings of one call that follow the steps of a training: their values at the step of the call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from advantaged import _arguments, _kinds, _numbers
from advantaged._schedule import EXAMPLES, Schedule
from advantaged.errors import wrong

_KINDS = {name: kind for name, kind in _kinds.KINDS.items() if kind.is_number and name in _arguments.SETTINGS}


def resolve(arguments: Mapping[str, Any]) -> tuple[Mapping[str, Any], dict[str, float]]:
    """The arguments of `compute` without `step`, each schedule by its value there; and these values. InvalidArgument
    names a schedule without a step, and, beside a step, a text that is no schedule."""
    given = arguments.get("step")
    texts = {name: value for name, value in arguments.items() if type(value) in (str, Schedule) and name in _KINDS}
    if given is None and not texts:
        return arguments, {}
    step = None if given is None else _numbers.whole(given, "step", at_least=0)
    found: dict[str, float] = {}
    for name, value in texts.items():
        schedule = Schedule.parse(value, _KINDS[name].is_whole) if isinstance(value, str) else value
        if schedule is None:
            if step is not None:
                raise wrong(name, f"{value!r}; it must be {_KINDS[name].expected}, or a schedule, as in {EXAMPLES}")
        elif step is None:
            raise wrong(name, f"{str(value)!r} is a schedule, but `step` is not set")
        else:
            found[name] = schedule.at(step)
    return {**{name: value for name, value in arguments.items() if name != "step"}, **found}, found
