"""From the bytes of a reply to advantages, and, when asked for, to everything else."""

from __future__ import annotations

import operator
from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from advantaged import _request, _spec, _summary, stages
from advantaged._wire import fields, find
from advantaged.result import Facts, GroupStatistics, Warning
from advantaged.v1 import compute_pb2

Floats = npt.NDArray[np.float32]
_FIELDS = compute_pb2.ComputeAdvantagesResponse.DESCRIPTOR.fields_by_name
_COLUMNS = compute_pb2.GroupStatistics.DESCRIPTOR.fields_by_name
_COLUMN_NAMES = {field.number: name for name, field in _COLUMNS.items()}
# Varints below 128, such as the outcomes are, are bytes; the rest are doubles.
_COLUMN_TYPES = {"group_ids": "<u4", "n": "<u4", "c": "<u4", "outcome": "u1"}
_WARNING_CODE = compute_pb2.Warning.DESCRIPTOR.enum_types_by_name["Code"]
_ADVANTAGES = (_FIELDS["advantages_float32_le"].number, _FIELDS["advantages_per_group"].number)
_STATISTICS = _FIELDS["group_statistics"].number


class Reply:
    """A reply of which only the advantages are read at once."""

    def __init__(self, data: bytes, request: _request.Request) -> None:
        self._data = data
        values: Floats = np.frombuffer(find(data, _ADVANTAGES), "<f4")
        if request.per_group and len(values):
            self.advantages = _request.expand(values, request.batch)
        else:
            self.advantages = values.astype(np.float32)  # a copy of its own, aligned and writable

    def facts(self, has_statistics: bool, labels: Sequence[Hashable] | None) -> Facts:
        """Everything but the advantages."""
        message = compute_pb2.ComputeAdvantagesResponse.FromString(
            b"".join(whole for number, _, whole in fields(self._data) if number not in (_STATISTICS, *_ADVANTAGES)))
        return Facts(
            stats=_read_statistics(find(self._data, (_STATISTICS,)), labels) if has_statistics else None,
            summary=read_summary(message.summary) if message.HasField("summary") else {},
            method=_spec.read_method(message.method),
            numerics_version=message.numerics_version,
            batch_moments=tuple(stages.Moments(m.weight, m.mean, m.centred_squares) for m in message.batch_moments),
            warnings=tuple(
                Warning(_spec.choice_name(_WARNING_CODE, code), *rest)
                for code, *rest in map(operator.attrgetter("code", "message", "groups", "limit"), message.warnings)),
            timings={field.name: value for field, value in message.timings.ListFields()},
            pass_at_groups={entry.k: entry.groups for entry in message.summary.pass_at_k})


def read_summary(summary: compute_pb2.Summary) -> dict[str, float]:
    """A flat dict: every field, but those that are absent."""
    fields = {field.name: getattr(summary, field.name) for field in summary.DESCRIPTOR.fields
              if field.name != "pass_at_k" and (not field.has_presence or summary.HasField(field.name))}
    return _summary.flatten(fields, ((entry.k, entry.mean if entry.HasField("mean") else None)
                                     for entry in summary.pass_at_k))


def _read_statistics(payload: memoryview, labels: Sequence[Hashable] | None) -> GroupStatistics:
    columns: dict[str, Any] = {}
    pass_at: dict[int, Any] = {}
    for number, column, _ in fields(payload):
        name = _COLUMN_NAMES.get(number, "")
        if name == "pass_at_k":
            # K by protobuf, which is cheap once the values are cut off.
            entry = compute_pb2.PassAtKColumn.FromString(column.tobytes())
            pass_at[entry.k] = np.array(entry.value)
        elif name:
            columns[name] = np.frombuffer(column, _COLUMN_TYPES.get(name, "<f8")).copy()
    ids = columns.pop("group_ids", None)
    if labels is not None:
        ids = np.fromiter(labels, object, len(labels))
    elif ids is None:
        ids = np.arange(len(columns["n"]), dtype=np.uint32)
    return GroupStatistics(group_ids=ids, pass_at=pass_at, **columns)
