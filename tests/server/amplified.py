"""Requests of every message and field of the contract that would take many times their bytes in memory, made from the
descriptors, so that a field to come is among them."""

import itertools
import json

from google.protobuf.descriptor import FieldDescriptor as F


def varint(number):
    parts = bytearray()
    while number > 127:
        parts.append(number & 127 | 128)
        number >>= 7
    return bytes(parts + bytes([number]))


def inside(number, content):
    """A field of this number with a message or bytes."""
    return varint(number << 3 | 2) + varint(len(content)) + content


def group(number, content):
    return varint(number << 3 | 3) + content + varint(number << 3 | 4)


def repeated(unit, size):
    return unit * (size // len(unit))


def is_map(field):
    return field.message_type is not None and field.message_type.GetOptions().map_entry


def is_list(field):
    return field.label == F.LABEL_REPEATED and not is_map(field)


def width(field):
    """Bytes of a value, 0 for a varint."""
    if field.type in (F.TYPE_DOUBLE, F.TYPE_FIXED64, F.TYPE_SFIXED64):
        return 8
    return 4 if field.type in (F.TYPE_FLOAT, F.TYPE_FIXED32, F.TYPE_SFIXED32) else 0


def messages(descriptor, path=()):
    """Every message that one of this type may hold, with the fields on the way to it."""
    yield path, descriptor
    for field in descriptor.fields:
        if field.message_type is not None and not is_map(field) and field not in path:
            yield from messages(field.message_type, (*path, field))


def names(count):
    """Distinct ones, as short as they can be."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    for length in itertools.count(1):
        for letter in itertools.islice(itertools.product(letters, repeat=length), count):
            yield "".join(letter)
        count -= 26 ** length
        if count <= 0:
            return


def wrap(path, content):
    for field in reversed(path):
        content = inside(field.number, content)
    return content


def of_field(field, size):
    """Contents of a message, each with as many entries of the field as there is room for."""
    tag = varint(field.number << 3 | {8: 1, 4: 5, 0: 0}[width(field)])
    if is_map(field):
        yield "entries", b"".join(inside(field.number, inside(1, name.encode())) for name in names(size // 8))
        yield "an entry of unknown fields", inside(field.number, repeated(b"\x38\1", size))
        yield "a long name", inside(field.number, inside(1, b"a" * size))
    elif field.message_type is not None:
        yield "empty ones", repeated(inside(field.number, b""), size)
    elif field.type in (F.TYPE_STRING, F.TYPE_BYTES):
        yield "one", inside(field.number, b"a" * size)
        yield "short ones", repeated(inside(field.number, b"a"), size)
    elif width(field):
        yield "one by one", repeated(tag + bytes(width(field)), size)
        if is_list(field):
            yield "packed", inside(field.number, bytes(size // 8 * 8))
            yield "packed in pairs", repeated(inside(field.number, bytes(2 * width(field))), size)
    else:
        yield "one by one", repeated(tag + b"\1", size)
        if is_list(field):
            yield "packed", inside(field.number, b"\1" * size)


def of_no_field(size):
    for number in (4000, 500):
        yield f"numbers {number}", repeated(varint(number << 3) + b"\1", size)
        yield f"empty texts {number}", repeated(inside(number, b""), size)
        yield f"short texts {number}", repeated(inside(number, b"a"), size)
        yield f"a text {number}", inside(number, b"a" * size)
        yield f"groups {number}", repeated(group(number, b""), size)
        yield f"groups in a group {number}", group(number, repeated(group(1, b""), size))
        yield f"deep groups {number}", varint(number << 3 | 3) * (size // 2)


def wire_requests(descriptor, size):
    """Names and bytes."""
    for path, message in messages(descriptor):
        where = ".".join(field.name for field in path)
        for kind, content in of_no_field(size):
            yield f"{where}: {kind}", wrap(path, content)
        for field in message.fields:
            for kind, content in of_field(field, size):
                yield f"{where}.{field.name}: {kind}", wrap(path, content)
    yield "nothing", bytes(size)


def json_of_field(field, size):
    """Texts that a field may be given."""
    if is_map(field):
        yield "entries", "{" + ",".join(f'"{name}":0' for name in names(size // 9)) + "}"
        yield "one name", "{" + ",".join(['"a":0'] * (size // 6)) + "}"
    elif is_list(field):
        each = {F.CPPTYPE_MESSAGE: "{}", F.CPPTYPE_STRING: '""'}.get(field.cpp_type, "1")
        for kind, entry in (("entries", each), ("nulls", "null"), ("lists", "[]"), ("words", "a"), ("texts", '"a"')):
            yield kind, "[" + repeated(entry + ",", size) + entry + "]"
        yield "commas", "[1" + "," * size + "]"
    elif field.message_type is not None:
        yield "unknown names", "{" + repeated('"":0,', size) + '"":0}'
        yield "names without quotes", "{" + repeated("a:0,", size) + "a:0}"
    else:
        yield "a text", json.dumps("A" * (size // 4 * 4))
        yield "a word", "a" * size
        yield "digits", "1" * size
        yield "a text of escapes", '"' + repeated("\\u0001", size) + '"'
        yield "a text without end", '"' + "A" * size
    yield "deep lists", "[" * size


def json_requests(descriptor, size):
    for path, message in messages(descriptor):
        where = ".".join(field.name for field in path)
        for field in message.fields:
            for kind, text in json_of_field(field, size):
                for outer in reversed((*path, field)):
                    text = f'{{"{outer.name}":{text}}}' if not is_list(outer) or outer is field else (
                        f'{{"{outer.name}":[{text}]}}')
                yield f"{where}.{field.name}: {kind}", text.encode()
    yield "space", b" " * size
    yield "nothing", bytes(size)
