"""The blocking client."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, cast

import grpc

from advantaged import _backend, _catalog, _exchange, _fork, _reply, _status, _waiting
from advantaged._remote import PROBE, PROBE_SECONDS, SERVICE, Remote
from advantaged._generated.signatures import Computes
from advantaged.errors import AdvantagedError, InvalidArgument
from advantaged.result import Result
from advantaged.v1 import catalog_pb2, describe_pb2

if TYPE_CHECKING:
    from advantaged._arguments import Arguments
    from advantaged._generated.names import MethodName
    from advantaged.methods import Method


class Client(Remote, Computes):
    """A connection to a server, or the in-process core. Thread-safe; picklable; usable after fork."""

    def _forget(self) -> None:
        self._connections: dict[int, _Connection] = {}

    def _compute(self, rewards: Any, arguments: Arguments) -> Result:
        job = _backend.read_job(rewards, arguments)
        if self.target is None:
            assert self._local is not None
            return self._local.run(job)
        try:
            return self._answered(job, self._drive(job, self._wait(job)))
        except InvalidArgument as error:
            raise job.in_callers_words(error) from None
        except AdvantagedError as error:
            return self._fall_back(error).run(job)

    def server_info(self) -> catalog_pb2.GetServerInfoResponse:
        """Version, limits and instruction set of the server."""
        return catalog_pb2.GetServerInfoResponse.FromString(self._call("GetServerInfo", b"", self._wait()))

    def list_methods(self) -> catalog_pb2.ListMethodsResponse:
        """The methods that the server knows, with equations, sources and parameters."""
        return catalog_pb2.ListMethodsResponse.FromString(self._call("ListMethods", b"", self._wait()))

    def describe_method(self, request: describe_pb2.DescribeMethodRequest) -> describe_pb2.DescribeMethodResponse:
        """The surrogate reward that a method ascends; describe.proto says what to ask."""
        reply = self._call("DescribeMethod", request.SerializeToString(), self._wait())
        return describe_pb2.DescribeMethodResponse.FromString(reply)

    def methods(self) -> list[dict[str, Any]]:
        """The method table: a dict for each method, with name, equation, source, parameters and their ranges, by the names
        of MethodDescription in catalog.proto."""
        return _catalog.read_methods(self.list_methods())

    def describe(self, *asked: MethodName | Method, n: int | None = None, points: int | None = None,
                 rho: Sequence[float] | None = None) -> list[dict[str, Any]]:
        """What methods do, side by side: a dict for each, in the order asked, by the names of DescribeMethodResponse in
        describe.proto. Each of `asked` is a name or an object of `advantaged.methods`; `n` is the group size of the table
        (default 16); the curve has `points` points (default 199), or those of `rho`, ascending, in [1e-100, 1).

            [one["curve"]["surrogate"] for one in client.describe("grpo", methods.PassAtKGrpo(k=4))]
        """
        return [_catalog.read_description(self.describe_method(_catalog.ask(method, n, points, rho))) for method in asked]

    def close(self) -> None:
        """Closes the connection; the next call opens another."""
        connection = self._connections.pop(os.getpid(), None)
        if connection is not None:
            connection.channel.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _drive(self, job: _backend.Job, wait: _waiting.Wait) -> _reply.Reply:
        steps = _exchange.compute(job.read.batch, job.plan, self._limits, wait.ends)
        step = next(steps)
        while not isinstance(step, _reply.Reply):
            reply = b""
            try:
                if isinstance(step, _exchange.Call):
                    reply = self._call(step.rpc, step.data, wait)
                else:
                    wait.pause(step.seconds, step.reason)
                    time.sleep(step.seconds)
            except AdvantagedError as error:
                step = steps.throw(error)
            else:
                step = steps.send(reply)
        return step

    def _call(self, rpc: str, data: bytes, wait: _waiting.Wait) -> bytes:
        """One call; others may share the deadline of `wait`."""
        self._check_process()
        try:
            with _fork.call(), _waiting.watch(wait, self._no_connection):
                # Said here too: the service config comes with the first address, so not while there is none.
                return self._method(SERVICE + rpc)(data, timeout=wait.left(), wait_for_ready=self.options.waits)
        except grpc.RpcError as error:
            reason = self._no_connection() if error.code() is grpc.StatusCode.DEADLINE_EXCEEDED else ""
            raise _status.from_grpc(error.code(), error.details() or "", error.trailing_metadata(),
                                    str(self.target), wait.deadline, reason) from None

    def _no_connection(self) -> str:
        """Why there is none, which gRPC does not tell who waited for one; empty if there is."""
        try:
            with _fork.call():
                self._method(PROBE)(b"", timeout=PROBE_SECONDS, wait_for_ready=False)
        except grpc.RpcError as error:
            return str(error.details()) if error.code() is grpc.StatusCode.UNAVAILABLE else ""
        except ValueError:  # closed by another thread
            pass
        return ""

    def _method(self, rpc: str) -> Callable[..., bytes]:
        """Of the connection of this process: after a fork the parent's is of no use, and must not be closed."""
        connection = self._connections.get(os.getpid())
        if connection is not None and connection.expiry < time.monotonic():
            # Not closed: gRPC does that once its last call is over.
            self._connections.pop(os.getpid(), None)
            connection = None
        if connection is None:
            opened = _Connection(*self._connect(grpc))
            # No lock, which a fork could leave taken: of two threads one has its channel closed.
            connection = self._connections.setdefault(os.getpid(), opened)
            if connection is not opened:
                opened.channel.close()
        return connection.method(rpc)


class _Connection:
    def __init__(self, channel: grpc.Channel, expiry: float) -> None:
        self.channel = channel
        self.expiry = expiry  # of time.monotonic()
        self._methods: dict[str, Any] = {}

    def method(self, rpc: str) -> Callable[..., bytes]:
        """Bytes in, bytes out."""
        return cast(Callable[..., bytes],
                    self._methods.get(rpc) or self._methods.setdefault(rpc, self.channel.unary_unary(rpc)))
