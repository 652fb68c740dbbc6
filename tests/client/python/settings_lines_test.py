"""The cases of docs/settings.md that the readers of every language are held to."""

import json
import os
import pathlib

import pytest
from google.protobuf import json_format

from advantaged import _plan, line
from advantaged.v1 import compute_pb2

FILE = pathlib.Path(os.environ["SOURCE_DIR"], "tests", "client", "settings_lines.jsonl")
CASES = [json.loads(text) for text in FILE.read_text("utf-8").splitlines()]


def without_defaults(request):
    """As JSON, without what Python says though it is the default."""
    request.group_statistics = False
    for stage in request.stages:
        part = getattr(stage, stage.WhichOneof("stage"))
        for name in ("weighting", "spread"):
            if getattr(part, name, None) == 1:
                part.ClearField(name)
    return json_format.MessageToDict(request, preserving_proto_field_name=True)


@pytest.mark.parametrize("case", [case for case in CASES if "request" in case], ids=lambda case: case["line"])
def test_a_line_says_the_request_of_the_shared_case(case):
    expected = json_format.ParseDict(case["request"], compute_pb2.ComputeAdvantagesRequest())
    plan, rest = _plan.split_arguments(line.parse(case["line"]))
    assert not rest
    assert without_defaults(type(expected).FromString(plan.prefix)) == without_defaults(expected)


@pytest.mark.parametrize("case", [case for case in CASES if "refused" in case], ids=lambda case: case["line"])
def test_what_the_shared_cases_refuse_is_refused_with_its_name(case):
    with pytest.raises(ValueError) as refused:
        _plan.split_arguments(line.parse(case["line"]))
    assert case["refused"] in str(refused.value)


def test_there_are_cases():
    assert len(CASES) > 50
