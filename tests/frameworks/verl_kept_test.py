"""Baselines go through verl's checkpoints; and what is correct is known though verl takes a KL off the rewards."""

import json
import logging
from unittest import mock

import numpy as np
import pytest
import torch
from advantaged import InvalidArgument, LocalBackend
from advantaged.baselines import Ema
from advantaged.integrations import _log, verl
from omegaconf import OmegaConf
from tensordict import TensorDict
from verl import DataProto
from verl.trainer.ppo import core_algos, ray_trainer
from verl.trainer.ppo.v1 import trainer_base


@pytest.fixture(autouse=True)
def fresh_state(monkeypatch, caplog):
    monkeypatch.setattr(verl, "_kept", {})
    monkeypatch.setattr(_log, "_failed", set())
    caplog.set_level(logging.INFO, "advantaged.integrations")


def trainer(kind, folder, resume="auto"):
    """verl's own, with its models and data left out, where it has resumed what there is to resume."""
    class Made(kind):
        def __init__(self):
            self.config = OmegaConf.create({
                "trainer": {"resume_mode": resume if resume in ("auto", "disable") else "resume_path",
                            "resume_from_path": resume, "default_local_dir": str(folder), "default_hdfs_dir": None,
                            "del_local_ckpt_after_load": False},
                "actor_rollout_ref": {"actor": {"checkpoint": {"async_save": False}}}})
            self.use_critic, self.trainer_mode, self.actor_rollout_wg = False, "sync", mock.Mock()
            self.checkpoint_callback = mock.Mock()
            self.train_dataloader = mock.MagicMock()
            self.train_dataloader.state_dict.return_value = {}
            self.train_dataloader.__len__.return_value = 100
            self.global_steps = 0
            self._load_checkpoint()

    Made.__abstractmethods__ = frozenset()
    return Made()


TRAINERS = pytest.mark.parametrize("kind", [ray_trainer.RayPPOTrainer, trainer_base.PPOTrainer])


@TRAINERS
@pytest.mark.parametrize("by_path", [False, True])
def test_an_average_goes_on_where_a_resumed_run_is(tmp_path, kind, by_path):
    ema = Ema(0.5)
    verl.keep(rae=ema)
    begun = trainer(kind, tmp_path)
    assert ema.state_dict()["averages"] == [], "nothing is resumed"
    ema.subtract([1.0, 0.25], ["a", "b"])
    begun.global_steps = 3
    begun._save_checkpoint()
    ema.subtract([7.0])  # of a step that is lost

    other = Ema()
    verl.keep(rae=other)
    path = tmp_path / "global_step_3"
    if by_path:
        (tmp_path / "elsewhere").mkdir()
        path = path.rename(tmp_path / "elsewhere" / "global_step_3")
    resumed = trainer(kind, tmp_path, str(path) if by_path else "auto")
    assert resumed.global_steps == 3 and other.state_dict() == {
        "decay": 0.5, "initial": 0.0, "averages": [["a", 0.5], ["b", 0.125]]}


@TRAINERS
@pytest.mark.parametrize("content", [None, "{", "[]", '{"rae": {"decay": 5}}', '{"other": {}}'])
def test_a_checkpoint_without_the_state_ends_no_run(tmp_path, kind, content, caplog):
    begun = trainer(kind, tmp_path)
    begun.global_steps = 2
    begun._save_checkpoint()
    assert not (tmp_path / "global_step_2" / "advantaged_state.json").exists(), "there was nothing to keep"
    if content is not None:
        (tmp_path / "global_step_2" / "advantaged_state.json").write_text(content)
    ema = Ema(0.5)
    verl.keep(rae=ema)
    assert trainer(kind, tmp_path).global_steps == 2 and ema.decay == 0.5
    assert "'rae'" in caplog.text and "begins anew" in caplog.text


@TRAINERS
def test_a_state_that_cannot_be_written_ends_no_run(tmp_path, kind, caplog):
    class Broken(Ema):
        def state_dict(self):
            return {"averages": object()}

    verl.keep(rae=Broken())
    begun = trainer(kind, tmp_path)
    begun.global_steps = 2
    begun._save_checkpoint()
    assert "advantaged_state.json failed, and training goes on without" in caplog.text
    assert trainer(kind, tmp_path).global_steps == 2


def test_the_state_is_there_before_verl_says_that_the_checkpoint_is(tmp_path, monkeypatch):
    verl.keep(rae=Ema())
    begun = trainer(ray_trainer.RayPPOTrainer, tmp_path)
    begun.global_steps = 2
    begun.actor_rollout_wg.save_checkpoint.side_effect = RuntimeError("the disk is full")
    with pytest.raises(RuntimeError, match="the disk is full"):
        begun._save_checkpoint()
    assert json.loads((tmp_path / "global_step_2" / "advantaged_state.json").read_text())["rae"]["decay"] == 0.95
    assert not (tmp_path / "latest_checkpointed_iteration.txt").exists()


CORRECT = [1.0, 0, 0, 1, 0, 0, 1, 0]
SETTINGS = {"method": "pass_at_k_grpo", "k": 2, "expected_group_size": 4}


def shaped(scores=CORRECT):
    """A batch from whose rewards verl's own function has taken the KL."""
    count = len(scores)
    generator = torch.Generator().manual_seed(0)
    log_probs, reference = (-torch.rand(count, 3, generator=generator) for _ in range(2))
    token_level = torch.zeros(count, 3)
    token_level[:, 2] = torch.tensor(scores)
    data = DataProto(batch=TensorDict({"token_level_scores": token_level, "response_mask": torch.ones(count, 3).long(),
                                       "old_log_probs": log_probs, "ref_log_prob": reference}, [count]),
                     non_tensor_batch={"uid": np.array(["a", "b"] * (count // 2), dtype=object)})
    ray_trainer.apply_kl_penalty(data, core_algos.FixedKLController(0.1))
    assert not set(data.batch["token_level_rewards"].sum(-1).tolist()) <= {0.0, 1.0}
    return data


def advantages(data, estimator="advantaged", **settings):
    config = OmegaConf.create({"advantaged": settings, "use_kl_in_reward": True})
    return ray_trainer.compute_advantage(data, estimator, config=config).batch["advantages"][:, 0].tolist()


def test_table_methods_and_the_log_take_what_is_correct_before_the_kl(monkeypatch):
    logged = []
    monkeypatch.setattr(_log, "sinks", [logged.append])
    plain = LocalBackend().compute(CORRECT, groups=list("abababab"), method="pass_at_k_grpo", k=2)
    assert advantages(shaped(), **SETTINGS) == plain.advantages
    assert logged[0]["advantaged/mean_success_rate"] == 0.375


def test_reward_methods_take_the_rewards_less_the_kl_as_before():
    data = shaped()
    rewards = data.batch["token_level_rewards"].double().sum(-1).numpy()
    plain = LocalBackend().compute(rewards, groups=list("abababab"), method="rloo")
    assert advantages(data, method="rloo", expected_group_size=4) == plain.advantages.tolist()


def test_a_threshold_is_one_of_the_rewards_before_the_kl():
    scores = [0.7, 0.1, 0.2, 0.7, 0.65, 0.3, 0.7, 0]
    plain = LocalBackend().compute([float(score >= 0.7) for score in scores], groups=list("abababab"), method="skew_r")
    found = advantages(shaped(scores), method="skew_r", expected_group_size=4, success_threshold=0.7)
    assert found == plain.advantages


def test_scores_that_do_not_say_what_is_correct_are_still_refused():
    with pytest.raises(InvalidArgument, match=r"^rewards\[\d\]"):
        advantages(shaped([0.5, 0, 0, 1, 0, 0, 1, 0]), **SETTINGS)


def test_sessions_of_several_outputs_know_it_too(monkeypatch):
    """Whose final rows alone verl hands to its own GRPO."""
    monkeypatch.setattr(core_algos, "compute_grpo_outcome_advantage", core_algos.compute_grpo_outcome_advantage)
    verl.replace_grpo({"method": "pass_at_k_grpo", "k": 2})
    plain = LocalBackend().compute(CORRECT, groups=list("abababab"), method="pass_at_k_grpo", k=2)
    assert advantages(shaped(), "grpo") == plain.advantages
