"""The method table and what methods do, as dicts, lists, numbers and texts: the same from a server and in-process."""

from __future__ import annotations

from typing import Any

import numpy as np

from advantaged import _plan, _spec, methods
from advantaged.v1 import catalog_pb2, describe_pb2


def read(message: Any) -> dict[str, Any]:
    """A message by the names of its fields: choices as their last words, None for what is absent."""
    found: dict[str, Any] = {}
    for field in message.DESCRIPTOR.fields:
        value = getattr(message, field.name)
        if field.has_presence and not message.HasField(field.name):
            value = None
        elif field.enum_type is not None:
            value = _spec.choice_name(field.enum_type, value) or None
        elif field.message_type is not None:
            value = read(value) if field.has_presence else [read(entry) for entry in value]
        elif not isinstance(value, (str, int, float)):
            value = list(value)
        found[field.name] = value
    return found


def read_methods(response: catalog_pb2.ListMethodsResponse) -> list[dict[str, Any]]:
    """The rows of the table."""
    return [read(method) for method in response.methods]


def ask(method: Any, n: int | None, points: int | None, rho: Any) -> describe_pb2.DescribeMethodRequest:
    """The question of a remote `describe`."""
    request = describe_pb2.DescribeMethodRequest(n=n, points=points, rho=() if rho is None else rho)
    _spec.set_method(request.method, _plan.read_method(method, {}))
    return request


def read_description(response: describe_pb2.DescribeMethodResponse) -> dict[str, Any]:
    """The answer to it; `method` is the object, every default filled in."""
    return {"name": response.name, "equation": response.equation, "source": response.source,
            "method": _spec.read_method(response.parameters), "n": response.n, "table": read(response.table),
            "curve": read(response.curve)}


def read_local(description: dict[str, Any]) -> dict[str, Any]:
    """The same of the core's answer."""
    name, parameters = description["method"]
    table, curve = ({key: value.tolist() if isinstance(value, np.ndarray) else value for key, value in part.items()}
                    for part in (description["table"], description["curve"]))
    return {"name": description["name"], "equation": description["equation"], "source": description["source"],
            "method": methods.from_name(name, **parameters), "n": description["n"],
            "table": {"c": list(range(description["n"] + 1)), **table}, "curve": curve}
