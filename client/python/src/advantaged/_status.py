"""From gRPC's errors, and the core's violations, to ours, in the caller's words."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Sequence
from typing import Any, Final, TypeAlias

import grpc
from google.rpc import error_details_pb2, status_pb2

from advantaged.errors import (AdvantagedError, DeadlineExceeded, FailedPrecondition, InvalidArgument, Mention, Refused,
                               TooLarge, Unavailable, UnexpectedStatus, UnknownField, UnknownFields, Violation)
from advantaged.rpc import status_pb2 as own_status_pb2

_PUSHBACK = "grpc-retry-pushback-ms"
_DETAILS = "grpc-status-details-bin"
# By the number of Mentions.Kind.
_KINDS: Final = ("unknown", "group", "trajectory", "row", "value")
# Kind, number, group id, begin and end: a Mentions.Mention without the index of its violation.
_Place: TypeAlias = "tuple[int, float, int | None, int, int]"
# How the wire calls an array, in place of how the caller does.
_WIRE_NAME = re.compile(r"\b(\w+)_(?:float32|fixed32)_le\b")


def from_grpc(code: grpc.StatusCode, message: str, trailers: Any,
              target: str, deadline: float, no_connection: str = "") -> AdvantagedError:
    """The exception for a failed call; `trailers` are pairs, or None; `no_connection` says why there is none."""
    found = dict(list(trailers or ()))  # dict() alone takes grpc.aio's of 1.51 for a mapping from pairs
    message += _hint(message)
    if code is grpc.StatusCode.INVALID_ARGUMENT:
        return InvalidArgument(_violations(found.get(_DETAILS)), message)
    if code is grpc.StatusCode.FAILED_PRECONDITION:
        return FailedPrecondition(message)
    if code is grpc.StatusCode.RESOURCE_EXHAUSTED:
        return _exhausted(message, str(found.get(_PUSHBACK, "")), found.get(_DETAILS))
    if code is grpc.StatusCode.DEADLINE_EXCEEDED:
        if no_connection:
            return DeadlineExceeded(f"no connection to {target} within {deadline:g} s: {no_connection}"
                                    f"{_hint(no_connection)}")
        return DeadlineExceeded(f"no answer from {target} within {deadline:g} s ({message})")
    if code is grpc.StatusCode.UNIMPLEMENTED:
        unknown = _unpack(found.get(_DETAILS), own_status_pb2.UnknownFields())
        if unknown.fields:
            fields = [UnknownField(one.message, one.number) for one in unknown.fields]
            return UnknownFields(f"{target}: {message}", fields, unknown.server_version)
    if code is grpc.StatusCode.UNAVAILABLE:
        return Unavailable(f"{target}: {message}")
    return UnexpectedStatus(code.name, f"{target}: {message}")


def _exhausted(message: str, pushback: str, details: str | bytes | None) -> Refused | TooLarge:
    """By the trailer of gRPC proposal A6: when to come back, or, below 0, never."""
    if pushback.isdecimal():
        return Refused(message, int(pushback) / 1000)
    if "larger than max" in message:  # gRPC's own refusal, with both sizes, before any code of the server runs
        return TooLarge(f"{message} (--max-request-bytes)")
    is_for_good = pushback.startswith("-") and not _unpack(details, error_details_pb2.RetryInfo()).HasField("retry_delay")
    if is_for_good or _unpack(details, error_details_pb2.ErrorInfo()).reason == "REQUEST_TOO_LARGE":
        return TooLarge(message)
    return Refused(message)


def _hint(message: str) -> str:
    """"Socket closed" is all that gRPC says of a server that wants TLS, or a client's certificate, and gets none."""
    if re.search("last error: .*Socket closed", message):
        return "; if the server wants TLS, or a certificate of the client: give tls=Tls(...)"
    return ""


def _unpack(details: str | bytes | None, message: Any) -> Any:
    """`message`, filled with the detail of its type if there is one."""
    if isinstance(details, bytes):
        for detail in status_pb2.Status.FromString(details).details:
            detail.Unpack(message)
    return message


def _violations(details: str | bytes | None) -> list[Violation]:
    bad_request = _unpack(details, error_details_pb2.BadRequest())
    mentions = _unpack(details, own_status_pb2.Mentions()).mentions
    return [_read(violation.field, violation.description,
                  [(one.kind, one.number, one.group_id if one.HasField("group_id") else None, one.begin, one.end)
                   for one in mentions if one.violation == index])
            for index, violation in enumerate(bad_request.field_violations)]


def from_core(violations: Iterable[tuple[str, str, Iterable[_Place]]]) -> InvalidArgument:
    """The core's violations, each with its mentions."""
    return InvalidArgument([_read(*violation) for violation in violations])


def _read(field: str, description: str, places: Iterable[_Place]) -> Violation:
    """In the words of `compute`. Places are bytes of UTF-8."""
    encoded = description.encode()

    def at(place: int) -> int:
        return len(encoded[:place].decode(errors="ignore"))

    mentions = [Mention(_KINDS[kind] if kind < len(_KINDS) else "unknown", number, group_id, at(begin), at(end))
                for kind, number, group_id, begin, end in places]
    violation = Violation(field, description, mentions)
    return violation.renamed(lambda mention: description[mention.begin:mention.end], _plain)


def _plain(text: str) -> str:
    return _WIRE_NAME.sub(r"\1", text).replace("reward_bits", "rewards")


def with_labels(error: InvalidArgument, groups: Sequence[Hashable] | None,
                trajectories: Sequence[Hashable] | None) -> InvalidArgument:
    """Ids of groups and of trajectories as the caller gave them, where they were numbered for the wire."""
    def labelled(mention: Mention) -> Mention:
        labels: Sequence[Hashable] | None = None
        number: float | None = None
        if mention.kind == "group":
            labels, number = groups, mention.group_id
        elif mention.kind == "trajectory":
            labels, number = trajectories, mention.number
        if labels is None or number is None or not 0 <= number < len(labels):
            return mention
        return mention._replace(label=labels[int(number)])

    def of_caller(violation: Violation) -> Violation:
        def name(mention: Mention) -> str:
            if mention.label is None:
                return violation.description[mention.begin:mention.end]
            if mention.kind == "group":
                return f"group {int(mention.number)} (id {mention.label!r})"
            return f"trajectory {mention.label!r}"

        mentions = map(labelled, violation.mentions)
        return Violation(violation.field, violation.description, mentions).renamed(name)

    return InvalidArgument([of_caller(violation) for violation in error.violations], str(error))
