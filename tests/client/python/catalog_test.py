"""What methods there are and what they do: the same plain values from a server, blocking or not, and in-process."""

import asyncio
import json

import advantaged
import pytest
from advantaged import methods
from methods_test import SAMPLES


@pytest.fixture
def ask(server, client, local):
    """ask(name, ...) of the three backends; that they answer the same, and the answer."""
    async def awaited(name, *arguments, **named):
        async with advantaged.AsyncClient(server.grpc[0]) as opened:
            return await getattr(opened, name)(*arguments, **named)

    def three(name, *arguments, **named):
        answers = [getattr(one, name)(*arguments, **named) for one in (client, local)]
        answers.append(asyncio.run(awaited(name, *arguments, **named)))
        assert answers[0] == answers[1] == answers[2]
        return answers[0]

    return three


def test_three_backends_list_the_same_methods_in_plain_values(ask):
    listed = ask("methods")
    assert json.loads(json.dumps(listed)) == listed
    assert [method["name"] for method in listed] == list(methods.names())
    ddof = next(method for method in listed if method["name"] == "grpo")["parameters"][0]
    assert ddof == {"name": "ddof", "description": "0: the standard deviation divides by n, 1: by n-1", "type": "integer",
                    "minimum": 0, "maximum": 1, "default_value": "0", "choices": [], "may_be_omitted": False,
                    "example": "1"}


def test_three_backends_describe_all_methods_side_by_side_the_same(ask):
    found = ask("describe", *SAMPLES, n=4, points=3)
    assert [one["method"] for one in found] == SAMPLES
    for one in found:
        plain = {key: value for key, value in one.items() if key != "method"}
        assert json.loads(json.dumps(plain)) == plain
        assert one["table"]["c"] == [0, 1, 2, 3, 4] and one["curve"]["rho"] == [0.25, 0.5, 0.75]


def test_a_description_of_a_name_has_the_points_that_were_asked(ask):
    grpo, = ask("describe", "grpo", n=2, rho=[0.5])
    assert grpo["table"]["advantage_correct"] == [0, 1, 0] and grpo["curve"]["surrogate_derivative"] == [2]
    assert grpo["method"] == methods.Grpo(0, 0.0)


def test_what_cannot_be_described_is_named(backend):
    with pytest.raises(advantaged.InvalidArgument, match="method: there is no 'gropo'; did you mean 'grpo'"):
        backend.describe("gropo")
    with pytest.raises(advantaged.InvalidArgument, match="n: 5000"):
        backend.describe("grpo", n=5000)


def test_statistics_are_a_dict_of_columns(backend):
    stats = backend.compute([1, 0, 1, 1], groups=2, method="grpo", pass_at=2).stats.to_dict()
    assert stats == {"group_ids": [0, 1], "n": [2, 2], "c": [1, 2], "outcome": ["mixed", "all_pass"],
                     "success_rate": [0.5, 1], "mean": [0.5, 1], "sd": [0.5, 0], "priority": [0.5, 0], "pass_at_2": [1, 1]}
