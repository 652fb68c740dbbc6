"""Every vector through the server: gRPC in each form of rewards, groups, other arrays and replies; JSON over HTTP."""

import http.client
import json

import grpc
import numpy as np
import pytest
from advantaged.rpc import status_pb2
from advantaged.v1 import compute_pb2
from forms import (BITS, BYTES, FLOATS, advantages_of, encode, may_be_bits, may_be_per_group, rename, with_ids,
                   with_sizes)
from google.protobuf import json_format
from running_server import PATIENCE
from transports import read_status, status_to_refusal
from vector_files import THEMES, all_faults, vectors

ANSWERED = [theme for theme in THEMES if theme != "refusals"]
PLAIN, LE, PER_GROUP = (compute_pb2.REPLY_FORM_ADVANTAGES, compute_pb2.REPLY_FORM_ADVANTAGES_FLOAT32_LE,
                        compute_pb2.REPLY_FORM_ADVANTAGES_PER_GROUP)
CODES = {3: "INVALID_ARGUMENT", 9: "FAILED_PRECONDITION"}


@pytest.fixture(scope="module")
def stub(server):
    with server.stub() as result:
        yield result


def refusal(found):
    violations = found.details["BadRequest"].field_violations if "BadRequest" in found.details else []
    return {"error": CODES.get(found.code, found.code), "message": found.message,
            "fields": [rename(violation.field) for violation in violations]}


def compute(stub, request, message):
    """The answer to a message that is the request in some form."""
    try:
        response = stub.ComputeAdvantages(message, timeout=PATIENCE)
    except grpc.RpcError as error:
        trailers = dict(error.trailing_metadata())
        return refusal(status_to_refusal(status_pb2.Status.FromString(trailers["grpc-status-details-bin"])))
    answer = json_format.MessageToDict(response, preserving_proto_field_name=True,
                                       including_default_value_fields=True)
    return {"advantages": advantages_of(request, response), "summary": answer["summary"],
            "group_statistics": answer.get("group_statistics", {})}



def check(stub, theme, encoding, applies=lambda request: True):
    """Sends every vector to which the form applies; returns how many that were."""
    chosen = [vector for vector in vectors(theme) if applies(vector["request"])]
    answers = [compute(stub, vector["request"], encoding(vector["request"])) for vector in chosen]
    found = all_faults(chosen, answers)
    assert not found, f"{len(found)} faults\n" + "\n".join(found[:20])
    return len(chosen)


@pytest.mark.parametrize("theme", THEMES)
def test_floats(stub, theme):
    assert check(stub, theme, lambda request: encode(request, FLOATS))


@pytest.mark.parametrize("theme", THEMES)
def test_bytes(stub, theme):
    has_rewards = lambda request: request["rewards"]
    assert check(stub, theme, lambda request: encode(request, BYTES, siblings=True, reply_form=LE), has_rewards)


@pytest.mark.parametrize("theme", ANSWERED)
def test_bits(stub, theme):
    assert check(stub, theme, lambda request: encode(request, BITS, siblings=True, reply_form=LE), may_be_bits)


@pytest.mark.parametrize("theme", [theme for theme in ANSWERED if theme != "stages"])
def test_one_pair_per_group(stub, theme):
    assert check(stub, theme, lambda request: encode(request, FLOATS, reply_form=PER_GROUP), may_be_per_group)


@pytest.mark.parametrize("theme", ANSWERED)
def test_groups_by_id(stub, theme):
    assert check(stub, theme, lambda request: encode(with_ids(request), BYTES, siblings=True, reply_form=PLAIN),
                 lambda request: "group_ids" not in request)


@pytest.mark.parametrize("theme", ANSWERED)
def test_groups_by_size(stub, theme):
    chosen = [vector for vector in vectors(theme) if "group_sizes" not in vector["request"]]
    assert chosen
    answers = []
    for vector in chosen:
        request, order = with_sizes(vector["request"])
        answer = compute(stub, request, encode(request, FLOATS))
        moved = np.zeros(len(order), np.float32)
        moved[order] = answer["advantages"]
        answers.append({**answer, "advantages": moved})
    assert all_faults(chosen, answers) == []


def post(connection, request):
    connection.request("POST", "/v1/compute", json.dumps(request), {"Content-Type": "application/json"})
    body = json.loads(connection.getresponse().read())
    return body if "code" not in body else refusal(read_status(body))


@pytest.mark.parametrize("theme", THEMES)
def test_http(server, theme):
    chosen = vectors(theme)
    connection = http.client.HTTPConnection(server.http, timeout=PATIENCE)
    answers = [post(connection, vector["request"]) for vector in chosen]
    connection.close()
    found = all_faults(chosen, answers)
    assert not found, f"{len(found)} faults\n" + "\n".join(found[:20])
