"""Responses without a token in the loss: part of their group's statistics, or masked out, as a setting says."""

import asyncio
import logging
import pickle

import advantaged
import numpy as np
import pytest
from advantaged import InvalidArgument, _batch
from advantaged.integrations.spec import Spec

VERL = {"groups": 4, "method": "grpo", "ddof": 1, "epsilon": 1e-6}
TOKENS = np.array([[0, 100.0], [1, 0], [0, 0], [0, 0]])
MASK = np.array([[0, 0], [1, 1], [1, 0], [1, 1]])
COUNTED = [0, -0.4866, -0.5067, -0.5067]
DROPPED = [0, 1.1547, -0.5774, -0.5774]


@pytest.fixture(autouse=True)
def first_of_a_process(monkeypatch):
    monkeypatch.setattr(_batch, "_logged_empty", False)


@pytest.mark.parametrize("rule, advantages", [("count", COUNTED), (None, COUNTED), ("drop", DROPPED)])
def test_the_setting_says_whether_it_counts(backend, rule, advantages):
    """verl #6452: the reward 100 of a response that rollout correction has rejected."""
    settings = VERL if rule is None else {**VERL, "empty_responses": rule}
    result = backend.compute_tokens(TOKENS, MASK, **settings)
    assert np.allclose(result.advantages[:, 0], advantages, atol=1e-4) and not result.advantages[0].any()
    assert result.empty_responses == result.summary["empty_responses"] == 1
    assert result.summary["masked_responses"] == (rule == "drop")
    assert pickle.loads(pickle.dumps(result)).summary == result.summary


def test_compute_takes_it_where_lengths_are_given(backend):
    lengths = [0, 2, 1, 2]
    found = backend.compute([100, 1, 0, 0], lengths=lengths, empty_responses="drop", **VERL)
    assert np.allclose(found.advantages, DROPPED, atol=1e-4) and found.empty_responses == 1
    found = backend.compute([100, 1, 0, 0], lengths=lengths, **VERL)
    assert np.allclose(found.advantages[1:], COUNTED[1:], atol=1e-4) and found.advantages[0] > 1
    with pytest.raises(InvalidArgument, match="^lengths: not set, but empty_responses is 'drop'"):
        backend.compute([100, 1, 0, 0], empty_responses="drop", **VERL)
    with pytest.raises(InvalidArgument, match="^lengths: not set"):  # the form that is read without a look at it
        backend.compute(np.float32([100, 1, 0, 0]), empty_responses="drop", **VERL)


def test_no_such_response_is_not_counted(backend):
    result = backend.compute_tokens(TOKENS, np.ones((4, 2)), empty_responses="drop", **VERL)
    assert result.empty_responses == 0 and "empty_responses" not in result.summary
    assert result.advantages.tobytes() == backend.compute_tokens(TOKENS, np.ones((4, 2)), **VERL).advantages.tobytes()


@pytest.mark.parametrize("rule", ["count", "drop"])
@pytest.mark.parametrize("missing", ["error", "mask"])
def test_an_aborted_response_without_a_reward_is_masked(backend, rule, missing):
    tokens = TOKENS.copy()
    tokens[0] = np.nan
    result = backend.compute_tokens(tokens, MASK, empty_responses=rule, missing=missing, **VERL)
    assert np.allclose(result.advantages[:, 0], DROPPED, atol=1e-4) and result.empty_responses == 1
    tokens[1, 0] = np.nan  # this one has tokens
    if missing == "error":
        with pytest.raises(InvalidArgument) as caught:
            backend.compute_tokens(tokens, MASK, empty_responses=rule, **VERL)
        assert [field for field, _ in caught.value.violations] == ["rewards[1]"]


def test_masked_responses_are_not_counted(backend):
    result = backend.compute_tokens(TOKENS, MASK, valid=[0, 1, 1, 1], **VERL)
    assert np.allclose(result.advantages[:, 0], DROPPED, atol=1e-4) and result.empty_responses == 0


def test_a_response_of_several_rows_is_empty_if_all_of_them_are(backend):
    rewards, ids = [5, 1, 100, 100, 0, 0], [1, 1, 2, 2, 3, 4]
    settings = {"groups": 6, "method": "dr_grpo", "trajectory_ids": ids, "trajectory_reward": "last",
                "lengths": [3, 0, 0, 0, 0, 1], "empty_responses": "drop"}
    result = backend.compute(rewards, **settings)
    assert result.empty_responses == 2 and result.stats.n.tolist() == [2]
    assert result.advantages == [0.5, 0.5, 0, 0, 0, -0.5]
    # What is masked out has no tokens.
    result = backend.compute(rewards, valid=[0, 1, 1, 1, 1, 1], **settings)
    assert result.empty_responses == 3 and result.advantages == [0] * 6


def test_an_aborted_response_of_several_rows_is_masked(backend):
    settings = {"groups": 5, "method": "dr_grpo", "trajectory_ids": [1, 1, 2, 3, 3], "lengths": [0, 0, 1, 0, 2],
                "trajectory_reward": "last"}
    result = backend.compute([None, None, 1, 0, 0], **settings)
    assert result.advantages == [0, 0, 0.5, -0.5, -0.5] and result.empty_responses == 1
    # A row of a response that has a reward, or tokens, is no aborted response.
    for rewards, row in (([0, None, 1, 0, 0], 1), ([0, 0, 1, None, 0], 3)):
        with pytest.raises(InvalidArgument, match=rf"^rewards\[{row}\]: nan is not finite"):
            backend.compute(rewards, **settings)


def test_the_first_of_a_process_is_logged(backend, caplog):
    with caplog.at_level(logging.WARNING, "advantaged"):
        for _ in range(3):
            backend.compute_tokens(TOKENS[::-1], MASK[::-1], **VERL)
    assert [record.getMessage() for record in caplog.records] == [
        "advantaged: the response of row 3 has no token in the loss, and counts in the statistics of its group, as "
        "empty_responses='count' says; more are in the summary, not in the log"]


def test_the_log_says_what_becomes_of_it(backend, caplog):
    with caplog.at_level(logging.WARNING, "advantaged"):
        backend.compute_tokens(TOKENS, MASK, empty_responses="drop", **VERL)
    assert "response of row 0 has no token in the loss, and is left out of the statistics" in caplog.text


@pytest.mark.parametrize("value, text", [("DROP", "did you mean 'drop'"), ("keep", "must be 'count' or 'drop'$"), (None, "")])
def test_other_values_are_refused(backend, value, text):
    if value is None:
        assert backend.compute([1, 0], groups=2, method="rloo", empty_responses=None).advantages == [1, -1]
        return
    with pytest.raises(InvalidArgument, match=f"^empty_responses: '{value}'; .*{text}"):
        backend.compute([1, 0], groups=2, method="rloo", empty_responses=value)


def test_it_is_a_setting_of_a_trainer_s_configuration():
    assert Spec.parse("grpo empty_responses=drop", where="x").at(0)["empty_responses"] == "drop"


def test_it_stays_on_the_trainer_s_side(server):
    """No server is told: any server will do."""
    async def run():
        async with advantaged.AsyncClient(server.grpc[0]) as opened:
            return await opened.compute_tokens(TOKENS, MASK, empty_responses="drop", **VERL)

    assert np.allclose(asyncio.run(run()).advantages[:, 0], DROPPED, atol=1e-4)
