"""What can go wrong, as exceptions. All of them are `AdvantagedError`s."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable
from typing import Literal, NamedTuple


class Mention(NamedTuple):
    """Where a description names something of the batch."""

    kind: Literal["group", "trajectory", "row", "value", "unknown"]
    number: float
    """Index of the group or of the row, the trajectory's id in the request, or the offending value."""
    group_id: int | None
    """A group's id in the request, if the batch has ids."""
    begin: int
    """It is `description[begin:end]`, e.g. "group 3 (id 'a')"; both are 0 where the description was cut before it."""
    end: int
    label: Hashable | None = None
    """The group's or trajectory's id as the caller gave it; None where there is none."""


class _FieldAndDescription(NamedTuple):
    field: str
    """Path of the argument, e.g. "rewards[17]" or "method.pass_at_k_grpo.k"."""
    description: str
    """What is wrong, with the offending value, and what would be right."""


class Violation(_FieldAndDescription):
    """One thing wrong with a batch: a pair of `field` and `description`, and what the description names as numbers."""

    mentions: tuple[Mention, ...]
    """In the order of the description; empty from a server that does not send them."""

    def __new__(cls, field: str, description: str, mentions: Iterable[Mention] = ()) -> Violation:
        self = super().__new__(cls, field, description)
        self.mentions = tuple(mentions)
        return self

    def renamed(self, name: Callable[[Mention], str], text: Callable[[str], str] = str) -> Violation:
        """With another name for each mention; `text` rewrites what stands between them."""
        parts, mentions, done = [], [], 0
        for mention in self.mentions:
            if done <= mention.begin < mention.end <= len(self.description):
                parts.append(text(self.description[done:mention.begin]))
                begin, done = sum(map(len, parts)), mention.end
                parts.append(name(mention))
                mention = mention._replace(begin=begin, end=begin + len(parts[-1]))
            mentions.append(mention)
        parts.append(text(self.description[done:]))
        return Violation(text(self.field), "".join(parts), mentions)


class AdvantagedError(Exception):
    """Base of the errors of this package; `code` is the canonical status code, e.g. "UNAVAILABLE"."""

    code = "UNKNOWN"


class InvalidArgument(AdvantagedError, ValueError):
    """The batch is wrong; sending it again is useless. `violations` lists everything that is; the text says once what
    is wrong with several groups or responses in the same way."""

    code = "INVALID_ARGUMENT"

    def __init__(self, violations: Iterable[Violation], message: str = "") -> None:
        self.violations = tuple(violations)
        super().__init__(_listed(self.violations) or message)

    def __reduce__(self) -> tuple[object, ...]:  # exceptions travel between Ray actors
        return type(self), (self.violations, str(self))


class FailedPrecondition(AdvantagedError):
    """The server's numerics version is not `required_numerics_version`."""

    code = "FAILED_PRECONDITION"


class Refused(AdvantagedError):
    """The server is full, and stayed so until the deadline. `retry_delay`: seconds after which to try again, if known."""

    code = "RESOURCE_EXHAUSTED"

    def __init__(self, message: str, retry_delay: float | None = None) -> None:
        self.retry_delay = retry_delay
        super().__init__(message)

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (str(self), self.retry_delay)


class TooLarge(AdvantagedError):
    """The batch is larger than the server accepts (`--max-request-bytes`); the text says how large both are. Sending it
    again is useless: raise the limit, or cut the batch between groups with `advantaged.shards`."""

    code = "RESOURCE_EXHAUSTED"


class DeadlineExceeded(AdvantagedError, TimeoutError):
    """There was no answer within the deadline."""

    code = "DEADLINE_EXCEEDED"


class Unavailable(AdvantagedError, ConnectionError):
    """No server could be reached, or the connection was lost in every attempt."""

    code = "UNAVAILABLE"


class UnknownField(NamedTuple):
    """A field of a request that the server does not know."""

    message: str
    """Full name of its message, e.g. "advantaged.v1.MethodSpec"."""
    number: int
    """Its number there."""


class UnknownFields(AdvantagedError):
    """The server is older than this client and does not know what was asked for, so it computed nothing: update it, or
    leave that out. `fields` are those that it does not know, at most 32; `server_version` is its version."""

    code = "UNIMPLEMENTED"

    def __init__(self, message: str, fields: Iterable[UnknownField] = (), server_version: str = "") -> None:
        self.fields = tuple(fields)
        self.server_version = server_version
        super().__init__(message)

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (str(self), self.fields, self.server_version)


class UnexpectedStatus(AdvantagedError):
    """Another status, e.g. INTERNAL, or UNIMPLEMENTED by what is not an advantaged server."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        self.message = message
        super().__init__(f"{code}: {message}")

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.code, self.message)


# What tells two violations apart that are alike: numbers, and ids as the caller gave them.
_OWN = re.compile(r"'[^']*'|\b(?:nan|inf)\b|-?\b\d+(?:\.\d+)?(?:e[+-]?\d+)?", re.ASCII)


def _listed(violations: Iterable[Violation]) -> str:
    alike: dict[str, list[str]] = {}
    for field, description in violations:
        text = f"{field}: {description}" if field else description  # e.g. "and 7 more"
        alike.setdefault(_OWN.sub("#", text), []).append(text)
    return "; ".join(texts[0] if len(texts) == 1 else f"{texts[0]} (and {len(texts) - 1} more like it)"
                     for texts in alike.values())


def wrong(field: str, description: str) -> InvalidArgument:
    """InvalidArgument with one violation."""
    return InvalidArgument([Violation(field, description)])
