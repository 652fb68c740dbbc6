"""A training with verl: its schedules go on where a resumed run is, its settings are said, its server may go away."""

import contextlib
import logging
import sys
import types
from unittest import mock

import hydra
import numpy as np
import pytest
import torch
from advantaged import InvalidArgument, LocalBackend
from advantaged.integrations import _log, _run, _steady, verl
from advantaged.integrations._steps import Steps
from omegaconf import OmegaConf
from running_server import Server
from tensordict import NonTensorStack, TensorDict
from verl import DataProto
from verl.trainer.ppo import core_algos, ray_trainer
from verl.trainer.ppo.v1 import trainer_base

REWARDS = [1.0, 0, 0, 1, 0, 0, 1, 0]
SCHEDULE = {"method": "pass_at_k_grpo", "k": "8 -> 1 over 200", "expected_group_size": 8}


@pytest.fixture(autouse=True)
def logged(monkeypatch, caplog):
    for name in _run.VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(verl, "_steps", Steps(*verl._steps._places))
    found = []
    monkeypatch.setattr(_log, "sinks", [found.append])
    caplog.set_level(logging.INFO, "advantaged.integrations")
    return found


def batch(rewards=REWARDS, lengths=None, uids=None):
    mask = torch.ones(len(rewards), 3, dtype=torch.int64)
    for row, length in enumerate(lengths or []):
        mask[row, length:] = 0
    token_level = torch.zeros(len(rewards), 3)
    token_level[:, 0] = torch.tensor(rewards)
    return DataProto(batch=TensorDict({"token_level_rewards": token_level, "response_mask": mask}, [len(rewards)]),
                     non_tensor_batch={"uid": np.array(uids or ["u"] * len(rewards), dtype=object)})


def configuration(folder, settings, step=None, **algorithm):
    return OmegaConf.create({
        "trainer": {"resume_mode": "disable" if step is None else "resume_path", "default_local_dir": str(folder),
                    "resume_from_path": f"{folder}/global_step_{step}", "default_hdfs_dir": None,
                    "del_local_ckpt_after_load": False},
        "actor_rollout_ref": {"rollout": {"n": 8}},
        "algorithm": {"adv_estimator": "advantaged", "advantaged": settings, "gamma": 1.0, "lam": 1.0,
                      "use_kl_in_reward": False, **algorithm}})


class Trainer(ray_trainer.RayPPOTrainer):
    """verl's, with its models left out; begins and goes on from step to step as its `fit` does."""

    def __init__(self, config):
        self.config, self.use_critic, self.actor_rollout_wg = config, False, mock.Mock()
        self.global_steps = 0
        self._load_checkpoint()
        self.global_steps += 1

    def step(self, data):
        found = ray_trainer.compute_advantage(data, self.config.algorithm.adv_estimator, config=self.config.algorithm)
        self.global_steps += 1
        return found.batch["advantages"][:, 0].tolist()


class TrainerV1(trainer_base.PPOTrainer):
    """Likewise of the v1 trainer, whose queue of batches is left out."""

    def __init__(self, config):
        self.config, self.use_critic, self.actor_rollout_wg, self.trainer_mode = config, False, mock.Mock(), "sync"
        self._load_checkpoint()
        self.global_steps += 1

    def step(self, data):
        columns = {"rm_scores": data.batch["token_level_rewards"], "response_mask": data.batch["response_mask"],
                   "uid": NonTensorStack(*data.non_tensor_batch["uid"])}
        fields = TensorDict(columns, [len(data)])
        queue = mock.Mock()
        queue.kv_batch_get.return_value = mock.MagicMock(to_padded_tensor=lambda: fields)
        with mock.patch.object(trainer_base, "tq", queue), \
                mock.patch.object(trainer_base, "response_to_nested", lambda values, mask: values):
            keys = mock.MagicMock(keys=[f"u_{i}_0" for i in range(len(data))])
            keys.__len__.return_value = len(data)
            self._compute_advantage(keys, {})
        self.global_steps += 1
        return queue.kv_batch_put.call_args.kwargs["fields"]["advantages"][:, 0].tolist()


TrainerV1.__abstractmethods__ = frozenset()
TRAINERS = pytest.mark.parametrize("trainer", [Trainer, TrainerV1])


@TRAINERS
def test_a_schedule_follows_verls_step_and_goes_on_in_a_resumed_run(tmp_path, target, logged, trainer):
    begun = trainer(configuration(tmp_path, SCHEDULE))
    for _ in range(2):
        begun.step(batch())
    resumed = trainer(configuration(tmp_path, SCHEDULE, step=150))
    found = resumed.step(batch())
    assert [entry["advantaged/k"] for entry in logged] == [8, 8, 3]  # 8 - 7 * 150/200 is 2.75
    assert found == LocalBackend().compute(REWARDS, groups=8, method="pass_at_k_grpo", k=3).advantages


def test_a_run_resumed_with_other_settings_is_warned_of(tmp_path, target, caplog):
    Trainer(configuration(tmp_path, SCHEDULE)).step(batch())
    Trainer(configuration(tmp_path, SCHEDULE, step=150)).step(batch())
    assert "is resumed" not in caplog.text
    Trainer(configuration(tmp_path, {**SCHEDULE, "k": 4}, step=150)).step(batch())
    assert "resumed at step 150 with other settings" in caplog.text and "k: 8 -> 1 over 200 -> 4" in caplog.text


def test_a_schedule_that_leaves_the_group_size_is_known_at_the_first_step(tmp_path, target):
    with pytest.raises(InvalidArgument, match="k: 9 is above 8.*, at step 200"):
        Trainer(configuration(tmp_path, {**SCHEDULE, "k": "1 -> 9 over 200"})).step(batch())
    with pytest.raises(ValueError, match="algorithm.advantaged.k: '8 -> 1'.*or a schedule"):
        Trainer(configuration(tmp_path, {**SCHEDULE, "k": "8 -> 1"})).step(batch())


def test_a_training_goes_on_without_its_server(tmp_path, monkeypatch, logged):
    server = Server(tmp_path, "--log-level=error")
    monkeypatch.setenv("ADVANTAGED_TARGET", server.grpc[0])
    trainer = Trainer(configuration(tmp_path, SCHEDULE))
    first = trainer.step(batch())
    server.stop()
    monkeypatch.setattr(_steady, "SHORT", 0.5)
    assert [trainer.step(batch()) for _ in range(3)] == [first] * 3
    assert [entry.get("advantaged/fallbacks", 0) for entry in logged] == [0, 1, 2, 3]


def test_pass_at_k_is_one_after_the_filter_where_verl_has_one(tmp_path, target, logged):
    Trainer(configuration(tmp_path, SCHEDULE, filter_groups={"enable": True})).step(batch())
    Trainer(configuration(tmp_path, SCHEDULE, filter_groups={"enable": False})).step(batch())
    assert logged[0]["advantaged/pass_at_1_after_filter"] == logged[1]["advantaged/pass_at_1"] == 0.375
    assert "advantaged/pass_at_1" not in logged[0]


def test_the_run_is_said_once_to_the_log_and_to_wandbs_configuration(tmp_path, target, monkeypatch, caplog):
    config = {}
    monkeypatch.setitem(sys.modules, "wandb", types.SimpleNamespace(
        run=object(), log=lambda *_, **__: None,
        config=types.SimpleNamespace(update=lambda facts, allow_val_change: config.update(facts))))
    trainer = Trainer(configuration(tmp_path, SCHEDULE))
    for _ in range(2):
        trainer.step(batch())
    assert config["advantaged"]["k"] == "8 -> 1 over 200" and config["advantaged"]["method"] == "pass_at_k_grpo"
    assert caplog.text.count("this run computes") == 1


SIZE = "+algorithm.advantaged.expected_group_size=${actor_rollout_ref.rollout.n}"


@pytest.mark.parametrize("settings, text", [
    (["method=pass_at_k_grpo", "k=9", SIZE], "k: 9 is above 8"),
    (["method=pass_at_k_grpo", "k='8 -> 1'", SIZE], "or a schedule"),
    (["method=grpo"], "expected_group_size: not set"), ([], "algorithm.advantaged is not set"),
    (["method=pass_at_k_grpo", "k='8 -> 1 over 200'", SIZE], None)])
def test_what_cannot_be_computed_is_known_when_verl_makes_its_trainer(target, settings, text):
    """By verl's own configuration, before the first rollout; its data are left out."""
    class Begun(ray_trainer.RayPPOTrainer):
        def _create_dataloader(self, *_):
            pass

    overrides = [text if text.startswith("+") else f"+algorithm.advantaged.{text}" for text in settings]
    with hydra.initialize_config_module("verl.trainer.config", version_base=None):
        config = hydra.compose("ppo_trainer", ["algorithm.adv_estimator=advantaged", "actor_rollout_ref.rollout.n=8",
                                               *overrides])
    with pytest.raises(ValueError, match=text) if text else contextlib.nullcontext():
        Begun(config, tokenizer=None, role_worker_mapping={ray_trainer.Role.ActorRollout: None},
              resource_pool_manager=None)


def test_a_crashed_agent_loop_ends_no_training(tmp_path, target, logged):
    """verl's own numbers for what is left of the groups: of one too, which gets its reward."""
    settings = {"method": "grpo", "ddof": 1, "epsilon": 1e-6, "expected_group_size": 4}
    rewards, uids = [1.0, 0, 0, 1, 0.5, 0, 0.75], ["a"] * 4 + ["b"] * 2 + ["c"]
    data = batch(rewards, uids=uids)
    own = core_algos.compute_grpo_outcome_advantage(data.batch["token_level_rewards"], data.batch["response_mask"],
                                                    index=data.non_tensor_batch["uid"])[0][:, 0].tolist()
    trainer = Trainer(configuration(tmp_path, settings))
    assert trainer.step(batch(rewards, uids=uids)) == pytest.approx(own, rel=1e-5)
    assert logged[0]["advantaged/incomplete_groups"] == 2
    with pytest.raises(InvalidArgument, match="has 2 responses; expected_group_size is 4"):
        Trainer(configuration(tmp_path, {**settings, "declared_small_group": "error"})).step(batch(rewards, uids=uids))


def test_a_group_smaller_than_k_gets_0(tmp_path, target):
    rewards, uids = [1.0, 0, 0, 1, 0, 1], ["a"] * 4 + ["b"] * 2
    settings = {"method": "pass_at_k_grpo", "k": 3, "expected_group_size": 4}
    found = Trainer(configuration(tmp_path, settings)).step(batch(rewards, uids=uids))
    assert found[4:] == [0, 0] and any(found[:4])


REJECTED = [100.0, 1, 0, 0]
EMPTY = {"method": "grpo", "ddof": 1, "epsilon": 1e-6, "expected_group_size": 4}


def test_verl_itself_counts_rows_without_a_token_and_they_count_here_or_are_dropped(tmp_path, target, logged):
    """A row that rollout correction has rejected; docs/integrations/verl.md."""
    lengths = [0, 3, 3, 3]
    data = batch(REJECTED, lengths)
    own = core_algos.compute_grpo_outcome_advantage(
        data.batch["token_level_rewards"], data.batch["response_mask"], index=data.non_tensor_batch["uid"])[0][:, 0]
    counted = [0, -0.4866, -0.5067, -0.5067]
    assert own.tolist() == pytest.approx(counted, abs=1e-4)
    step = Trainer(configuration(tmp_path, EMPTY)).step(batch(REJECTED, lengths))
    assert step == pytest.approx(counted, abs=1e-4)
    step = Trainer(configuration(tmp_path, {**EMPTY, "empty_responses": "drop"})).step(batch(REJECTED, lengths))
    assert step == pytest.approx([0, 1.1547, -0.5774, -0.5774], abs=1e-4)
    assert [entry["advantaged/empty_responses"] for entry in logged] == [1, 1]
