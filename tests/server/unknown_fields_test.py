"""Requests of a newer contract: UNIMPLEMENTED naming each field that this server does not know, never a number computed
without it."""

import batches
import grpc
import pytest
from advantaged.rpc import status_pb2
from advantaged.v1 import catalog_pb2, compute_pb2, describe_pb2, method_pb2, stages_pb2, stream_pb2
from amplified import inside, varint
from running_server import PATIENCE
from transports import status_to_refusal

V1 = "advantaged.v1."
UNIMPLEMENTED = 12
SERVICE = "/advantaged.v1.AdvantageService/"
BATCH = batches.rloo(rewards=[1, 0, 0, 1], group_size=4)


def flag(number):
    """A field of this number with the value true."""
    return varint(number << 3) + b"\x01"


def newer(message, *numbers):
    """The bytes of a message with more fields."""
    return message.SerializeToString() + b"".join(map(flag, numbers))


def field(message, name):
    return message.DESCRIPTOR.fields_by_name[name].number


REQUEST, SPEC, STAGE = compute_pb2.ComputeAdvantagesRequest, method_pb2.MethodSpec, stages_pb2.Stage


def with_method(content):
    return compute_pb2.ComputeAdvantagesRequest(rewards=[1, 0], group_size=2).SerializeToString() + inside(
        field(REQUEST, "method"), content)


def with_stage(content):
    return BATCH.SerializeToString() + inside(field(REQUEST, "stages"), content)


# The bytes of a batch, and the fields that the refusal lists.
COMPUTE = {
    "an option": (newer(BATCH, 60), [("ComputeAdvantagesRequest", 60)]),
    "an option that is not a number": (BATCH.SerializeToString() + inside(61, b"x" * 1000),
                                       [("ComputeAdvantagesRequest", 61)]),
    "several options, one of them often": (newer(BATCH, 60, 499, 60, 600, 60), [
        ("ComputeAdvantagesRequest", number) for number in (60, 499, 600)]),
    "the largest number": (newer(BATCH, 536870911), [("ComputeAdvantagesRequest", 536870911)]),
    "a method": (with_method(inside(90, b"")), [("MethodSpec", 90)]),
    "a parameter": (with_method(inside(field(SPEC, "rloo"), flag(3))), [("Rloo", 3)]),
    "a kind of stage": (with_stage(inside(90, b"")), [("Stage", 90)]),
    "a setting of a stage": (with_stage(inside(field(STAGE, "scale"), flag(9))), [("ScaleStage", 9)]),
    "a moment": (BATCH.SerializeToString() + inside(field(REQUEST, "batch_moments"), flag(8)), [("BatchMoments", 8)]),
    "a column of a table": (
        with_method(inside(field(SPEC, "custom_table"), inside(1, flag(1)) + inside(1, flag(7)))),
        [("CustomTable.Table", 7)]),
    "fields of several messages": (
        with_stage(flag(70)) + flag(60) + inside(field(REQUEST, "method"), flag(80)),
        [("Stage", 70), ("ComputeAdvantagesRequest", 60), ("MethodSpec", 80)]),
    "another type than the field has": (BATCH.SerializeToString() + inside(field(REQUEST, "group_size"), b"4"),
                                        [("ComputeAdvantagesRequest", field(REQUEST, "group_size"))]),
    "beside one that may be ignored": (newer(BATCH, 555, 60), [("ComputeAdvantagesRequest", 60)]),
    "in a batch that is wrong besides": (newer(REQUEST(rewards=[1, 0]), 60), [("ComputeAdvantagesRequest", 60)]),
}
OTHERS = {
    "DescribeMethod": (describe_pb2.DescribeMethodRequest(method=BATCH.method, n=4), "DescribeMethodRequest"),
    "ListMethods": (catalog_pb2.ListMethodsRequest(), "ListMethodsRequest"),
    "GetServerInfo": (catalog_pb2.GetServerInfoRequest(), "GetServerInfoRequest"),
}


def call(server, rpc, data):
    """The reply as bytes, or the refusal."""
    with server.channel() as channel:
        try:
            return channel.unary_unary(SERVICE + rpc)(data, timeout=PATIENCE)
        except grpc.RpcError as error:
            details = dict(error.trailing_metadata())["grpc-status-details-bin"]
            status = status_pb2.Status.FromString(details)
            assert (status.code, status.message) == (error.code().value[0], error.details())
            return status_to_refusal(status)


def stream(server, *items):
    with server.channel() as channel:
        replies = channel.stream_stream(SERVICE + "StreamAdvantages")(iter(items), timeout=PATIENCE)
        return [stream_pb2.StreamAdvantagesResponse.FromString(reply) for reply in replies]


def expect_unknown(refusal, fields, version):
    assert refusal.code == UNIMPLEMENTED, refusal
    assert refusal.details["ErrorInfo"].reason == "UNKNOWN_FIELDS"
    detail = refusal.details["UnknownFields"]
    assert [(one.message, one.number) for one in detail.fields] == [(V1 + name, number) for name, number in fields]
    assert detail.server_version == version
    for message, number in fields:
        assert f"field {number} of {V1}{message}" in refusal.message
    assert f"version {version}," in refusal.message
    assert "BadRequest" not in refusal.details


@pytest.fixture(name="version")
def read_version(stub):
    return stub.GetServerInfo(catalog_pb2.GetServerInfoRequest()).version


@pytest.mark.parametrize("data, fields", COMPUTE.values(), ids=COMPUTE.keys())
def test_unknown_fields_of_a_batch_are_named(shared, version, data, fields):
    expect_unknown(call(shared, "ComputeAdvantages", data), fields, version)


@pytest.mark.parametrize("data, fields", COMPUTE.values(), ids=COMPUTE.keys())
def test_an_item_of_a_stream_is_refused_and_the_next_is_answered(shared, version, data, fields):
    good = stream_pb2.StreamAdvantagesRequest(id="good", batch=BATCH).SerializeToString()
    bad = stream_pb2.StreamAdvantagesRequest(id="newer").SerializeToString() + inside(2, data)
    first, second, third = stream(shared, good, bad, good.replace(b"good", b"last"))
    assert [first.id, second.id, third.id] == ["good", "newer", "last"]
    assert first.batch.advantages and third.batch.advantages
    expect_unknown(status_to_refusal(second.status), fields, version)


def test_unknown_fields_of_an_item_are_named(shared, version):
    item = stream_pb2.StreamAdvantagesRequest(id="newer", batch=BATCH)
    reply, = stream(shared, newer(item, 40))
    expect_unknown(status_to_refusal(reply.status), [("StreamAdvantagesRequest", 40)], version)


@pytest.mark.parametrize("rpc", OTHERS)
def test_unknown_fields_of_the_other_calls_are_named(shared, version, rpc):
    request, message = OTHERS[rpc]
    assert isinstance(call(shared, rpc, request.SerializeToString()), bytes)
    expect_unknown(call(shared, rpc, newer(request, 9)), [(message, 9)], version)


def test_unknown_fields_are_listed_up_to_32(shared, version):
    refusal = call(shared, "ComputeAdvantages", newer(BATCH, *range(1000, 1100)))
    assert [one.number for one in refusal.details["UnknownFields"].fields] == list(range(1000, 1032))
    assert len(refusal.message) < 1000
    assert refusal.details["UnknownFields"].server_version == version


def test_numbers_500_to_599_are_ignored_in_every_message(shared, stub):
    expected = list(stub.ComputeAdvantages(BATCH).advantages)
    ignored = flag(500) + flag(599) + inside(555, b"anything")
    data = REQUEST(rewards=[1, 0, 0, 1], group_size=4).SerializeToString() + ignored
    data += inside(field(REQUEST, "method"), ignored + inside(field(SPEC, "rloo"), ignored))
    reply = call(shared, "ComputeAdvantages", data)
    assert list(compute_pb2.ComputeAdvantagesResponse.FromString(reply).advantages) == expected
    item = stream_pb2.StreamAdvantagesRequest(id="x").SerializeToString() + ignored + inside(2, data)
    assert list(stream(shared, item)[0].batch.advantages) == expected
    for rpc, (request, _) in OTHERS.items():
        assert isinstance(call(shared, rpc, request.SerializeToString() + ignored), bytes)


def test_bytes_that_cannot_be_parsed_are_refused_by_every_call(shared):
    for rpc in ("ComputeAdvantages", *OTHERS):
        refusal = call(shared, rpc, b"\x0a\x05abc")
        assert refusal.code == 3 and refusal.message == f"cannot parse the message as {rpc}Request"
