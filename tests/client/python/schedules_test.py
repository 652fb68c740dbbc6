"""Schedules in a call: compute(..., k="8 -> 1 over 200", step=step)."""

import asyncio
import pickle

import advantaged
import numpy as np
import pytest
from advantaged import InvalidArgument, line, methods, shards
from advantaged.line import Schedule

REWARDS = np.array([1, 0, 0, 1, 0, 0, 1, 0], np.float32)


@pytest.mark.parametrize("k, values", [("8 -> 1 over 7", {0: 8, 3: 5, 7: 1, 100: 1}),
                                       ("8@0 4@100 1@200", {0: 8, 50: 6, 100: 4, 200: 1}),
                                       (Schedule(((0, 4), (2, 2)), True), {0: 4, 1: 3, 9: 2})])
def test_a_call_computes_by_the_value_at_its_step_and_says_it(backend, k, values):
    for step, value in values.items():
        found = backend.compute(REWARDS, groups=8, method="pass_at_k_grpo", k=k, step=step)
        plain = backend.compute(REWARDS, groups=8, method="pass_at_k_grpo", k=value)
        assert (found.advantages == plain.advantages).all() and found.method.k == value
        assert found.scheduled == {"k": value} and found.summary == {**plain.summary, "k": value}
        assert type(found.summary["k"]) is int and plain.scheduled == {}


def test_every_number_among_the_settings_may_be_one(backend):
    found = backend.compute(REWARDS, groups=8, method="focal", gamma="0 -> 2 over 4", base="grpo", step=np.int64(1),
                            success_threshold="0@0 1@2", expected_group_size="16 -> 0 over 2", constant_tolerance="0 -> 1 over 4")
    assert found.scheduled == {"gamma": 0.5, "success_threshold": 0.5, "expected_group_size": 8, "constant_tolerance": 0.25}
    assert (found.advantages == backend.compute(REWARDS, groups=8, method=methods.Focal(0.5, "grpo"),
                                                constant_tolerance=0.25).advantages).all()


def test_tokens_lines_and_asyncio_know_them(backend, server):
    tokens = np.zeros((8, 3), np.float32)
    tokens[:, 0] = REWARDS
    text = "pass_at_k_grpo k='4@2 2@4'"
    found = backend.compute_tokens(tokens, np.ones((8, 3)), groups=8, step=3, **line.parse(text, schedules=True))
    assert found.scheduled == {"k": 3}

    async def compute():
        async with advantaged.AsyncClient(server.grpc[0]) as opened:
            return await opened.compute(REWARDS, groups=8, method="pass_at_k_grpo", k="4@2 2@4", step=3)

    assert asyncio.run(compute()).advantages.tolist() == found.advantages[:, 0].tolist()


def test_a_step_without_a_schedule_changes_nothing(backend):
    plain = backend.compute(REWARDS, groups=8, method="rloo")
    found = backend.compute(REWARDS, groups=8, method="rloo", step=5)
    assert found.summary == plain.summary and (found.advantages == plain.advantages).all()


def test_the_value_goes_through_pickle_and_is_not_added_up_over_shards(backend):
    pieces = shards.cut(np.tile(REWARDS, 3), 8, groups=8)
    found = [backend.compute(piece.rewards, **piece.arguments, method="pass_at_k_grpo", k="4 -> 2 over 2", step=1)
             for piece in pieces]
    assert len(found) == 3 and shards.merge_summaries(found)["k"] == 3
    assert pickle.loads(pickle.dumps(found[0])).scheduled == {"k": 3}


def test_a_text_that_looks_like_one_stays_a_text(client):
    with pytest.raises(InvalidArgument, match="^run: "):  # no name of a run
        client.compute(REWARDS, groups=8, method="rloo", run="8 -> 1 over 2", step=0)


WRONG = {
    "no step": ({"k": "8 -> 1 over 200"}, "k: '8 -> 1 over 200' is a schedule, but `step` is not set"),
    "no step, an object": ({"k": Schedule(((0, 8), (2, 1)), True)}, "k: '8 -> 1 over 2' is a schedule, but `step`"),
    "no schedule": ({"k": "8 to 1", "step": 0}, "k: '8 to 1'; it must be a whole number from 0 to 4294967295, or a schedule, "
                                                "as in '8 -> 1 over 200' or '8@0 4@100 1@200'"),
    "not whole": ({"k": "4.5 -> 1 over 2", "step": 0}, "k: '4.5 -> 1 over 2'; it must be a whole number"),
    "a number's text": ({"k": "4"}, "method.pass_at_k_grpo.k: '4'; it must be a whole number"),
    "a negative step": ({"k": "8 -> 1 over 2", "step": -1}, "step: -1; it must be a whole number, at least 0"),
    "no whole step": ({"k": 2, "step": 1.5}, "step: 1.5; it must be a whole number, at least 0"),
    "a step that is a text": ({"k": 2, "step": "3"}, "step: '3'; it must be a whole number"),
    "beyond the group": ({"k": "8 -> 10 over 2", "step": 2}, r"method.pass_at_k_grpo.k: 10"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_what_is_wrong_is_named_with_its_value(backend, kind):
    arguments, text = WRONG[kind]
    with pytest.raises(InvalidArgument, match=f"^{text}"):
        backend.compute(REWARDS, groups=8, method="pass_at_k_grpo", **arguments)
