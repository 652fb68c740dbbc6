"""Protobuf's wire format, as far as large arrays need it: written from arrays without a copy before the last, and
taken apart so that arrays are read where they lie. The rest of a message is left to protobuf."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from advantaged.v1 import compute_pb2

_FIELDS = compute_pb2.ComputeAdvantagesRequest.DESCRIPTOR.fields_by_name
_VARINT, _LENGTH_DELIMITED = 0, 2
_FIXED = {1: 8, 5: 4}


def varint(number: int) -> bytes:
    """Base 128, least significant first."""
    digits = bytearray()
    while number >= 0x80:
        digits.append(number & 0x7F | 0x80)
        number >>= 7
    digits.append(number)
    return bytes(digits)


_KEYS = {name: varint(field.number << 3 | _LENGTH_DELIMITED) for name, field in _FIELDS.items()}
_GROUP_SIZE = varint(_FIELDS["group_size"].number << 3)
_RESPONSE_COUNT = varint(_FIELDS["response_count"].number << 3)
_REPLY_FORM = varint(_FIELDS["reply_form"].number << 3)


class RequestBytes:
    """A request in pieces; `join` is the one copy."""

    def __init__(self, prefix: bytes) -> None:
        self._parts: list[Any] = [prefix]
        self.size = len(prefix)

    def add_bytes(self, field: str, payload: Any, size: int) -> None:
        """A bytes field from anything with a buffer of `size` bytes."""
        head = _KEYS[field] + varint(size)
        self._parts += (head, payload)
        self.size += len(head) + size

    def add_array(self, field: str, array: npt.NDArray[Any]) -> None:
        """A `..._le` field from contiguous numbers of 4 bytes."""
        little = array.astype(array.dtype.newbyteorder("<"), copy=False)
        self.add_bytes(field, little.data.cast("B"), little.nbytes)

    def add_bitmap(self, field: str, bits: npt.NDArray[np.bool_]) -> None:
        """A bitmap, least significant bit first."""
        packed = np.packbits(bits, bitorder="little")
        self.add_bytes(field, packed.data, packed.nbytes)

    def add_number(self, key: bytes, number: int) -> None:
        """A varint field."""
        part = key + varint(number)
        self._parts.append(part)
        self.size += len(part)

    def set_group_size(self, size: int) -> None:
        self.add_number(_GROUP_SIZE, size)

    def set_response_count(self, count: int) -> None:
        self.add_number(_RESPONSE_COUNT, count)

    def set_reply_form(self, form: int) -> None:
        self.add_number(_REPLY_FORM, form)

    def join(self) -> bytes:
        return b"".join(self._parts)


def fields(message: memoryview) -> Iterator[tuple[int, memoryview, memoryview]]:
    """The fields of a message one after the other: number, payload (of length-delimited ones), the whole field."""
    at = 0
    while at < len(message):
        start = at
        key, at = _read_varint(message, at)
        kind = key & 7
        if kind == _LENGTH_DELIMITED:
            length, at = _read_varint(message, at)
            payload = message[at:at + length]
            at += length
        else:
            payload = message[:0]
            if kind == _VARINT:
                _, at = _read_varint(message, at)
            elif kind in _FIXED:
                at += _FIXED[kind]
            else:
                at = len(message) + 1
        if at > len(message):
            raise ValueError("not a protobuf message")
        yield key >> 3, payload, message[start:at]


def _read_varint(message: memoryview, at: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        if at >= len(message):
            raise ValueError("not a protobuf message")
        byte = message[at]
        number |= (byte & 0x7F) << shift
        at += 1
        if byte < 0x80:
            return number, at
        shift += 7
