"""A server that fails calls as told, then answers like the real one, and remembers every attempt."""

import dataclasses
import threading
import time
from concurrent import futures

import grpc
from advantaged.rpc import status_pb2
from advantaged.v1 import advantage_service_pb2_grpc
from google.protobuf import any_pb2, duration_pb2

UNLIMITED = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]


@dataclasses.dataclass
class Attempt:
    """What a call brought."""

    at: float  # seconds of the monotonic clock
    request: object
    metadata: dict

    @property
    def previous(self):
        """Attempts before this one, as the client says."""
        return int(self.metadata.get("grpc-previous-rpc-attempts", 0))


@dataclasses.dataclass
class Failure:
    """A call that fails: with milliseconds of pushback, or -1 for never again, or None for no word about it."""

    code: grpc.StatusCode
    pushback: int | None = None

    def end(self, context):
        trailers = []
        status = status_pb2.Status(code=self.code.value[0], message="as told")
        if self.pushback is not None:
            trailers.append(("grpc-retry-pushback-ms", str(self.pushback)))
            if self.pushback >= 0:
                delay = duration_pb2.Duration()
                delay.FromMilliseconds(self.pushback)
                packed = status_pb2.RetryInfo(retry_delay=delay).SerializeToString()
                status.details.append(any_pb2.Any(type_url="type.googleapis.com/google.rpc.RetryInfo", value=packed))
        trailers.append(("grpc-status-details-bin", status.SerializeToString()))
        context.set_trailing_metadata(tuple(trailers))
        context.abort(self.code, status.message)


class Health(grpc.GenericRpcHandler):
    """Says SERVING to who watches, until the end: clients that balance by health ask, and note where nobody answers."""

    SERVING = b"\x08\x01"  # HealthCheckResponse

    def service(self, call):
        if call.method != "/grpc.health.v1.Health/Watch":
            return None
        return grpc.unary_stream_rpc_method_handler(self._watch)  # no serializers: bytes

    def _watch(self, request, context):
        over = threading.Event()
        if context.add_callback(over.set):
            yield self.SERVING
            over.wait()


class ServerBefore(advantage_service_pb2_grpc.AdvantageServiceServicer):
    """A server before a real one, of which `stub` is: it passes on what those that derive from it do not answer."""

    def __init__(self, stub):
        self.stub = stub
        self.server = grpc.server(futures.ThreadPoolExecutor(max_workers=8), [Health()], options=UNLIMITED)
        advantage_service_pb2_grpc.add_AdvantageServiceServicer_to_server(self, self.server)
        self.address = f"127.0.0.1:{self.server.add_insecure_port('127.0.0.1:0')}"
        self.server.start()

    def GetServerInfo(self, request, context):
        return self.stub.GetServerInfo(request)

    def ListMethods(self, request, context):
        return self.stub.ListMethods(request)

    def stop(self):
        self.server.stop(None).wait()


class RefusingServer(ServerBefore):
    """`failures`, one for each attempt; then what the real server says."""

    def __init__(self, stub):
        self.failures = []
        self.attempts = []
        self.lock = threading.Lock()
        super().__init__(stub)

    def ComputeAdvantages(self, request, context):
        with self.lock:
            self.attempts.append(Attempt(time.monotonic(), request, dict(context.invocation_metadata())))
            failure = self.failures.pop(0) if self.failures else None
        if failure:
            failure.end(context)
        return self.stub.ComputeAdvantages(request)
