"""Baselines go through the checkpoints of a training with TRL."""

import json
import logging

import pytest
import tiny_model
import transformers
from advantaged.baselines import Ema
from advantaged.integrations.trl import AdvantagedGRPOTrainer, Keep
from trl import GRPOConfig


class Trainer(AdvantagedGRPOTrainer):
    """RAE: what each reward is more than the average before it."""

    def __init__(self, *args, ema, **kwargs):
        super().__init__(*args, **kwargs)
        self.ema, self.before = ema, []

    def _calculate_rewards(self, *args):
        rewards = super()._calculate_rewards(*args)  # of all ranks, on each
        self.before.append(self.ema[None])
        rewards[:, 0] = self.ema.subtract(rewards[:, 0])
        return rewards


def make(tmp_path, ema, max_steps, callbacks=(), **settings):
    return Trainer(ema=ema, model=tiny_model.save(tmp_path / "model"), reward_funcs=tiny_model.starts_with_low_token,
                   train_dataset=tiny_model.prompts(), advantage="reinforce", callbacks=list(callbacks),
                   args=GRPOConfig(output_dir=str(tmp_path / "out"), **{
                       **tiny_model.SETTINGS, "max_steps": max_steps, "save_strategy": "steps", "save_steps": 2, **settings}))


@pytest.mark.parametrize("restores", [False, True])
def test_an_average_goes_on_where_a_resumed_training_is(tmp_path, monkeypatch, caplog, restores):
    """With transformers' own restoring of callbacks, and without."""
    monkeypatch.delenv("ADVANTAGED_TARGET", raising=False)
    caplog.set_level(logging.WARNING, "advantaged.integrations")
    begun = make(tmp_path, Ema(0.5), 4, [Keep(rae=(ema := Ema(0.5)))])
    begun.ema = ema
    begun.train()
    assert len(begun.before) == 4 and len(set(begun.before)) == 4
    saved = json.loads((tmp_path / "out" / "checkpoint-2" / "trainer_state.json").read_text())
    assert saved["stateful_callbacks"]["advantaged"]["attributes"]["rae"]["averages"] == [[None, begun.before[2]]]

    ema = Ema()
    resumed = make(tmp_path, ema, 4, [Keep(rae=ema)], restore_callback_states_from_checkpoint=restores)
    resumed.train(resume_from_checkpoint=str(tmp_path / "out" / "checkpoint-2"))
    assert resumed.before[0] == begun.before[2] and ema.decay == 0.5 and resumed.state.global_step == 4
    assert "begins anew" not in caplog.text


def test_a_checkpoint_without_the_state_ends_no_training(tmp_path, monkeypatch, caplog):
    monkeypatch.delenv("ADVANTAGED_TARGET", raising=False)
    make(tmp_path, Ema(), 2).train()
    ema = Ema()
    resumed = make(tmp_path, ema, 4, [Keep(rae=ema)])
    resumed.train(resume_from_checkpoint=str(tmp_path / "out" / "checkpoint-2"))
    assert resumed.before[0] == 0 and resumed.state.global_step == 4
    assert "the checkpoint of step 2 has no state of 'rae', which begins anew" in caplog.text
    saved = json.loads((tmp_path / "out" / "checkpoint-4" / "trainer_state.json").read_text())
    assert saved["stateful_callbacks"]["advantaged"]["attributes"]["rae"]["averages"] == [[None, ema[None]]]


def test_it_is_a_callback_of_any_trainer_of_transformers():
    assert issubclass(Keep, transformers.TrainerCallback)
