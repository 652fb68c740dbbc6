"""From a batch to the bytes of a request, in the cheapest forms that give the same bits."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from advantaged import _batch
from advantaged._plan import Plan
from advantaged._wire import array_field, bitmap_field, number_field
from advantaged._groups import UInt32s
from advantaged.v1 import compute_pb2

Floats = npt.NDArray[np.float32]
_PER_GROUP = number_field("reply_form", compute_pb2.REPLY_FORM_ADVANTAGES_PER_GROUP)
# Fewer responses are a packet either way, and bits cost more than they save.
_BITS_FROM = 1024
_FLOAT32_LE = number_field("reply_form", compute_pb2.REPLY_FORM_ADVANTAGES_FLOAT32_LE)


class Request(NamedTuple):
    """A request, and what its answer needs to be read."""

    data: bytes
    batch: _batch.Batch
    per_group: bool


def encode(batch: _batch.Batch, plan: Plan) -> Request:
    """`batch` under `plan`."""
    parts: list[Any] = [plan.prefix]
    binary = plan.bits and len(batch.rewards) >= _BITS_FROM and _batch.is_binary(batch)
    if binary:
        ones = batch.rewards == 1
        if batch.valid is not None:
            ones &= batch.valid
        parts += bitmap_field("reward_bits", ones)
        parts.append(number_field("response_count", len(batch.rewards)))
    else:
        parts += array_field("rewards_float32_le", batch.rewards)
    if batch.group_size is not None:
        parts.append(number_field("group_size", batch.group_size))
    elif batch.group_sizes is not None:
        parts += array_field("group_sizes_fixed32_le", batch.group_sizes)
    elif batch.group_ids is not None:
        parts += array_field("group_ids_fixed32_le", batch.group_ids)
    if batch.valid is not None:
        parts += bitmap_field("valid", batch.valid)
    if batch.outcomes is not None:
        parts += bitmap_field("outcomes", batch.outcomes)
    if batch.lengths is not None and plan.reads_lengths:
        parts += array_field("lengths_fixed32_le", batch.lengths)
    if batch.trajectory_ids is not None:
        parts += array_field("trajectory_ids_fixed32_le", batch.trajectory_ids)
    per_group = (binary and plan.per_group and batch.outcomes is None and batch.trajectory_ids is None
                 and (batch.group_ids is None or _are_numbers_of_groups(batch.group_ids)))
    parts.append(_PER_GROUP if per_group else _FLOAT32_LE)
    return Request(b"".join(parts), batch, per_group)


def expand(sides: Floats, batch: _batch.Batch) -> Floats:
    """A(correct) and A(wrong) of each group, one after the other, to an advantage per response."""
    out = np.empty(len(batch.rewards), np.float32)
    wide = np.arange(0, len(sides), 2)
    side: npt.NDArray[np.intp]
    if batch.group_size is not None:
        side = wide.repeat(batch.group_size)
    elif batch.group_sizes is not None:
        side = wide.repeat(batch.group_sizes)
    else:
        assert batch.group_ids is not None
        side = np.multiply(batch.group_ids, 2, dtype=np.intp)
    side += batch.rewards != 1
    sides.take(side, out=out, mode="clip")  # every index is within; "raise" would take a second copy
    if batch.valid is not None:
        out[~batch.valid] = 0
    return out


def _are_numbers_of_groups(ids: UInt32s) -> bool:
    """True if ids count the groups from 0 on, rows of a group together. Other ids are not worth renumbering."""
    return bool(ids[0] == 0 and (ids[1:] - ids[:-1] <= 1).all())  # a step back is a large unsigned number
