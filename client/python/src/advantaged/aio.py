"""The client for asyncio."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

import grpc
import grpc.aio

from advantaged import _backend, _catalog, _exchange, _fork, _reply, _status, _waiting
from advantaged._remote import PROBE, PROBE_SECONDS, SERVICE, Remote
from advantaged._generated.signatures import ComputesAsync
from advantaged.errors import AdvantagedError, InvalidArgument
from advantaged.result import Result
from advantaged.v1 import catalog_pb2, describe_pb2

if TYPE_CHECKING:
    from advantaged._arguments import Arguments
    from advantaged._generated.names import MethodName
    from advantaged.methods import Method

# From this many responses on a batch is read in a thread, so that the loop does not stand still for it.
_LARGE = 1 << 17


class AsyncClient(Remote, ComputesAsync):
    """`Client` whose calls are awaited; for one event loop at a time."""

    def _forget(self) -> None:
        self._channel: grpc.aio.Channel | None = None
        self._owner: tuple[int, asyncio.AbstractEventLoop] | None = None
        self._expiry = 0.0

    async def _compute(self, rewards: Any, arguments: Arguments) -> Result:
        if _backend.count(rewards) >= _LARGE:
            job = await asyncio.to_thread(_backend.read_job, rewards, arguments)
        else:
            job = _backend.read_job(rewards, arguments)
        if self.target is None:
            assert self._local is not None
            return await asyncio.to_thread(self._local.run, job)
        try:
            return self._answered(job, await self._drive(job, self._wait(job)))
        except InvalidArgument as error:
            raise job.in_callers_words(error) from None
        except AdvantagedError as error:
            return await asyncio.to_thread(self._fall_back(error).run, job)

    async def methods(self) -> list[dict[str, Any]]:
        """As `Client.methods`."""
        reply = await self._call("ListMethods", b"", self._wait())
        return _catalog.read_methods(catalog_pb2.ListMethodsResponse.FromString(reply))

    async def describe(self, *asked: MethodName | Method, n: int | None = None, points: int | None = None,
                       rho: Sequence[float] | None = None) -> list[dict[str, Any]]:
        """As `Client.describe`."""
        found = []
        for method in asked:
            question = _catalog.ask(method, n, points, rho).SerializeToString()
            reply = await self._call("DescribeMethod", question, self._wait())
            found.append(_catalog.read_description(describe_pb2.DescribeMethodResponse.FromString(reply)))
        return found

    async def close(self) -> None:
        """Closes the connection; the next call opens another."""
        channel, self._channel = self._channel, None
        if channel is not None:
            await channel.close()

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def _drive(self, job: _backend.Job, wait: _waiting.Wait) -> _reply.Reply:
        steps = _exchange.compute(job.read.batch, job.plan, self._limits, wait.ends)
        step = next(steps)
        while not isinstance(step, _reply.Reply):
            reply = b""
            try:
                if isinstance(step, _exchange.Call):
                    reply = await self._call(step.rpc, step.data, wait)
                else:
                    wait.pause(step.seconds, step.reason)
                    await asyncio.sleep(step.seconds)
            except AdvantagedError as error:
                step = steps.throw(error)
            else:
                step = steps.send(reply)
        return step

    async def _call(self, rpc: str, data: bytes, wait: _waiting.Wait) -> bytes:
        self._check_process()
        telling = asyncio.ensure_future(self._tell(wait))
        try:
            channel = self._open()  # held until the end of the call, even if another takes its place
            method: Any = channel.unary_unary(SERVICE + rpc)
            return cast(bytes, await method(data, timeout=wait.left(), wait_for_ready=self.options.waits))
        except grpc.aio.AioRpcError as error:
            reason = await self._no_connection() if error.code() is grpc.StatusCode.DEADLINE_EXCEEDED else ""
            raise _status.from_grpc(error.code(), error.details() or "", error.trailing_metadata(),
                                    str(self.target), wait.deadline, reason) from None
        finally:
            telling.cancel()
            await asyncio.wait([telling])

    async def _tell(self, wait: _waiting.Wait) -> None:
        """Tells the log why the call waits, until it is cancelled."""
        while True:
            await asyncio.sleep(wait.until_next())
            wait.tell(await self._no_connection())

    async def _no_connection(self) -> str:
        """As `Client._no_connection`."""
        try:
            channel = self._open()
            method: Any = channel.unary_unary(PROBE)
            await method(b"", timeout=PROBE_SECONDS, wait_for_ready=False)
        except grpc.aio.AioRpcError as error:
            return str(error.details()) if error.code() is grpc.StatusCode.UNAVAILABLE else ""
        except grpc.aio.UsageError:  # closed by another task
            pass
        return ""

    def _open(self) -> grpc.aio.Channel:
        owner = (os.getpid(), asyncio.get_running_loop())
        if self._channel is None or self._owner != owner or self._expiry < time.monotonic():
            _fork.uses_asyncio()
            self._channel, self._expiry = self._connect(grpc.aio)
            self._owner = owner
        return self._channel
