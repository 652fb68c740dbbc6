"""Typed objects to messages of the contract and back: methods and stages."""

from __future__ import annotations

import dataclasses
import math
import operator
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from advantaged import _suggest, methods, stages
from advantaged.errors import InvalidArgument, wrong
from advantaged.v1 import method_pb2, stages_pb2


def choice(enum: Any, text: Any, path: str) -> Any:
    """The number of a choice of an enum (its descriptor) by its name in lower case without the enum's prefix."""
    prefix = enum.values_by_number[0].name.removesuffix("UNSPECIFIED")
    value = enum.values_by_name.get(prefix + text.upper()) if isinstance(text, str) and text.islower() else None
    if value is None or value.number == 0:
        names = [entry.name.removeprefix(prefix).lower() for entry in enum.values if entry.number]
        raise wrong(path, f"{text!r}; it must be one of {', '.join(names)}{_suggest.hint(text, names)}")
    return value.number


def choice_name(enum: Any, number: int) -> str:
    """The reverse of `choice`; "" for 0, the number for what only a newer server knows."""
    if number not in enum.values_by_number:
        return str(number)
    prefix = enum.values_by_number[0].name.removesuffix("UNSPECIFIED")
    return str(enum.values_by_number[number].name.removeprefix(prefix).lower()) if number else ""


def set_scalar(message: Message, name: str, value: Any, path: str) -> None:
    """Sets a field that is neither repeated nor a message; InvalidArgument names `path` and the value."""
    field = message.DESCRIPTOR.fields_by_name[name]
    try:
        if field.enum_type is not None:
            value = choice(field.enum_type, value, path)
        elif field.cpp_type == FieldDescriptor.CPPTYPE_BOOL:
            if not isinstance(value, bool):
                raise TypeError
        elif field.cpp_type == FieldDescriptor.CPPTYPE_STRING:
            if not isinstance(value, str):
                raise TypeError
        elif isinstance(value, (str, bytes, bool)):  # float("1") and index(True) are numbers
            raise TypeError
        elif field.cpp_type == FieldDescriptor.CPPTYPE_DOUBLE:
            if isinstance(value, (str, bytes, bool)):
                raise TypeError
            value = float(value)
        else:
            value = operator.index(value)
        setattr(message, name, value)
    except InvalidArgument:
        raise
    except (TypeError, ValueError, OverflowError):
        kind = {FieldDescriptor.CPPTYPE_BOOL: "True or False", FieldDescriptor.CPPTYPE_STRING: "a text",
                FieldDescriptor.CPPTYPE_DOUBLE: "a number"}.get(field.cpp_type, "a whole number from 0 to 4294967295")
        raise wrong(path, f"{value!r}; it must be {kind}") from None


def set_method(spec: method_pb2.MethodSpec, method: methods.Method) -> None:
    """`method` into the contract's oneof."""
    message = getattr(spec, method.name)
    message.SetInParent()
    for name, value in method.parameters().items():
        path = f"method.{method.name}.{name}"
        if name == "tables":
            for table in value:
                try:
                    message.tables.add(n=table.n, advantage_correct=table.advantage_correct,
                                       advantage_wrong=table.advantage_wrong)
                except (TypeError, ValueError) as error:
                    raise wrong(path, f"{table!r}: {error}") from None
        elif name == "constants":
            for constant, number in value:
                try:
                    message.constants[constant] = number
                except (TypeError, ValueError) as error:
                    raise wrong(path, f"{constant!r}={number!r}: {error}") from None
        else:
            set_scalar(message, name, value, path)


def read_method(spec: method_pb2.MethodSpec) -> methods.Method | None:
    """The method of a reply; None for one that this version does not know."""
    name = spec.WhichOneof("method")
    if name is None or name not in methods.names():
        return None
    message = getattr(spec, name)
    parameters: dict[str, Any] = {}
    for field, value in message.ListFields():
        if field.name == "tables":
            value = [methods.Table(t.n, tuple(t.advantage_correct), tuple(t.advantage_wrong)) for t in value]
        elif field.name == "constants":
            value = dict(value)
        elif field.enum_type is not None:
            value = choice_name(field.enum_type, value)
        parameters[field.name] = value
    return methods.from_name(name, **parameters)


def set_stage(message: stages_pb2.Stage, stage: stages.Stage, path: str) -> None:
    """One stage into the contract's oneof."""
    if not isinstance(stage, (stages.Center, stages.Scale, stages.Clip)):
        raise wrong(path, f"{stage!r}; it must be a Center, Scale or Clip of advantaged.stages")
    if isinstance(stage, stages.Clip) and stage.low is None and stage.high is None:
        raise wrong(f"{path}.clip", "neither low nor high is set")
    part = getattr(message, stage.kind)
    part.SetInParent()
    for field in dataclasses.fields(stage):
        value = getattr(stage, field.name)
        # What is left as it is goes to no server: one that does not know the field would have to refuse it.
        if type(value) is not type(field.default) or value != field.default:
            set_scalar(part, field.name, value, f"{path}.{stage.kind}.{field.name}")


def read_moments(value: Any, path: str) -> stages.Moments:
    """(weight, mean, centred_squares), finite."""
    try:
        weight, mean, centred_squares = value
        if math.isfinite(weight) and math.isfinite(mean) and math.isfinite(centred_squares):
            return stages.Moments(float(weight), float(mean), float(centred_squares))
    except (TypeError, ValueError, OverflowError):
        pass
    raise wrong(path, f"{value!r}; it must be advantaged.stages.Moments(weight, mean, centred_squares), finite")
