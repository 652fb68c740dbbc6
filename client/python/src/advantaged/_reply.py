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

    @property
    def statistics(self) -> memoryview:
        """The group statistics, as they are on the wire."""
        return find(self._data, (_STATISTICS,))

    def message(self) -> compute_pb2.ComputeAdvantagesResponse:
        """Everything but the advantages and the statistics."""
        return compute_pb2.ComputeAdvantagesResponse.FromString(
            b"".join(whole for number, _, whole in fields(self._data) if number not in (_STATISTICS, *_ADVANTAGES)))


def read_facts(message: compute_pb2.ComputeAdvantagesResponse, statistics: memoryview, has_statistics: bool,
               labels: Sequence[Hashable] | None) -> Facts:
    """All that stands in a reply beside the advantages."""
    return Facts(
        stats=_read_statistics(statistics, labels) if has_statistics else None,
        summary=read_summary(message.summary) if message.HasField("summary") else {},
        method=_spec.read_method(message.method),
        numerics_version=message.numerics_version,
        batch_moments=tuple(stages.Moments(m.weight, m.mean, m.centred_squares) for m in message.batch_moments),
        warnings=tuple(
            Warning(_spec.choice_name(_WARNING_CODE, code), text)
            for code, text in map(operator.attrgetter("code", "message"), message.warnings)),
        timings={field.name: value for field, value in message.timings.ListFields()})


def read_summary(summary: compute_pb2.Summary) -> dict[str, float]:
    """A flat dict: every field, but those that are absent."""
    fields = {field.name: getattr(summary, field.name) for field in summary.DESCRIPTOR.fields
              if field.name != "pass_at_k" and (not field.has_presence or summary.HasField(field.name))}
    return _summary.flatten(fields, ((entry.k, entry.mean if entry.HasField("mean") else None)
                                     for entry in summary.pass_at_k))


def _read_statistics(payload: memoryview, labels: Sequence[Hashable] | None) -> GroupStatistics:
    """Columns; those of a batch that went in parts come part by part."""
    columns: dict[str, list[Any]] = {name: [] for name in _COLUMNS}
    pass_at: dict[int, list[Any]] = {}
    for number, column, _ in fields(payload):
        name = _COLUMN_NAMES.get(number, "")
        if name == "pass_at_k":
            # K by protobuf, which is cheap once the values are cut off.
            entry = compute_pb2.PassAtKColumn.FromString(column.tobytes())
            pass_at.setdefault(entry.k, []).append(np.array(entry.value))
        elif name:
            columns[name].append(np.frombuffer(column, _COLUMN_TYPES.get(name, "<f8")))
    joined: dict[str, Any] = {name: np.concatenate(found) for name, found in columns.items() if found}
    ids = joined.pop("group_ids", None)
    if labels is not None:
        ids = np.fromiter(labels, object, len(labels))
    elif ids is None:
        ids = np.arange(len(joined["n"]), dtype=np.uint32)
    return GroupStatistics(group_ids=ids, pass_at={k: np.concatenate(found) for k, found in pass_at.items()}, **joined)
