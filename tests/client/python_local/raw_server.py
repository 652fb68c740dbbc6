"""A real server, called with messages made from the contract's descriptor set.

No generated modules: what the tests compare with must not depend on how a client package brings its own.
"""

import contextlib
import json
import os
import pathlib
import re
import subprocess
import tempfile
import time

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

PATIENCE = 120  # seconds until something that must happen counts as missing


def load_messages():
    """Every message class of the contract, by full name."""
    files = descriptor_pb2.FileDescriptorSet()
    files.ParseFromString(pathlib.Path(os.environ["ADVANTAGED_PROTOSET"]).read_bytes())
    pool = descriptor_pool.DescriptorPool()
    for file in files.file:
        pool.Add(file)
    return message_factory.GetMessageClassesForFiles([file.name for file in files.file], pool)


MESSAGES = load_messages()
Request = MESSAGES["advantaged.v1.ComputeAdvantagesRequest"]


class Refusal(Exception):
    """INVALID_ARGUMENT, with its violations as (field, description, mentions) and how many the server found."""

    def __init__(self, error):
        super().__init__(error.details())
        assert error.code() == grpc.StatusCode.INVALID_ARGUMENT, error
        trailers = dict(error.trailing_metadata())
        status = MESSAGES["advantaged.rpc.Status"].FromString(trailers["grpc-status-details-bin"])
        listed = MESSAGES["advantaged.rpc.BadRequest"].FromString(status.details[0].value).field_violations
        mentions = MESSAGES["advantaged.rpc.Mentions"]()
        for detail in status.details:
            if detail.type_url.endswith("/advantaged.rpc.Mentions"):
                mentions.MergeFromString(detail.value)
        self.violations = [
            (one.field, one.description,
             [(place.kind, place.number, place.group_id if place.HasField("group_id") else None, place.begin, place.end)
              for place in mentions.mentions if place.violation == index])
            for index, one in enumerate(listed) if one.field]
        more = re.search(r"\(and (\d+) more\)$", error.details())
        self.count = 1 + int(more[1]) if more else 1


class RawServer:
    """call("ComputeAdvantages", request) -> response; raises Refusal."""

    def __init__(self, channel):
        def stub(name):
            return channel.unary_unary(f"/advantaged.v1.AdvantageService/{name}",
                                       request_serializer=lambda request: request.SerializeToString(),
                                       response_deserializer=MESSAGES[f"advantaged.v1.{name}Response"].FromString)

        self.stubs = {name: stub(name) for name in ("ComputeAdvantages", "DescribeMethod", "ListMethods",
                                                    "GetServerInfo")}

    def call(self, name, request=None):
        try:
            return self.stubs[name](request or MESSAGES[f"advantaged.v1.{name}Request"](), timeout=PATIENCE)
        except grpc.RpcError as error:
            raise Refusal(error) from None


@contextlib.contextmanager
def running():
    """Starts a server on a free port; stops it in the end."""
    with tempfile.TemporaryDirectory() as folder:
        ready = pathlib.Path(folder, "ready.json")
        process = subprocess.Popen([os.environ["ADVANTAGED_BINARY"], "--listen=127.0.0.1:0", "--http-listen=127.0.0.1:0",
                                    "--drain-delay=0", "--log-level=error", f"--ready-file={ready}"])
        try:
            deadline = time.monotonic() + PATIENCE
            while not ready.exists():
                assert process.poll() is None and time.monotonic() < deadline, "the server did not start"
                time.sleep(0.01)
            address, = json.loads(ready.read_text(encoding="utf-8"))["grpc"]
            with grpc.insecure_channel(address, options=[("grpc.max_receive_message_length", -1)]) as channel:
                yield RawServer(channel)
        finally:
            process.kill()
            process.wait()
