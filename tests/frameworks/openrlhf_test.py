"""OpenRLHF's real RemoteExperienceMaker with the adapter in place, also inside a Ray actor."""

import os
import pathlib
import subprocess
import sys
import types

import openrlhf_stubs  # noqa: F401: before OpenRLHF
import page
import pytest
import ray
import torch
from advantaged.integrations import _log, openrlhf as adapter
from openrlhf.trainer import ppo_trainer
from openrlhf.trainer.ppo_utils import experience_maker
from openrlhf.trainer.ppo_utils.experience import Experience

OWN = experience_maker.RemoteExperienceMaker.compute_advantages_and_returns
ORDER = [3, 0, 5, 7, 1, 2, 6, 4]
REWARDS = [1.0, 0.0, 0.0, 1.0, 0.2, 0.9, 0.4, 0.4]


def maker(estimator="group_norm", kl=0.0, clip=None, size=4, **reward):
    arguments = types.SimpleNamespace(
        algo=types.SimpleNamespace(advantage=types.SimpleNamespace(estimator=estimator, gamma=1.0, lambd=1.0,
                                                                   no_std_norm=False)),
        rollout=types.SimpleNamespace(n_samples_per_prompt=size, max_new_tokens=6),
        reward=types.SimpleNamespace(clip_range=clip, **reward), data=types.SimpleNamespace(max_len=64))
    made = experience_maker.RemoteExperienceMaker.__new__(experience_maker.RemoteExperienceMaker)
    made.strategy, made.args, made.advantage_estimator = types.SimpleNamespace(args=arguments), arguments, estimator
    made.kl_ctl = types.SimpleNamespace(value=kl)
    return made


def experiences(rewards=REWARDS, order=ORDER):
    """Micro-batches of two rows, out of order, responses of 2 to 6 tokens."""
    lengths = [2 + i % 5 for i in range(len(rewards))]
    made = []
    for pair in (order[i:i + 2] for i in range(0, len(order), 2)):
        mask = torch.tensor([[t < lengths[i] for t in range(6)] for i in pair])
        kl = torch.tensor([[0.01 * (i + t) for t in range(6)] for i in pair]) * mask
        made.append(Experience(rewards=torch.tensor([rewards[i] for i in pair]), index=list(pair), action_mask=mask,
                               kl=kl, response_length=torch.tensor([lengths[i] for i in pair]), info={}))
    return made


def advantages(made):
    return torch.cat([experience.advantages * experience.action_mask for experience in made])


@pytest.mark.parametrize("settings", [
    {"estimator": "group_norm"}, {"estimator": "dr_grpo"}, {"estimator": "rloo"}, {"estimator": "reinforce_baseline"},
    {"estimator": "group_norm", "kl": 0.3}, {"estimator": "group_norm", "clip": (-0.5, 0.5)},
    {"estimator": "rloo", "overlong_buffer_len": 3, "overlong_penalty_factor": 0.5}], ids=str)
def test_openrlhfs_own_definitions(target, monkeypatch, settings):
    monkeypatch.delenv("ADVANTAGED_METHOD", raising=False)
    own = OWN(maker(**settings), experiences())
    ours = adapter.compute_advantages_and_returns(maker(**settings), experiences())
    assert advantages(own).abs().max() > 0.1
    torch.testing.assert_close(advantages(ours), advantages(own), rtol=1e-5, atol=1e-6)
    for one, other in zip(ours, own):
        assert one.info.keys() == other.info.keys() and one.kl is other.kl is None
        torch.testing.assert_close(one.info["group_reward_std"], other.info["group_reward_std"])
        if settings["estimator"] != "reinforce_baseline":  # which reports returns before whitening
            torch.testing.assert_close(one.info["return"], other.info["return"], rtol=1e-5, atol=1e-6)


def test_equal_rewards(target, monkeypatch):
    monkeypatch.delenv("ADVANTAGED_METHOD", raising=False)
    rows = ([0.95] * 8, list(range(8)))
    assert advantages(OWN(maker(size=8), experiences(*rows))).max() == pytest.approx(0.921, abs=1e-3)
    assert (advantages(adapter.compute_advantages_and_returns(maker(size=8), experiences(*rows))) == 0).all()


def test_outcomes_are_those_before_penalties(target, monkeypatch):
    """A long correct response has its reward lowered, which makes it no failure."""
    monkeypatch.setenv("ADVANTAGED_METHOD", "pass_at_k_grpo k=2 shape_rewards=true")
    penalty = {"overlong_buffer_len": 3, "overlong_penalty_factor": 0.5}
    binary = [1.0, 0, 0, 1, 0, 0, 0, 1]
    found = advantages(adapter.compute_advantages_and_returns(maker(**penalty), experiences(binary)))
    assert found.abs().max() > 0.1
    graded = experiences([0.9, 0.1, 0.2, 0.8, 0.3, 0.1, 0, 0.9])
    with pytest.raises(ValueError, match="send outcomes or success_threshold"):
        adapter.compute_advantages_and_returns(maker(), graded)
    monkeypatch.setenv("ADVANTAGED_METHOD", "pass_at_k_grpo k=2 success_threshold=0.5")
    adapter.compute_advantages_and_returns(maker(), graded)


@pytest.mark.parametrize("estimator", ["gae", "reinforce", "flash_reinforce"])
def test_estimators_that_cannot_be_replaced(estimator):
    with pytest.raises(ValueError, match=f"'{estimator}'; with advantaged it must be one of rloo, dr_grpo"):
        adapter.compute_advantages_and_returns(maker(estimator), experiences())


def test_inside_a_ray_actor(server, monkeypatch):
    """The trainer is one: a replacement in the process that starts it does not reach it."""
    here = str(pathlib.Path(__file__).parent)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([here, os.environ.get("PYTHONPATH", "")]))
    monkeypatch.setenv("ADVANTAGED_METHOD", "pass_at_k_grpo k=2 success_threshold=0.5")
    monkeypatch.setenv("ADVANTAGED_TARGET", server.grpc[0])
    before = server.metrics().sum("advantaged_responses_total")

    @ray.remote
    class Trainer:
        def run(self):
            import openrlhf_stubs  # noqa: F401
            import openrlhf_test

            method = openrlhf_test.experience_maker.RemoteExperienceMaker.compute_advantages_and_returns
            made = method(openrlhf_test.maker(), openrlhf_test.experiences())
            return openrlhf_test.advantages(made).abs().max().item()

    ray.init(num_cpus=1, runtime_env=adapter.runtime_environment())
    try:
        assert ray.get(Trainer.remote().run.remote()) > 0.1
    finally:
        ray.shutdown()
    assert server.metrics().sum("advantaged_responses_total") - before == 8


def test_the_command_knows_a_wrong_method_at_once():
    done = subprocess.run([sys.executable, "-m", "advantaged.integrations.openrlhf"], capture_output=True, text=True,
                          env={**os.environ, "ADVANTAGED_METHOD": "grop"}, timeout=500)
    assert done.returncode == 1 and "did you mean 'grpo'" in done.stderr


class Stop(Exception):
    """Enough of the training."""


def test_a_schedule_follows_openrlhfs_step_and_goes_on_in_a_resumed_run(target, monkeypatch):
    """Called by the trainer's own train_step, which has the step as an argument."""
    monkeypatch.setenv("ADVANTAGED_METHOD", "pass_at_k_grpo k='4 -> 1 over 200' success_threshold=0.5")
    logged = []
    monkeypatch.setattr(_log, "sinks", [logged.append])

    def make_experience_batch(_):
        adapter.compute_advantages_and_returns(maker(), experiences())
        raise Stop

    trainer = ppo_trainer.BasePPOTrainer.__new__(ppo_trainer.BasePPOTrainer)
    trainer.experience_maker = types.SimpleNamespace(make_experience_batch=make_experience_batch)
    for step in (0, 150):
        with pytest.raises(Stop):
            trainer.train_step([], step)
    assert [entry["advantaged/k"] for entry in logged] == [4, 2]  # 4 - 3 * 150/200 is 1.75


def test_what_cannot_be_computed_is_known_when_openrlhf_makes_its_maker(target, monkeypatch):
    """In a process of its own, for the class is changed."""
    code = ("import openrlhf_stubs, openrlhf_test; from advantaged.integrations import openrlhf; openrlhf.adopt(); "
            "made = openrlhf_test.maker(); kind = type(made); "
            "kind(*[None] * 4, made.kl_ctl, made.strategy, None)")
    monkeypatch.setenv("ADVANTAGED_METHOD", "pass_at_k_grpo k=5")
    here = str(pathlib.Path(__file__).parent)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300,
                          env={**os.environ, "PYTHONPATH": os.pathsep.join([here, os.environ.get("PYTHONPATH", "")])})
    assert done.returncode == 1 and "k: 5 is above 4" in done.stderr, done.stderr


def test_openrlhf_itself_counts_responses_without_a_token(target, monkeypatch):
    """docs/integrations/openrlhf.md."""
    def made():
        batch = experiences([1.0, 0, 0, 1], [0, 1, 2, 3])
        batch[0].action_mask[0] = False
        return batch

    own = advantages(OWN(maker("dr_grpo"), made()))
    counted = advantages(adapter.compute_advantages_and_returns(maker("dr_grpo"), made()))
    torch.testing.assert_close(counted, own)
    monkeypatch.setenv("ADVANTAGED_METHOD", "dr_grpo empty_responses=drop")
    dropped = advantages(adapter.compute_advantages_and_returns(maker("dr_grpo"), made()))
    assert dropped[:, 0].tolist() == pytest.approx([0, -1 / 3, -1 / 3, 2 / 3])


def test_the_pages_numbers():
    def own(rewards):
        return advantages(OWN(maker("group_norm", size=8), experiences(rewards, range(8))))[:, 0].tolist()
    page.assert_on_page("OpenRLHF `group_norm`", own(page.REWARDS), own(page.EQUAL))
