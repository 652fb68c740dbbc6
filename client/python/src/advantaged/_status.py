"""From gRPC's errors, and the core's violations, to ours, in the caller's words."""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence
from typing import Any

import grpc
from google.rpc import error_details_pb2, status_pb2

from advantaged.errors import (AdvantagedError, DeadlineExceeded, FailedPrecondition, InvalidArgument, Refused, TooLarge,
                               Unavailable, UnexpectedStatus, UnknownField, UnknownFields, Violation)
from advantaged.rpc import status_pb2 as own_status_pb2

_PUSHBACK = "grpc-retry-pushback-ms"
_DETAILS = "grpc-status-details-bin"
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
    return [Violation(_plain(violation.field), _plain(violation.description))
            for violation in bad_request.field_violations]


def _plain(text: str) -> str:
    return _WIRE_NAME.sub(r"\1", text).replace("reward_bits", "rewards")


def with_labels(error: InvalidArgument, groups: Sequence[Hashable] | None,
                trajectories: Sequence[Hashable] | None) -> InvalidArgument:
    """Ids of groups and of trajectories as the caller gave them, where they were numbered for the wire."""
    def relabel(pattern: str, labels: Sequence[Hashable] | None, text: str) -> str:
        def label(match: re.Match[str]) -> str:
            number = int(match[2])
            return f"{match[1]}{labels[number]!r}" if labels is not None and number < len(labels) else match[0]

        return re.sub(pattern, label, text)

    def of_caller(field: str, text: str) -> Violation:
        text = relabel(r"(\(id )(\d+)(?=\))", groups, text)
        text = relabel(r"(\btrajectory )(\d+)\b", trajectories, text)
        if field.startswith("trajectory_ids["):
            text = relabel(r"^()(\d+)(?= in )", trajectories, text)
        return Violation(field, text)

    return InvalidArgument([of_caller(*violation) for violation in error.violations], str(error))
