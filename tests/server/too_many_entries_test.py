"""Fields with more entries than a request may have: refused by name before they are read, over gRPC, as an item of a
stream and as JSON, and counted."""

import batches
import pytest
from advantaged.v1 import describe_pb2, method_pb2
from google.protobuf import json_format
from streams import exchange, item
from transports import TRANSPORTS, fetch, read_status, status_to_refusal

MANY = 4096
DOUBLES = 131072
CUSTOM = "method.custom_table.tables"


def stages(batch, count):
    for _ in range(count):
        batch.stages.add().clip.low = 0


def moments(batch, count):
    for _ in range(count):
        batch.batch_moments.add()


def tables(batch, count):
    batch.method.custom_table.tables.extend(method_pb2.CustomTable.Table(n=1 + i) for i in range(count))


def constants(batch, count):
    for i in range(count):
        batch.method.surrogate.constants[f"c{i}"] = 1


def columns(batch, count):
    for begin in range(0, count, 1000):
        batch.method.custom_table.tables.add(n=1, advantage_correct=[0] * min(1000, count - begin))


CASES = {
    "pass_at": (lambda batch, count: batch.pass_at.extend(range(1, 1 + count)), "pass_at", MANY),
    "stages": (stages, "stages", MANY),
    "moments": (moments, "batch_moments", MANY),
    "tables": (tables, CUSTOM, MANY),
    "constants": (constants, "method.surrogate.constants", MANY),
    "columns": (columns, f"{CUSTOM}.advantage_correct", DOUBLES),
}


def batch_with(fill, count):
    batch = batches.rloo()
    fill(batch, count)
    return batch


def expect_too_many(refusal, field, most):
    violation, = refusal.details["BadRequest"].field_violations
    assert (violation.field, violation.description) == (
        field, f"has more than {most} entries, the most that a request may have")
    assert refusal.message == f"{field}: {violation.description}"


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("transport", TRANSPORTS)
def test_too_many_entries_are_one_violation(shared, stub, transport, name):
    fill, field, most = CASES[name]
    channel = TRANSPORTS[transport](shared, stub)
    expect_too_many(channel.compute(batch_with(fill, most + 1)), field, most)
    # What is not too many for a request is judged by what it is for.
    said = channel.compute(batch_with(fill, most)).details["BadRequest"].field_violations
    assert all("the most that a request may have" not in violation.description for violation in said)


@pytest.mark.parametrize("name", CASES)
def test_an_item_with_too_many_entries_is_refused_and_the_others_are_answered(stub, name):
    fill, field, most = CASES[name]
    # The first item decides about the order, also where it is refused.
    replies = exchange(stub, item("bad", batch_with(fill, most + 1), unordered=True), item("good", unordered=True),
                       item("bad too", batch_with(fill, most + 1)), item("last"))
    replies = {reply.id: reply for reply in replies}
    for good in ("good", "last"):
        assert replies[good].batch.advantages
    for bad in ("bad", "bad too"):
        expect_too_many(status_to_refusal(replies[bad].status), field, most)


def test_points_are_counted_before_they_are_read(shared):
    request = describe_pb2.DescribeMethodRequest(rho=[0.5] * (DOUBLES + 1))
    request.method.grpo.SetInParent()
    code, _, body = fetch(shared, "/v1/describe", json_format.MessageToJson(request).encode())
    assert code == 400
    expect_too_many(read_status(body), "rho", DOUBLES)


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_requests_with_too_many_entries_are_counted_by_field(start, transport):
    server = start()
    with server.stub() as stub:
        TRANSPORTS[transport](server, stub).compute(batch_with(stages, MANY + 1))
        assert server.metrics().value("advantaged_invalid_requests_total", field="stages") == 1
        exchange(stub, item("bad", batch_with(stages, MANY + 1)))
        assert server.metrics().value("advantaged_invalid_requests_total", field="stages") == 2
