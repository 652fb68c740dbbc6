"""The client with an older server and a newer one, and an older and a newer client with this server.

previous_contract.binpb is the contract of 23 November 2026 (FileDescriptorSet; before StreamAdvantages, DescribeMethod
and the methods `surrogate` and `pass_at_k_variance_stabilized`). `make lint-proto` compares with it too.
"""

import asyncio
import concurrent.futures
import contextlib
import pathlib
import sys

import advantaged
import grpc
import numpy as np
import pytest
from advantaged import line
from advantaged.v1 import advantage_service_pb2_grpc, catalog_pb2, compute_pb2
from fake_server import serving
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from running_server import Server

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "catalogue"))
import catalogue  # noqa: E402

REWARDS = np.array([1, 0, 0, 1, 0.5, 0.25, 3, 1], np.float32)
SERVICE = "advantaged.v1.AdvantageService"
PREVIOUS = pathlib.Path(__file__).with_name("previous_contract.binpb")


@pytest.fixture(scope="module", name="server")
def start_server(tmp_path_factory):
    """A real one, of today."""
    server = Server(tmp_path_factory.mktemp("server"))
    yield server.grpc[0]
    server.stop()


@pytest.fixture(scope="module", name="previous")
def load_previous():
    """The message classes of the previous contract, by name without the package."""
    files = descriptor_pb2.FileDescriptorSet.FromString(PREVIOUS.read_bytes())
    pool = descriptor_pool.DescriptorPool()
    for file in files.file:
        pool.Add(file)
    found = message_factory.GetMessageClassesForFiles([file.name for file in files.file], pool)
    return {name.removeprefix("advantaged.v1."): message for name, message in found.items()}


@contextlib.contextmanager
def between(server, change_request, change_reply):
    """A server that hands calls on to the real one, their bytes changed there and back."""
    with grpc.insecure_channel(server) as channel:
        def hand_on(method):
            forward = channel.unary_unary(f"/{SERVICE}/{method}")

            def handle(data, context):
                try:
                    return change_reply(method, forward(change_request(method, data)))
                except grpc.RpcError as error:
                    context.set_trailing_metadata(error.trailing_metadata())
                    context.abort(error.code(), error.details())
            return grpc.unary_unary_rpc_method_handler(handle)

        front = grpc.server(concurrent.futures.ThreadPoolExecutor(4))
        front.add_generic_rpc_handlers([grpc.method_handlers_generic_handler(
            SERVICE, {method: hand_on(method) for method in ("ComputeAdvantages", "GetServerInfo")})])
        port = front.add_insecure_port("127.0.0.1:0")
        front.start()
        try:
            yield f"127.0.0.1:{port}"
        finally:
            front.stop(None)


def only_known(messages, direction):
    """What a server of that contract made of bytes: fields that it did not know were not there."""
    def change(method, data):
        message = messages[f"{method}{direction}"].FromString(data)
        message.DiscardUnknownFields()
        return message.SerializeToString()
    return change


@pytest.fixture(name="older")
def start_older(server, previous):
    with between(server, only_known(previous, "Request"), only_known(previous, "Response")) as address:
        with advantaged.Client(address, deadline=100) as client:
            yield client


def test_the_previous_contract_is_another(previous):
    assert "StreamAdvantagesRequest" not in previous
    assert "surrogate" not in previous["MethodSpec"].DESCRIPTOR.fields_by_name


@pytest.mark.parametrize("settings", [
    {"method": "grpo"}, {"method": "pass_at_k_rloo", "k": 2, "pass_at": [1, 2], "success_threshold": 0.5},
    {"method": "rloo", "stages": [advantaged.stages.Center(), advantaged.stages.Scale(epsilon=1e-6)]}])
def test_an_older_server_answers_what_it_knows_with_the_same_bits(server, older, settings):
    with advantaged.Client(server) as client:
        expected = client.compute(REWARDS, groups=4, **settings)
    found = older.compute(REWARDS, groups=4, **settings)
    assert np.array_equal(found.advantages, expected.advantages)
    assert found.summary == expected.summary
    assert found.method == expected.method


def test_an_older_server_refuses_a_method_that_it_does_not_know(older):
    with pytest.raises(advantaged.InvalidArgument) as caught:
        older.compute(REWARDS[:4], groups=4, method="surrogate", formula="rho")
    assert [violation.field for violation in caught.value.violations] == ["method"]


def test_an_older_client_gets_the_same_bits_from_this_server(server, previous):
    request = previous["ComputeAdvantagesRequest"](rewards=REWARDS.tolist(), group_size=4)
    request.method.grpo.SetInParent()
    with grpc.insecure_channel(server) as channel:
        reply = previous["ComputeAdvantagesResponse"].FromString(
            channel.unary_unary(f"/{SERVICE}/ComputeAdvantages")(request.SerializeToString()))
    with advantaged.Client(server) as client:
        assert np.array_equal(np.float32(reply.advantages), client.compute(REWARDS, groups=4, method="grpo").advantages)


def test_a_newer_server_may_say_more(server):
    """Fields, methods and warnings that this client has never heard of."""
    def say_more(method, data):
        if method != "ComputeAdvantages":
            return data
        message = compute_pb2.ComputeAdvantagesResponse.FromString(data)
        message.warnings.add(code=999, message="something new")
        message.method.Clear()
        new_method = b"\x32\x05\xaa\x3f\x02\x08\x01"  # method { 1013: { 1: 1 } }
        return message.SerializeToString() + new_method + b"\xa2\x3f\x03new"  # 1012: "new"

    with between(server, lambda _, data: data, say_more) as address, advantaged.Client(address) as client:
        found = client.compute(REWARDS, groups=4, method="grpo")
        assert found.advantages.shape == REWARDS.shape
        assert found.method is None
        assert found.warnings[0].message == "something new"
        assert found.summary["groups"] == 2


UNKNOWN = b"\xa2\x3f\x03new" + b"\xa8\x3f\x07" + b"\xb5\x3f\x01\x02\x03\x04"  # 1012: "new", 1013: 7, 1014: 4 bytes


def grow(message):
    """Fields that nobody knows, in a message and in all that are in it."""
    for field, value in message.ListFields():
        if field.message_type is not None and not field.message_type.GetOptions().map_entry:
            for part in value if not hasattr(value, "ListFields") else [value]:
                grow(part)
    message.MergeFromString(UNKNOWN)


REPLIES = {"ComputeAdvantages": compute_pb2.ComputeAdvantagesResponse, "GetServerInfo": catalog_pb2.GetServerInfoResponse}


def say_unknown(method, data):
    message = REPLIES[method].FromString(data)
    grow(message)
    if method == "ComputeAdvantages" and message.group_statistics.outcome:
        message.group_statistics.outcome[0] = 99
    return message.SerializeToString()


def test_unknown_fields_of_replies_are_ignored_wherever_they_are(server):
    arguments = dict(groups=4, method="pass_at_k_grpo", k=2, pass_at=[1, 2], success_threshold=0.5,
                     stages=[advantaged.stages.Center()], allow_recentering=True, valid=[1, 0, 0, 0] + [1] * 4)
    with advantaged.Client(server) as client:
        expected = client.compute(REWARDS, **arguments)
        info = client.server_info()
    with between(server, lambda _, data: data, say_unknown) as address, advantaged.Client(address) as client:
        client._limits.max_request_bytes = 0  # so it asks for the limit before the first batch
        found = client.compute(REWARDS, **arguments)
        assert client.server_info().version == info.version
        assert client._limits.max_request_bytes == info.max_request_bytes
    assert found.advantages.tobytes() == expected.advantages.tobytes()
    assert (found.summary, found.method, found.batch_moments, found.warnings) == (
        expected.summary, expected.method, expected.batch_moments, expected.warnings)
    assert found.stats.outcome_names == ["99", *expected.stats.outcome_names[1:]]
    for column in "n", "c", "success_rate", "mean", "sd", "priority":
        assert np.array_equal(getattr(found.stats, column), getattr(expected.stats, column), equal_nan=True), column
    assert np.array_equal(found.stats.pass_at[2], expected.stats.pass_at[2], equal_nan=True)


def sent(**arguments):
    """The paths of all that is set in the request that a call comes to."""
    with serving() as fake, advantaged.Client(fake.address) as client:
        client.compute(REWARDS, groups=4, **arguments)
        return set(paths(fake.attempts[0].request))


def paths(message, prefix=""):
    for field, value in message.ListFields():
        if field.message_type is not None and not field.message_type.GetOptions().map_entry:
            for part in value if not hasattr(value, "ListFields") else [value]:
                yield f"{prefix}{field.name}"
                yield from paths(part, f"{prefix}{field.name}.")
        else:
            yield f"{prefix}{field.name}"


ALWAYS = {"rewards_float32_le", "group_size", "method", "reply_form", "group_statistics"}


@pytest.mark.parametrize("name", advantaged.methods.names())
def test_parameters_that_are_left_alone_are_not_sent(name):
    """A server that does not know a field refuses it, so nothing is sent that changes nothing."""
    needed = catalogue.examples(name, required_only=True)
    found = sent(method=name, **{parameter: line.read_value(parameter, text) for parameter, text in needed.items()})
    of_method = {f"method.{name}", *(f"method.{name}.{parameter}" for parameter in needed)}
    assert {path for path in found if ".tables." not in path} == ALWAYS | of_method


def test_settings_and_fields_of_stages_that_are_left_alone_are_not_sent():
    stages = [advantaged.stages.Center(), advantaged.stages.Scale(), advantaged.stages.Clip(high=1)]
    found = sent(method="grpo", stages=stages, statistics=False)
    assert found == ALWAYS - {"group_statistics"} | {
        "method.grpo", "stages", "stages.center", "stages.scale", "stages.clip", "stages.clip.high"}
    none = {name: None for name in advantaged.Arguments.__annotations__
            if name not in ("method", "groups", "missing", "statistics") and name not in advantaged.methods.ALL_PARAMETERS}
    assert sent(method="grpo", missing="mask", **none) == ALWAYS | {"method.grpo"}


def test_what_a_stage_says_is_still_checked_and_sent():
    found = sent(method="grpo", stages=[advantaged.stages.Scale("tokens", "rewards", 1, 0.5, True)], lengths=[1] * 8)
    assert found == ALWAYS | {"method.grpo", "stages", "stages.scale", "lengths_fixed32_le"} | {
        f"stages.scale.{name}" for name in ("weighting", "spread", "ddof", "epsilon", "epsilon_inside_root")}
    with pytest.raises(advantaged.InvalidArgument, match=r"stages\[0\].scale.ddof: False; it must be a whole number"):
        sent(method="grpo", stages=[advantaged.stages.Scale(ddof=False)])


def test_a_newer_client_is_told_what_this_server_does_not_know(server):
    """Never a number that was computed without it."""
    def ask_more(method, data):
        return data + b"\xa0\x3f\x01" if method == "ComputeAdvantages" else data  # 1012: true

    with between(server, ask_more, lambda _, data: data) as address, advantaged.Client(address) as client:
        version = client.server_info().version
        with pytest.raises(advantaged.errors.UnknownFields) as caught:
            client.compute(REWARDS, groups=4, method="grpo")
        assert caught.value.fields == (("advantaged.v1.ComputeAdvantagesRequest", 1012),)
        assert (caught.value.code, caught.value.server_version) == ("UNIMPLEMENTED", version)
        assert f"{address}: this server, version {version}, does not know field 1012" in str(caught.value)
        with pytest.raises(advantaged.errors.UnknownFields, match="1012"):
            asyncio.run(compute_async(address))


async def compute_async(address):
    async with advantaged.AsyncClient(address) as client:
        return await client.compute(REWARDS, groups=4, method="grpo")


def test_a_newer_numerics_version_is_refused_where_bits_matter(server):
    with advantaged.Client(server) as client, pytest.raises(advantaged.errors.FailedPrecondition):
        client.compute(REWARDS, groups=4, method="grpo", required_numerics_version=3)


def test_the_stub_of_the_package_streams(server):
    """Streams are not part of Client; the package has the contract's stub for them."""
    from advantaged.v1 import stream_pb2

    batch = compute_pb2.ComputeAdvantagesRequest(rewards=[1, 0], group_size=2)
    batch.method.rloo.SetInParent()
    with grpc.insecure_channel(server) as channel:
        stub = advantage_service_pb2_grpc.AdvantageServiceStub(channel)
        replies = list(stub.StreamAdvantages(iter([stream_pb2.StreamAdvantagesRequest(id="one", batch=batch)])))
    assert [reply.id for reply in replies] == ["one"]
    assert list(replies[0].batch.advantages) == [1, -1]
