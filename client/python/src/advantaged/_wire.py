"""Protobuf's wire format, as far as large arrays need it: arrays go in and come out where they lie, with one copy. The
rest of a message is left to protobuf."""

from __future__ import annotations

import sys
from collections.abc import Container, Iterator
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


_BYTES_KEYS = {name: varint(field.number << 3 | _LENGTH_DELIMITED) for name, field in _FIELDS.items()}
_NUMBER_KEYS = {name: varint(field.number << 3 | _VARINT) for name, field in _FIELDS.items()}


def number_field(name: str, value: int) -> bytes:
    """A field of the request that holds a whole number or an enum."""
    return _NUMBER_KEYS[name] + varint(value)


def array_field(name: str, array: npt.NDArray[Any]) -> tuple[bytes, Any]:
    """A bytes field of the request from contiguous numbers of 4 bytes, in two pieces: the head, and the array."""
    if sys.byteorder != "little":
        array = array.byteswap()
    return _BYTES_KEYS[name] + varint(array.nbytes), array.data


def bitmap_field(name: str, bits: npt.NDArray[np.bool_]) -> tuple[bytes, Any]:
    """A bitmap of the request, least significant bit first."""
    packed = np.packbits(bits, bitorder="little")
    return _BYTES_KEYS[name] + varint(len(packed)), packed.data


def find(message: bytes, wanted: Container[int]) -> memoryview:
    """The payload of the first length-delimited field with one of these numbers; empty if there is none."""
    at, end = 0, len(message)
    while at < end:
        key = message[at]
        if key < 0x80:
            at += 1
        else:
            key, at = _read_varint(message, at)
        start, at = _payload(message, key, at)
        if key >> 3 in wanted:
            return memoryview(message)[start:at]
    return memoryview(b"")


def fields(message: memoryview | bytes) -> Iterator[tuple[int, memoryview, memoryview]]:
    """The fields of a message one after the other: number, payload, the whole field."""
    message = memoryview(message)
    at = 0
    while at < len(message):
        begin = at
        key, at = _read_varint(message, at)
        start, at = _payload(message, key, at)
        yield key >> 3, message[start:at], message[begin:at]


def _payload(message: memoryview | bytes, key: int, at: int) -> tuple[int, int]:
    """Where the payload of the field begins and ends whose key is read."""
    kind = key & 7
    if kind == _LENGTH_DELIMITED:
        length, at = _read_varint(message, at)
        end = at + length
    elif kind == _VARINT:
        end = _read_varint(message, at)[1]
    else:
        end = at + _FIXED.get(kind, len(message) + 1)
    if end > len(message):
        raise ValueError("not a protobuf message")
    return at, end


def _read_varint(message: memoryview | bytes, at: int) -> tuple[int, int]:
    number = shift = 0
    while at < len(message):
        byte = message[at]
        number |= (byte & 0x7F) << shift
        at += 1
        if byte < 0x80:
            return number, at
        shift += 7
    raise ValueError("not a protobuf message")
