"""No request takes more than eight times its bytes in memory, a small constant aside; for what it computes, eight times
those of request and answer."""

import base64
import http.client
import json
import pathlib

import amplified
import batches
import grpc
import pytest
from advantaged.v1 import catalog_pb2, compute_pb2, describe_pb2, method_pb2, stream_pb2
from google.protobuf import json_format
from running_server import PATIENCE

SIZE = 4 << 20
TIMES = 8
CONSTANT = 6 << 20
# What is freed goes back at once, so that the next request cannot use it.
FREE_AT_ONCE = {"GLIBC_TUNABLES": "glibc.malloc.mmap_threshold=65536:glibc.malloc.trim_threshold=65536"}
SERVICE = "/advantaged.v1.AdvantageService/"
CALLS = {
    SERVICE + "ComputeAdvantages": compute_pb2.ComputeAdvantagesRequest,
    SERVICE + "StreamAdvantages": stream_pb2.StreamAdvantagesRequest,
    SERVICE + "DescribeMethod": describe_pb2.DescribeMethodRequest,
    SERVICE + "ListMethods": catalog_pb2.ListMethodsRequest,
    SERVICE + "GetServerInfo": catalog_pb2.GetServerInfoRequest,
}
# Their messages have a few short texts.
STANDARD = ["/grpc.health.v1.Health/Check", "/grpc.health.v1.Health/Watch",
            "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
            "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"]
PAGES = {"/v1/compute": compute_pb2.ComputeAdvantagesRequest, "/v1/describe": describe_pb2.DescribeMethodRequest}


def status(server, name):
    """Of the process, in bytes."""
    text = pathlib.Path(f"/proc/{server.process.pid}/status").read_text(encoding="ascii")
    return int(text.split(f"{name}:")[1].split()[0]) << 10


class Watched:
    """A server, and the requests that took too much memory of it."""

    def __init__(self, start):
        self.start = start
        self.most = []
        self.renew()

    def renew(self):
        self.server = self.start(env=FREE_AT_ONCE)
        # Of its own: by default a process has one connection to an address.
        self.channel = grpc.insecure_channel(self.server.grpc[0], [
            ("grpc.use_local_subchannel_pool", 1), ("grpc.max_receive_message_length", -1)])
        self.call(SERVICE + "ComputeAdvantages", batches.rloo().SerializeToString())
        self.at_rest = status(self.server, "VmRSS")
        self.forget()

    def call(self, path, data):
        """A call of any kind; the first reply, or the refusal."""
        replies = self.channel.stream_stream(path)(iter([data]), timeout=PATIENCE)
        try:
            return next(replies, None)
        except grpc.RpcError as error:
            return error
        finally:
            replies.cancel()

    def end(self):
        self.channel.close()
        self.server.process.kill()
        self.server.process.wait()

    def forget(self):
        pathlib.Path(f"/proc/{self.server.process.pid}/clear_refs").write_text("5", encoding="ascii")

    def expect(self, name, size):
        """Judges the request since the last."""
        more = status(self.server, "VmHWM") - self.at_rest
        if more > TIMES * size + CONSTANT:
            self.most.append(f"{more / size:.1f} times: {name}")
        if status(self.server, "VmRSS") > self.at_rest + CONSTANT:  # kept for calls to come, which would need less
            self.end()
            self.renew()
        self.forget()


@pytest.fixture(name="watched")
def start_watched(start):
    watched = Watched(start)
    yield watched
    watched.end()
    assert watched.most == []


def post(server, path, body):
    host, port = server.http.split(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=PATIENCE)
    connection.request("POST", path, body, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    return answer.status, text


@pytest.mark.parametrize("path", CALLS)
def test_no_message_takes_more_than_eight_times_its_bytes(watched, path):
    for name, data in amplified.wire_requests(CALLS[path].DESCRIPTOR, SIZE):
        watched.call(path, data)
        watched.expect(name, len(data))


@pytest.mark.parametrize("path", STANDARD)
def test_no_message_of_a_standard_service_takes_more_than_eight_times_its_bytes(watched, path):
    texts = ((f"text {number}", amplified.inside(number, b"a" * SIZE)) for number in range(1, 8))
    for name, data in [*amplified.of_no_field(SIZE), *texts]:
        reply = watched.call(path, data)
        assert isinstance(reply, grpc.RpcError) and reply.code() == grpc.StatusCode.INVALID_ARGUMENT, name
        assert "16 KiB" in reply.details()
        watched.expect(name, len(data))


@pytest.mark.parametrize("path", PAGES)
def test_no_text_takes_more_than_eight_times_its_bytes(watched, path):
    for name, text in amplified.json_requests(PAGES[path].DESCRIPTOR, SIZE):
        code, _ = post(watched.server, path, text)
        assert code in (400, 413), name
        watched.expect(name, len(text))


def large(responses, **arrays):
    """A batch of one array or several, in groups of two unless they say something else."""
    arrays = {"group_size": 2, **arrays} if not {"group_ids_fixed32_le", "group_sizes_fixed32_le"} & set(
        arrays) else arrays
    if "reward_bits" in arrays:
        arrays["response_count"] = responses
    else:
        arrays["rewards_float32_le"] = bytes(4 * responses)
    return compute_pb2.ComputeAdvantagesRequest(method=method_pb2.MethodSpec(rloo={}), **arrays)


def ids(responses):
    """All different, and far from each other."""
    return b"".join((i * 2654435761 & 0xFFFFFFFF).to_bytes(4, "little") for i in range(responses))


def good_requests():
    n = 1 << 19
    yield "rewards", large(2 * n)
    yield "bits", large(8 * n, reward_bits=b"\x55" * n)
    yield "sizes", large(n, group_sizes_fixed32_le=b"\2\0\0\0" * (n // 2))
    yield "ids", large(n, group_ids_fixed32_le=ids(n // 2) * 2)
    yield "trajectories", large(n, trajectory_ids_fixed32_le=ids(n))
    # Masked rows that share an id, each in a group of its own.
    yield "padding", large(n, trajectory_ids_fixed32_le=bytes(4 * n), valid=bytes(n // 8), group_size=1)
    yield "lengths", large(n, lengths_fixed32_le=b"\1\0\0\0" * n)
    yield "statistics", large(n, group_statistics=True, pass_at=[1, 2])
    tables = compute_pb2.ComputeAdvantagesRequest(rewards=[1, 0], group_size=2)
    for n in range(1, 500):
        tables.method.custom_table.tables.add(n=n, advantage_correct=[0] * (n + 1), advantage_wrong=[0] * (n + 1))
    yield "tables", tables


def test_no_batch_takes_more_than_eight_times_request_and_answer(watched):
    for name, request in good_requests():
        data = request.SerializeToString()
        reply = watched.call(SERVICE + "ComputeAdvantages", data)
        assert isinstance(reply, bytes), (name, reply)
        watched.expect(name, len(data) + len(reply))


def test_no_text_of_a_batch_takes_more_than_eight_times_text_and_answer(watched):
    for name, request in good_requests():
        text = json_format.MessageToDict(request, preserving_proto_field_name=True)
        if "rewards_float32_le" in text:
            text["rewards"] = [0] * (len(base64.b64decode(text.pop("rewards_float32_le"))) // 4)
        text = json.dumps(text, separators=(",", ":")).replace("0.0", "0").encode()
        code, answer = post(watched.server, "/v1/compute", text)
        assert code == 200, answer[:1000]
        watched.expect(name, len(text) + len(answer))
