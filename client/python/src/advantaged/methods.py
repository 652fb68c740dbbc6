"""The methods, typed: `methods.PassAtKGrpo(k=4)` is the method `pass_at_k_grpo`.

One class a method, its fields the parameters by their names in the contract. `None` keeps the default. Ranges are
checked where the method is computed.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from advantaged import _method, _suggest
from advantaged._generated.methods import *  # noqa: F403
from advantaged._generated.names import Base as BaseMethod
from advantaged._generated.names import MethodName as MethodName
from advantaged._generated.names import Scale as MaxAtKScale
from advantaged._generated.names import Variant as MaxAtKVariant
from advantaged._method import Method as Method
from advantaged._method import Table as Table


def names() -> tuple[str, ...]:
    """The names of all methods, in the order of the contract's documentation."""
    return tuple(_method.METHODS)


def parameter_names(name: str) -> tuple[str, ...]:
    """Of the method `name`; ValueError if there is none."""
    return _method.fields(_find(name))


def from_name(name: str, **parameters: Any) -> Method:
    """The method `name` with `parameters`, e.g. from_name("pass_at_k_grpo", k=4).

    ValueError names an unknown method, TypeError an unknown or missing parameter, with what there is.
    """
    method = _find(name)
    known = _method.fields(method)
    for parameter in parameters:
        if parameter not in known:
            has = ", ".join(known) or "no parameters"
            raise TypeError(f"{parameter}: neither an argument nor a parameter of {name}, which has {has}"
                            f"{_suggest.hint(parameter, known)}")
    for field in dataclasses.fields(method):  # type: ignore[arg-type]
        if field.default is dataclasses.MISSING and field.name not in parameters:
            raise TypeError(f"{name} needs the parameter {field.name}")
    return method(**parameters)


def _find(name: str) -> type[Method]:
    method = _method.METHODS.get(name)
    if method is None:
        hint = _suggest.hint(name, _method.METHODS) or f"; there are {', '.join(_method.METHODS)}"
        raise ValueError(f"method: there is no {name!r}{hint}")
    return method


ALL_PARAMETERS = frozenset(field for method in _method.METHODS.values() for field in _method.fields(method))
"""The parameters of all methods."""
