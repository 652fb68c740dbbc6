"""docs/contract.md: every request it shows has the reply it shows."""

import json
import os
import pathlib
import re

import pytest
from advantaged.v1 import stream_pb2
from google.protobuf import json_format
from streams import exchange
from transports import fetch

PAGE = pathlib.Path(os.environ["ADVANTAGED_DOCS"], "contract.md").read_text(encoding="utf-8")
PAIRS = re.findall(r"```json request\n(.*?)```\n```json reply\n(.*?)```", PAGE, re.DOTALL)
AND_SO_ON = "…"  # ends a list of which the page shows the beginning, and a text that it cuts


def expect_shown(shown, found, path="reply"):
    """What the page shows is there; it may leave out fields, and cuts numbers to four digits."""
    if isinstance(shown, dict):
        for name, value in shown.items():
            assert name in found, f"{path} has no {name}"
            expect_shown(value, found[name], f"{path}.{name}")
    elif isinstance(shown, list):
        if shown and shown[-1] == AND_SO_ON:
            shown = shown[:-1]
            found = found[:len(shown)]
        assert len(shown) == len(found), path
        for i, (one, other) in enumerate(zip(shown, found)):
            expect_shown(one, other, f"{path}[{i}]")
    elif isinstance(shown, float):
        assert found == pytest.approx(shown, abs=5.1e-5), path
    elif isinstance(shown, str) and shown.endswith(AND_SO_ON):
        assert found.startswith(shown[:-1]), path
    else:
        assert found == shown, path


@pytest.mark.parametrize("request_text, reply_text", PAIRS, ids=range(len(PAIRS)))
def test_example(shared, request_text, reply_text):
    _, _, found = fetch(shared, "/v1/compute", request_text.encode())
    expect_shown(json.loads(reply_text), found)


def test_description(shared):
    text, = re.findall(r"```json describe\n(.*?)```", PAGE, re.DOTALL)
    assert fetch(shared, "/v1/describe", text.encode())[0] == 200


def test_stream(stub):
    (items, replies), = re.findall(r"```json items\n(.*?)```\n```json replies\n(.*?)```", PAGE, re.DOTALL)
    found = exchange(stub, *(json_format.Parse(text, stream_pb2.StreamAdvantagesRequest())
                             for text in items.splitlines()))
    for text, reply in zip(replies.splitlines(), found, strict=True):
        reply.status.ClearField("details")  # of types that only the server has under their names
        expect_shown(json.loads(text), json_format.MessageToDict(reply, preserving_proto_field_name=True))


def test_no_request_is_without_a_reply():
    requests = re.findall(r'```json[ a-z]*\n(?=\{"method")', PAGE)
    assert len(requests) == len(PAIRS) + 1  # the description
