"""Averages of rewards over steps: each reward against what was before it; and their state."""

import json
import math

import numpy as np
import pytest
from advantaged import InvalidArgument
from advantaged.baselines import Ema

RNG = np.random.default_rng(0)


def by_hand(rewards, keys, decay, averages):
    """prime-rl's loop."""
    less = []
    for reward, key in zip(rewards, keys):
        baseline = averages.setdefault(key, 0.0)
        less.append(np.float32(reward - baseline))
        averages[key] = decay * baseline + (1.0 - decay) * reward
    return less


@pytest.mark.parametrize("decay", [0.95, 0.5, 0.0])
def test_each_reward_is_scored_before_it_updates_the_average_of_its_agent(decay):
    ema, averages = Ema(decay), {}
    for _ in range(5):
        rewards, keys = RNG.normal(size=40), RNG.choice(["white", "black"], 40)
        assert ema.subtract(rewards, keys).tolist() == by_hand(rewards.tolist(), keys.tolist(), decay, averages)
    assert {key: ema[key] for key in averages} == averages and ema["nobody"] == 0


def test_the_papers_decay_and_one_average_without_keys():
    ema = Ema()
    assert ema.subtract([1.0, 1.0, 0.0]) == [1, np.float32(0.95), np.float32(-0.0975)]
    assert ema[None] == pytest.approx(0.95 * 0.0975, rel=1e-12)


def test_an_average_may_begin_elsewhere():
    assert Ema(0.5, initial=0.5).subtract([1.0, 1.0]) == [0.5, 0.25]


def test_the_shape_and_the_container_are_those_of_the_rewards():
    rewards = RNG.normal(size=(3, 4))
    found = Ema().subtract(rewards, RNG.integers(0, 2, (3, 4)))
    assert found.shape == (3, 4) and found.dtype == np.float32
    assert isinstance(Ema().subtract(rewards.tolist())[0], list)


def test_a_missing_reward_stays_missing_and_updates_nothing():
    ema = Ema(0.5)
    found = ema.subtract([1, None, float("nan"), 1])
    assert found[0] == 1 and math.isnan(found[1]) and math.isnan(found[2]) and found[3] == 0.5


@pytest.mark.parametrize("rewards, keys, text", [
    ([1.0, math.inf], None, r"rewards\[1\]: inf is not finite"), ([1.0, 2], ["a"], "keys: 1 for 2 rewards"),
    ([1.0, 2], ["a", 0.5], r"keys\[1\]: 0.5; a key must be a text, a whole number"),
    ([1.0, 2], ["a", ("b", {})], r"keys\[1\]: \{\}; a key must be"),
    ([1.0, 1e39], None, r"rewards\[1\]: 1.*e\+39 is beyond float32"),
    (["a"], None, r"rewards\[0\]: 'a'")])
def test_what_is_wrong_is_named_and_changes_no_average(rewards, keys, text):
    ema = Ema()
    with pytest.raises(InvalidArgument, match=f"^{text}"):
        ema.subtract(rewards, keys)
    assert ema.state_dict()["averages"] == []


@pytest.mark.parametrize("arguments, text", [
    ({"decay": 1}, "decay: 1; it must be a number, at least 0 and below 1"),
    ({"decay": "0.9"}, "decay: '0.9'; .* a number"),
    ({"initial": math.nan}, "initial: nan; it must be a number")])
def test_settings_that_are_wrong_are_named(arguments, text):
    with pytest.raises(InvalidArgument, match=f"^{text}"):
        Ema(**arguments)


def test_the_state_goes_through_json_and_a_file_bit_for_bit(tmp_path):
    begun = Ema(0.9, 0.1)
    keys = [("kuhn", "white"), ("kuhn", 1), "a", 7, None, np.int64(8), np.str_("b")] * 3
    begun.subtract(RNG.normal(size=21), keys)
    begun.save(tmp_path / "ema.json")
    resumed, other = Ema(), Ema()
    resumed.load(tmp_path / "ema.json")
    other.load_state_dict(json.loads(json.dumps(begun.state_dict())))
    rewards = RNG.normal(size=21)
    wanted = begun.subtract(rewards, keys).tolist()
    assert resumed.subtract(rewards, keys).tolist() == other.subtract(rewards, keys).tolist() == wanted
    assert resumed.state_dict() == begun.state_dict() and list(tmp_path.iterdir()) == [tmp_path / "ema.json"]


@pytest.mark.parametrize("state", [{}, {"decay": 2, "initial": 0, "averages": []},
                                   {"decay": 0.9, "initial": 0, "averages": 3},
                                   {"decay": 0.9, "initial": 0, "averages": [["a", "b"]]}, None])
def test_a_state_that_is_none_changes_nothing(state):
    ema = Ema(0.5)
    ema.subtract([1.0])
    with pytest.raises(InvalidArgument, match="^state: .*it must be what state_dict"):
        ema.load_state_dict(state)
    assert ema.decay == 0.5 and ema[None] == 0.5


def test_a_file_that_is_none_is_named(tmp_path):
    with pytest.raises(FileNotFoundError):
        Ema().load(tmp_path / "none.json")
    (tmp_path / "cut.json").write_text('{"decay": ')
    with pytest.raises(InvalidArgument, match="cut.json: no JSON"):
        Ema().load(tmp_path / "cut.json")
