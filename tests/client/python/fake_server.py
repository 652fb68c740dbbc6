"""A server that fails calls as told, and remembers every attempt: for faults that a real one does not have at will."""

import concurrent.futures
import contextlib
import dataclasses
import threading
import time

import grpc
from advantaged.v1 import advantage_service_pb2_grpc, catalog_pb2, compute_pb2

UNLIMITED = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
SERVING, NOT_SERVING = 1, 2


class Health(grpc.GenericRpcHandler):
    """Says its status to who watches, until the end: gRPC complains in words where nobody answers."""

    def __init__(self, status=SERVING):
        self.status = status

    def service(self, call):
        if call.method != "/grpc.health.v1.Health/Watch":
            return None
        return grpc.unary_stream_rpc_method_handler(self._watch)  # no serializers: bytes

    def _watch(self, request, context):
        over = threading.Event()
        if context.add_callback(over.set):
            yield bytes([8, self.status])  # HealthCheckResponse
            over.wait()


@dataclasses.dataclass
class Attempt:
    """What a call brought."""

    at: float  # seconds of the monotonic clock
    request: compute_pb2.ComputeAdvantagesRequest
    previous: int  # attempts before this one, as gRPC says
    left: float  # seconds until its deadline


@dataclasses.dataclass
class Failure:
    """A call that fails; with milliseconds of pushback, or -1 for never again, or None for no word about it."""

    code: grpc.StatusCode
    pushback: int | None = None

    def end(self, context):
        if self.pushback is not None:
            context.set_trailing_metadata((("grpc-retry-pushback-ms", str(self.pushback)),))
        context.abort(self.code, "as told")


class Fake(advantage_service_pb2_grpc.AdvantageServiceServicer):
    """Fails once for each of `failures`; then `answer`, or the rewards that came."""

    def __init__(self, *, status=SERVING, credentials=None, numerics_version=1):
        self.numerics_version = numerics_version
        self.failures = []
        self.answer = None
        self.attempts = []
        self.lock = threading.Lock()
        self.server = grpc.server(concurrent.futures.ThreadPoolExecutor(8), [Health(status)], options=UNLIMITED)
        advantage_service_pb2_grpc.add_AdvantageServiceServicer_to_server(self, self.server)
        port = (self.server.add_insecure_port("127.0.0.1:0") if credentials is None else
                self.server.add_secure_port("127.0.0.1:0", credentials))
        self.address = f"127.0.0.1:{port}"

    def GetServerInfo(self, request, context):
        return catalog_pb2.GetServerInfoResponse(version="9", numerics_version=self.numerics_version, max_request_bytes=64 << 20)

    def ComputeAdvantages(self, request, context):
        previous = dict(context.invocation_metadata()).get("grpc-previous-rpc-attempts", "0")
        with self.lock:
            self.attempts.append(Attempt(time.monotonic(), request, int(previous), context.time_remaining()))
            failure = self.failures.pop(0) if self.failures else None
        if failure:
            failure.end(context)
        return self.answer or compute_pb2.ComputeAdvantagesResponse(advantages_float32_le=request.rewards_float32_le)


@contextlib.contextmanager
def serving(kind=Fake, **settings):
    """A running Fake, or one of a class derived from it."""
    fake = kind(**settings)
    fake.server.start()
    yield fake
    fake.server.stop(None).wait()
