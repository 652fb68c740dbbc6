"""The settings of a call, checked and compiled once, then found again by their values.

A trainer sends the same settings with every batch, so what they come to on the wire is kept, and a call
only adds its arrays: fields of a protobuf message may stand in any order, one after the other.
"""

from __future__ import annotations

import dataclasses
import functools
import typing
from collections.abc import Mapping
from typing import Any

import numpy as np

from advantaged import _arguments, _groups, _spec, _suggest, methods, stages
from advantaged.errors import wrong
from advantaged.v1 import compute_pb2, stages_pb2

_SCALARS = ("expected_group_size", "trajectory_reward", "success_threshold", "shape_rewards", "zero_unless_mixed",
            "constant_tolerance", "allow_recentering", "moments_only", "small_group", "declared_small_group",
            "required_numerics_version", "run", "observe")
_EMPTY = typing.get_args(_arguments.EmptyResponses)


@dataclasses.dataclass(frozen=True)
class Plan:
    """What of a request does not depend on its arrays."""

    method: methods.Method
    settings: Mapping[str, Any]
    """As given, the method's parameters not among them."""
    stages: tuple[stages.Stage, ...]
    prefix: bytes
    """The request on the wire, but for arrays and the form of the reply."""
    statistics: bool
    moments_only: bool
    bits: bool
    """Rewards may go as bits, if they are 0 and 1."""
    per_group: bool
    """Then two advantages a group may come back."""
    reads_lengths: bool
    local: dict[str, Any] = dataclasses.field(default_factory=dict)
    """What `local` makes of it, kept beside it."""


def split_arguments(arguments: Mapping[str, Any]) -> tuple[Plan, dict[str, Any]]:
    """The plan, and what is no setting: arrays and what concerns the call."""
    rest: dict[str, Any] = {}
    settings: dict[str, Any] = {}
    for name, value in arguments.items():
        if name in _arguments.ARRAYS or name in _arguments.CALL:
            rest[name] = value
        else:
            settings[name] = tuple(value) if isinstance(value, list) else value
    try:
        return _find(**settings), rest
    except TypeError as error:
        if not str(error).startswith("unhashable"):
            raise
        return _make(**settings), rest  # tables and constants as lists and dicts


def _make(**arguments: Any) -> Plan:
    settings = {name: value for name, value in arguments.items() if name in _METHOD_FREE}
    if isinstance(settings.get("pass_at"), (int, np.integer)):
        settings["pass_at"] = (settings["pass_at"],)
    for name in ("stages", "batch_moments", "pass_at"):
        settings[name] = _several(settings.get(name), name)
    method = read_method(settings.pop("method", None), {k: v for k, v in arguments.items() if k not in _METHOD_FREE})
    chain: tuple[stages.Stage, ...] = settings["stages"]
    request = compute_pb2.ComputeAdvantagesRequest()
    _spec.set_method(request.method, method)
    for name in _SCALARS:
        if settings.get(name) is not None:
            _spec.set_scalar(request, name, settings[name], name)
            if not isinstance(settings[name], str):
                settings[name] = getattr(request, name)  # a plain int, float or bool
    for i, stage in enumerate(chain):
        _spec.set_stage(request.stages.add(), stage, f"stages[{i}]")
    for i, value in enumerate(settings["batch_moments"]):
        moments = _spec.read_moments(value, f"batch_moments[{i}]")
        request.batch_moments.append(stages_pb2.BatchMoments(**moments._asdict()))
    for i, k in enumerate(settings["pass_at"]):
        request.pass_at.append(_groups.whole(k, f"pass_at[{i}]"))
    settings["pass_at"] = list(request.pass_at)
    empty = settings["empty_responses"] = settings.get("empty_responses") or "count"
    if empty not in _EMPTY:
        raise wrong("empty_responses", f"{empty!r}; it must be 'count' or 'drop'{_suggest.hint(empty, _EMPTY)}")
    statistics = settings.get("statistics", True)
    if not isinstance(statistics, bool):
        raise wrong("statistics", f"{statistics!r}; it must be True or False")
    request.group_statistics = statistics and not request.moments_only
    plain = settings.get("success_threshold") is None
    return Plan(
        method=method, settings=settings, stages=chain, prefix=request.SerializeToString(),
        statistics=request.group_statistics, moments_only=request.moments_only,
        bits=plain and settings.get("trajectory_reward") != "sum",
        per_group=(plain and not chain and not request.shape_rewards and method.name != "opo"
                   and "raw" not in (settings.get("small_group"), settings.get("declared_small_group"))),
        reads_lengths=method.name == "opo" or any(getattr(stage, "weighting", "") == "tokens" for stage in chain))


def _several(values: Any, name: str) -> tuple[Any, ...]:
    try:
        if isinstance(values, (str, bytes)):
            raise TypeError
        return () if values is None else tuple(values)
    except TypeError:
        raise wrong(name, f"{values!r}; it must be a sequence") from None


# Typed: True is no 1.
_find = functools.lru_cache(maxsize=256, typed=True)(_make)
# What of the settings is no parameter of a method.
_METHOD_FREE = frozenset(("method", "stages", "batch_moments", "pass_at", "statistics", "empty_responses", *_SCALARS))


def read_method(method: Any, parameters: dict[str, Any]) -> methods.Method:
    """A name with parameters, or an object, as an object."""
    _arguments.check_names("compute", parameters)
    if isinstance(method, methods.Method):
        if parameters:
            raise TypeError(f"{next(iter(parameters))}: set beside {method!r}, which has its parameters")
        return method
    if not isinstance(method, str):
        raise wrong("method", f"{method!r}; give a name, e.g. 'grpo', or an object of advantaged.methods")
    try:
        return methods.from_name(method, **parameters)
    except ValueError as error:
        raise wrong("method", str(error).removeprefix("method: ")) from None
