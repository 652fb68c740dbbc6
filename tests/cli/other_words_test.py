"""A server says everything in other words: `advctl compute` names the right lines and ids all the same."""

import grpc
import pytest
from advantaged.v1 import advantage_service_pb2_grpc
from other_words import OTHER, OtherWords

from programs import compute, lines_of

GOOD = {"rewards": [1, 0]}


@pytest.fixture(scope="module")
def other(server):
    with grpc.insecure_channel(server[0]) as channel:
        one = OtherWords(advantage_service_pb2_grpc.AdvantageServiceStub(channel))
        yield one.address
        one.stop()


def said(other, lines, *flags):
    process = compute("--server", other, *flags, stdin=lines)
    assert process.returncode == 1, process.stderr
    assert OTHER in process.stderr
    return process.stderr


def test_a_group_is_named_by_its_line(other):
    lines = lines_of(GOOD, {"group": "x", "rewards": [1]})
    assert f"line 2 (x): rewards: {OTHER}" in said(other, lines, "--method", "rloo")


def test_a_reward_is_named_by_line_index_and_group(other):
    lines = lines_of(GOOD, GOOD, {"rewards": [1, 0.5]})
    text = said(other, lines, "--method", "rloo", "--zero-unless-mixed")
    assert "line 3: rewards[1]: " in text and f"{OTHER}line 3{OTHER}" in text


def test_a_row_is_named_by_its_own_line(other):
    lines = lines_of({"group": "p", "reward": 1}, {"group": "q", "reward": 1}, {"group": "p", "reward": 0.5},
                     {"group": "q", "reward": 0})
    assert "line 3: reward: " in said(other, lines, "--method", "rloo", "--zero-unless-mixed")


def test_a_group_within_a_text_is_named_by_its_line(other):
    text = said(other, lines_of({"rewards": [1, 0, 1]}, GOOD), "--method", "pass_at_k_grpo", "-p", "k=3")
    assert f"-p k: {OTHER}" in text and "line 2" in text and "Gruppe" not in text
