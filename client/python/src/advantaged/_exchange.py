"""What a client and a server say to each other over one batch, without saying how: a generator that yields what is
to be done and is sent what came of it, so that `Client` and `AsyncClient` share every decision.
"""

from __future__ import annotations

import dataclasses
import functools
import random
import time
from collections.abc import Generator, Hashable, Sequence
from typing import NamedTuple, Union

import numpy as np

from advantaged import _reply, _request, _split, _wire
from advantaged._batch import Batch
from advantaged._plan import Plan
from advantaged.errors import InvalidArgument, Refused, TooLarge
from advantaged.result import Facts
from advantaged.stages import Moments
from advantaged.v1 import catalog_pb2, compute_pb2, stages_pb2

# The contract's bound, whatever the server's.
MAX_RESPONSES = 1 << 24
# What required_numerics_version adds to a request, at most.
_PIN_BYTES = 7
# A request of this size is within the limit of any server that has not lowered it; larger ones ask first.
ASK_FROM_BYTES = 4 << 20


class Call(NamedTuple):
    """Call `rpc` with `data`; send the bytes of the reply, or throw an AdvantagedError."""

    rpc: str
    data: bytes


class Wait(NamedTuple):
    """Wait, then send None."""

    seconds: float
    reason: str


Steps = Generator[Union[Call, Wait, "Answer"], bytes, None]


@dataclasses.dataclass
class Limits:
    """What the server is known to accept; shared by the calls of a client."""

    max_request_bytes: int | None = None
    max_responses: int = MAX_RESPONSES


class Answer(NamedTuple):
    """What came back, in the order of the batch."""

    advantages: _reply.Floats
    rest: _reply.Reply | tuple[compute_pb2.ComputeAdvantagesResponse, memoryview]
    """The reply, or, of several, their messages and statistics together."""

    def facts(self, plan: Plan, labels: Sequence[Hashable] | None) -> Facts:
        """All of it but the advantages."""
        rest = self.rest
        message, statistics = (rest.message(), rest.statistics) if isinstance(rest, _reply.Reply) else rest
        return _reply.read_facts(message, statistics, plan.statistics, labels)


def compute(batch: Batch, plan: Plan, limits: Limits, deadline: float) -> Steps:
    """One batch, in one call if it fits; the last step is the answer. `deadline` is of time.monotonic()."""
    request = _request.encode(batch, plan, plan.prefix)
    if len(request.data) > ASK_FROM_BYTES and limits.max_request_bytes is None:
        yield from _ask(limits)
    while True:
        known = dataclasses.replace(limits)
        is_whole = _fits(request, limits)
        try:
            if is_whole:
                reply = _reply.Reply((yield from _send(request, deadline)), request)
                yield Answer(reply.advantages, reply)
            else:
                yield from _Whole(batch, plan, limits, deadline).compute(len(request.data))
            return
        except TooLarge:
            # By what is known of the server it is not, or not any more; it may be another server by now.
            yield from _ask(limits)
            if limits == known or is_whole and _fits(request, limits):
                raise


def _fits(request: _request.Request, limits: Limits) -> bool:
    most = limits.max_request_bytes
    return (most is None or len(request.data) <= most) and len(request.batch.rewards) <= limits.max_responses


def _send(request: _request.Request, deadline: float) -> Generator[Call | Wait, bytes, bytes]:
    """Sends until the server, where it is full, takes it."""
    while True:
        try:
            return (yield Call("ComputeAdvantages", request.data))
        except Refused as refusal:
            # Not all at once: a refused trainer has many ranks.
            delay = (refusal.retry_delay or 0) * random.uniform(1, 1.2)
            if refusal.retry_delay is None or time.monotonic() + delay >= deadline:
                raise
            yield Wait(delay, str(refusal))


def _ask(limits: Limits) -> Generator[Call | Wait, bytes, None]:
    info = catalog_pb2.GetServerInfoResponse.FromString((yield Call("GetServerInfo", b"")))
    limits.max_request_bytes = info.max_request_bytes or None
    limits.max_responses = info.max_responses or MAX_RESPONSES


class _Whole:
    """A batch that goes in parts."""

    def __init__(self, batch: Batch, plan: Plan, limits: Limits, deadline: float) -> None:
        self._batch = batch
        self._plan = plan
        self._limits = limits
        self._deadline = deadline
        self._layout = _split.lay_out(batch)
        self._numerics = b""
        """Once a part is answered: the settings that the others are answered by the same numerics, or refused."""

    def compute(self, size: int) -> Steps:
        parts = self._cut(size)
        given = [Moments(*value) for value in self._plan.settings.get("batch_moments") or ()]
        if not self._plan.moments_only:
            # Each round gives the moments that follow from those of the rounds before.
            while len(given) < _split.moments_needed(self._plan.stages):
                found = yield from self._run(parts, self._prefix(given, moments_only=True))
                given += _merge_moments(found)[len(given):]
        replies = yield from self._run(parts, self._prefix(given, self._plan.moments_only))
        message = _split.merge([reply.message() for reply in replies])
        del message.batch_moments[:]
        message.batch_moments.extend(map(_to_message, _merge_moments(replies)))
        advantages = np.empty(0 if self._plan.moments_only else len(self._batch.rewards), np.float32)
        if not self._plan.moments_only:
            for part, reply in zip(parts, replies):
                advantages[part.rows] = reply.advantages
        # Packed columns of messages one after the other are the columns one after the other.
        yield Answer(advantages, (message, memoryview(b"".join(reply.statistics for reply in replies))))

    def _prefix(self, moments: Sequence[Moments], moments_only: bool) -> bytes:
        """The settings, with these moments."""
        message = compute_pb2.ComputeAdvantagesRequest()
        message.CopyFrom(self._plan.message)
        message.moments_only = moments_only
        message.group_statistics = self._plan.statistics and not moments_only
        del message.batch_moments[:]
        message.batch_moments.extend(map(_to_message, moments))
        return message.SerializeToString()

    def _cut(self, size: int) -> list[_split.Part]:
        """As few parts as fit. Bytes are about proportional to rows, so a second try does."""
        rows = len(self._batch.rewards)
        most = self._limits.max_request_bytes or size
        per_part = min(rows, self._limits.max_responses, max(1, int(rows * (most / size) * 0.98)))
        while True:
            found = [_split.parts(self._batch, self._layout, first, last)
                     for first, last in _split.cut(self._layout.ends, per_part)]
            # Every moment that may be brought makes the prefix larger.
            room = most - 64 * len(self._plan.stages) - _PIN_BYTES
            sizes = [len(_request.encode(part.batch, self._plan, self._plan.prefix).data) for part in found]
            largest = int(np.argmax(sizes))
            if sizes[largest] <= room:
                return found
            if found[largest].groups == 1:
                raise TooLarge(f"group {found[largest].first_group} has {len(found[largest].batch.rewards)} responses, "
                               f"{sizes[largest]} bytes; the server accepts {most} (--max-request-bytes)")
            per_part = max(1, per_part // 2)

    def _run(self, parts: Sequence[_split.Part], prefix: bytes) -> Generator[Call | Wait, bytes, list[_reply.Reply]]:
        replies = []
        for part in parts:
            request = _request.encode(part.batch, self._plan, prefix + self._numerics)
            try:
                replies.append(_reply.Reply((yield from _send(request, self._deadline)), request))
            except InvalidArgument as error:
                raise _split.of_whole(error, part) from None
            if not self._numerics:
                # Replicas may differ while they are being replaced.
                self._numerics = _wire.number_field("required_numerics_version",
                                                    replies[-1].message().numerics_version)
        return replies


def _merge_moments(replies: Sequence[_reply.Reply]) -> list[Moments]:
    """The moments of the whole, of those of its parts in their order."""
    columns = zip(*([Moments(m.weight, m.mean, m.centred_squares) for m in reply.message().batch_moments]
                    for reply in replies))
    return [functools.reduce(Moments.merge, column) for column in columns]


def _to_message(moments: Moments) -> stages_pb2.BatchMoments:
    return stages_pb2.BatchMoments(**moments._asdict())
