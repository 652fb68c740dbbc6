"""The adapter for slime, on objects of the shape that slime documents."""

import dataclasses
import types

import pytest

pytest.importorskip("advantaged_local", reason="the oldest packages are tested without the in-process core")
from advantaged import LocalBackend  # noqa: E402
from advantaged.integrations import _client, _run, sinks, slime  # noqa: E402


@dataclasses.dataclass
class Sample:
    group_index: int | None
    reward: object
    response_length: int = 10
    rollout_id: int | None = None


@pytest.fixture(autouse=True)
def in_process(monkeypatch):
    monkeypatch.delenv("ADVANTAGED_TARGET", raising=False)
    monkeypatch.delenv("ADVANTAGED_METHOD", raising=False)
    monkeypatch.setattr(slime, "_steps", slime.Steps(("rollout_id", 0)))
    monkeypatch.setattr(_run, "_runs", {})
    _client.client.cache_clear()
    yield
    _client.client.cache_clear()


@pytest.fixture
def logged():
    found = []
    sinks.append(found.append)
    yield found
    sinks.remove(found.append)


def arguments(size, **others):
    return types.SimpleNamespace(n_samples_per_prompt=size, **others)


def test_interleaved_groups_get_slimes_own_grpo():
    samples = [Sample(group, reward) for reward in (1.0, 0.0, 0.5) for group in (7, 3)]
    samples[1].reward = 0.25
    raw, advantages = slime.post_process(arguments(3), samples)
    assert raw == [1.0, 0.25, 0.0, 0.0, 0.5, 0.5]
    expected = LocalBackend().compute(raw, groups=[7, 3] * 3, method="grpo", ddof=1, epsilon=1e-6)
    assert advantages == expected.advantages
    assert abs(advantages[0] - 0.5 / (0.5 + 1e-6)) < 1e-6  # (1 - 0.5) / (sd1 of 1, 0, 0.5 is 0.5)


def test_a_constant_group_is_exactly_zero():
    assert slime.post_process(arguments(8), [Sample(0, 0.95)] * 8)[1] == [0.0] * 8


def test_without_scaling_rewards_are_centred():
    samples = [Sample(0, 1.0), Sample(0, 0.0)]
    assert slime.post_process(arguments(2, grpo_std_normalization=False), samples)[1] == [0.5, -0.5]


def test_method_from_the_environment_with_a_schedule(monkeypatch, logged):
    monkeypatch.setenv("ADVANTAGED_METHOD", "pass_at_k_grpo k='4 -> 2 over 2'")
    samples = [Sample(0, float(reward)) for reward in (1, 0, 0, 1)]
    for k in (4, 3, 2, 2):
        _, advantages = slime.post_process(arguments(4), samples)
        assert advantages == LocalBackend().compute([1, 0, 0, 1], groups=4, method="pass_at_k_grpo", k=k).advantages
    assert [entry["advantaged/k"] for entry in logged] == [4, 3, 2, 2]
    assert logged[0]["advantaged/mixed_groups"] == 1


def test_groups_that_are_too_large_are_refused_not_merged():
    samples = [Sample(0, 1.0)] * 4 + [Sample(1, 0.0)] * 5
    with pytest.raises(ValueError, match="group 1 .* has 5 responses; expected_group_size is 4"):
        slime.post_process(arguments(4), samples)


def test_incomplete_groups_are_computed_and_a_group_of_one_gets_0(monkeypatch, logged):
    samples = [Sample(0, 1.0), Sample(0, 0.0), Sample(1, 1.0)]
    assert slime.post_process(arguments(4, grpo_std_normalization=False), samples)[1] == [0.5, -0.5, 0]
    assert logged[0]["advantaged/incomplete_groups"] == 2
    monkeypatch.setenv("ADVANTAGED_METHOD", "dr_grpo declared_small_group=error")
    with pytest.raises(ValueError, match="group 0 .* has 2 responses; expected_group_size is 4"):
        slime.post_process(arguments(4), samples)


def test_rows_of_one_rollout_count_once():
    """Three responses, the first in two rows."""
    samples = [Sample(0, reward, rollout_id=rollout) for rollout, reward in ((5, 1.0), (5, 1.0), (6, 0.0), (7, 0.0))]
    _, advantages = slime.post_process(arguments(3), samples)
    expected = LocalBackend().compute([1, 0, 0], groups=3, method="grpo", ddof=1, epsilon=1e-6).advantages
    assert advantages == [expected[0], *expected]


def test_missing_rewards_are_masked_and_are_0_in_what_slime_averages():
    samples = [Sample(0, 1.0), Sample(0, None, response_length=0), Sample(0, float("nan")), Sample(0, 0.0)]
    raw, advantages = slime.post_process(arguments(4, grpo_std_normalization=False), samples)
    assert raw == [1, 0, 0, 0]
    assert advantages == [0.5, 0, 0, -0.5]


def test_lists_of_samples_are_their_samples_one_after_the_other():
    samples = [Sample(0, 1.0), Sample(0, 0.0), Sample(0, 0.5), Sample(1, 0.0), Sample(1, 0.0), Sample(1, 1.0)]
    flat = slime.post_process(arguments(3), samples)
    assert slime.post_process(arguments(3), [samples[:3], samples[3:]]) == flat
    assert slime.post_process(arguments(3), [[samples[:2], samples[2:3]], samples[3:]]) == flat
    with pytest.raises(ValueError, match=r"samples\[1\].group_index: None"):
        slime.post_process(arguments(2), [[Sample(0, 1.0)], [Sample(None, 0.0)]])


@dataclasses.dataclass
class Marked(Sample):
    loss_mask: list | None = None
    remove_sample: bool = False


@pytest.mark.parametrize("wrong", [Marked(0, 0.0, loss_mask=[0, 0]), Marked(0, 0.0, remove_sample=True),
                                   Marked(0, 0.0, response_length=0)], ids=["mask", "removed", "length"])
@pytest.mark.parametrize("choice, expected", [("count", [1 / 3, -2 / 3, 1 / 3]), ("drop", [0, 0, 0])])
def test_samples_without_a_token_in_the_loss_count_or_are_dropped(monkeypatch, logged, wrong, choice, expected):
    monkeypatch.setenv("ADVANTAGED_METHOD", f"dr_grpo empty_responses={choice}")
    samples = [Marked(0, 1.0, loss_mask=[1, 0]), wrong, Marked(0, 1.0)]
    assert slime.post_process(arguments(3), samples)[1] == pytest.approx(expected)
    assert logged[0]["advantaged/empty_responses"] == 1


class RolloutManager:
    """Calls as slime's does."""

    def generate(self, rollout_id, args, samples):
        return slime.post_process(args, samples)


def test_schedules_follow_slimes_rollout_id(monkeypatch, logged):
    monkeypatch.setenv("ADVANTAGED_METHOD", "pass_at_k_grpo k='8 -> 1 over 200'")
    samples = [Sample(0, float(i % 2)) for i in range(8)]
    RolloutManager().generate(150, arguments(8), samples)
    slime.post_process(arguments(8, start_rollout_id=150), samples)  # the second call of this process
    assert [entry["advantaged/k"] for entry in logged] == [3, 3]


def test_pass_at_k_is_one_after_the_filter_where_slime_has_one(monkeypatch, logged):
    monkeypatch.setenv("ADVANTAGED_METHOD", "pass_at_k_grpo k=2")
    slime.post_process(arguments(2, dynamic_sampling_filter_path="a.filter"), [Sample(0, 1.0), Sample(0, 0.0)])
    assert logged[0]["advantaged/pass_at_1_after_filter"] == 0.5 and "advantaged/pass_at_1" not in logged[0]


def test_rewards_by_key():
    samples = [Sample(0, {"acc": 1, "format": 0}), Sample(0, {"acc": 0, "format": 1})]
    assert slime.post_process(arguments(2, reward_key="acc", grpo_std_normalization=False), samples)[1] == [0.5, -0.5]
    with pytest.raises(ValueError, match=r"samples\[0\].reward: a dict of acc, format; --reward-key is None"):
        slime.post_process(arguments(2), samples)


def test_no_group_is_an_error():
    with pytest.raises(ValueError, match=r"samples\[1\].group_index: None"):
        slime.post_process(arguments(2), [Sample(0, 1.0), Sample(None, 0.0)])
