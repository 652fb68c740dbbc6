"""What a client and a server say to each other over one batch, without saying how: a generator that yields what is
to be done and is sent what came of it, so that `Client` and `AsyncClient` share every decision.
"""

from __future__ import annotations

import dataclasses
import random
import time
from collections.abc import Generator
from typing import NamedTuple, Union

from advantaged import _reply, _request
from advantaged._batch import Batch
from advantaged._plan import Plan
from advantaged.errors import Refused, TooLarge
from advantaged.v1 import catalog_pb2

# Every server takes a request of this size, unless its operator said otherwise; before a larger one it is asked.
ASK_FROM_BYTES = 4 << 20


class Call(NamedTuple):
    """Call `rpc` with `data`; send the bytes of the reply, or throw an AdvantagedError."""

    rpc: str
    data: bytes


class Wait(NamedTuple):
    """Wait, then send None."""

    seconds: float
    reason: str


Steps = Generator[Union[Call, Wait, _reply.Reply], bytes, None]


@dataclasses.dataclass
class Limits:
    """What the server is known to accept; shared by the calls of a client."""

    max_request_bytes: int = ASK_FROM_BYTES


def compute(batch: Batch, plan: Plan, limits: Limits, deadline: float) -> Steps:
    """One batch in one call; the last step is the reply. `deadline` is of time.monotonic()."""
    request = _request.encode(batch, plan)
    yield from _check_size(len(request.data), limits)
    yield _reply.Reply((yield from _send(request, deadline)), request)


def _check_size(size: int, limits: Limits) -> Generator[Call | Wait, bytes, None]:
    """Before a request is sent: TooLarge if the server does not take it."""
    if size > limits.max_request_bytes:
        # Not asked yet, or it may be another server by now.
        info = catalog_pb2.GetServerInfoResponse.FromString((yield Call("GetServerInfo", b"")))
        limits.max_request_bytes = info.max_request_bytes
        if size > limits.max_request_bytes:
            raise TooLarge(f"the request has {size} bytes; this server accepts {limits.max_request_bytes} "
                           "(--max-request-bytes): raise it, or cut the batch between groups")


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
