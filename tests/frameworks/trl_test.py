"""TRL's real trainers with the adapter: a tiny model trained for two steps, in-process and against a server."""

import math

import numpy as np
import pytest
import tiny_model
import torch
from advantaged.audit import Watch, readers
from advantaged.integrations import trl as adapter
from trl import GRPOConfig, RLOOConfig


class Recording:
    """Keeps what went through: TRL's own advantages (of the same rewards), ours, and the rewards."""

    def __init__(self, *args, **kwargs):
        self.own, self.ours, self.rewards = [], [], []
        super().__init__(*args, **kwargs)

    def _generate_and_score_completions(self, inputs):
        output = super()._generate_and_score_completions(inputs)
        self.ours.append(output["advantages"].clone())
        self.rewards.append(self._rewards_by_function.clone())
        return output


class TrlsOwn:
    """Stands between the adapter and the trainer."""

    def _generate_and_score_completions(self, inputs):
        output = super()._generate_and_score_completions(inputs)
        self.own.append(output["advantages"].clone())
        return output


class RecordingGRPO(Recording, adapter.AdvantagedTrainer, TrlsOwn, adapter.GRPOTrainer):
    pass


class RecordingRLOO(Recording, adapter.AdvantagedTrainer, TrlsOwn, adapter.RLOOTrainer):
    pass


def train(tmp_path, trainer, config, reward=tiny_model.starts_with_low_token, settings=None, **arguments):
    made = trainer(model=tiny_model.save(tmp_path / "model"), reward_funcs=reward, train_dataset=tiny_model.prompts(),
                   **arguments, args=config(output_dir=str(tmp_path), **{**tiny_model.SETTINGS, **(settings or {})}))
    before = {name: value.clone() for name, value in made.model.state_dict().items()}
    made.train()
    assert len(made.ours) == 2
    changed = [name for name, value in made.model.state_dict().items() if not torch.equal(value, before[name])]
    assert changed or torch.cat(made.ours).abs().max() == 0, "nothing was learned"
    return made


def logged(trainer, key):
    return [entry[key] for entry in trainer.state.log_history if key in entry]


def test_pass_at_k_in_training(tmp_path, target):
    trainer = train(tmp_path, RecordingGRPO, GRPOConfig, advantage={"method": "pass_at_k_grpo", "k": "2 -> 1 over 2"})
    for step, (ours, rewards) in enumerate(zip(trainer.ours, trainer.rewards)):
        k = [2, round(1.5)][step]
        for advantages, outcomes in zip(ours.view(-1, 4).tolist(), rewards.view(-1, 4).tolist()):
            n, c = 4, sum(outcomes)
            rho = c / n
            for advantage, outcome in zip(advantages, outcomes):
                if c in (0, n):
                    assert advantage == 0
                    continue
                # GRPO's advantage, times the leave-one-out chance that K-1 others fail.
                fail = math.comb(int(n - c - (1 - outcome)), k - 1) / math.comb(n - 1, k - 1)
                expected = (outcome - rho) / math.sqrt(rho * (1 - rho)) * fail
                assert advantage == pytest.approx(expected, rel=1e-6)
    assert logged(trainer, "advantaged/k") == [2, 2]
    assert logged(trainer, "advantaged/groups") == [2, 2]


@pytest.mark.parametrize("scale", ["group", "batch", "none"])
def test_grpos_own_definition(tmp_path, target, scale):
    trainer = train(tmp_path, RecordingGRPO, GRPOConfig, tiny_model.share_of_low_tokens, {"scale_rewards": scale})
    same_as_trl(trainer)


@pytest.mark.parametrize("settings", [{}, {"normalize_advantages": True}, {"beta": 0.5},
                                      {"reward_clip_range": (0.2, 0.6)}], ids=str)
def test_rloos_own_definition(tmp_path, target, settings):
    same_as_trl(train(tmp_path, RecordingRLOO, RLOOConfig, tiny_model.share_of_low_tokens, settings))


def same_as_trl(trainer):
    own, ours, rewards = (torch.cat(steps) for steps in (trainer.own, trainer.ours, trainer.rewards))
    assert rewards.isnan().any(), "no completion without a reward was seen"
    assert (ours != 0).sum() > 8, "little but zeros was compared"
    torch.testing.assert_close(ours, own, rtol=1e-5, atol=1e-6)


def test_several_reward_functions(tmp_path, target):
    functions = [tiny_model.starts_with_low_token, tiny_model.share_of_low_tokens]
    trainer = train(tmp_path, RecordingGRPO, GRPOConfig, functions,
                    {"reward_weights": [1.0, 0.5]}, advantage="pass_at_k_grpo k=2 shape_rewards=true",
                    outcome_function="starts_with_low_token")
    with pytest.raises(ValueError, match="outcome_function: 'other'; the reward functions are starts_with_low_token"):
        train(tmp_path, RecordingGRPO, GRPOConfig, outcome_function="other")
    # Solved by three of four: K=2 has only the wrong one to learn from, whatever the other function says.
    assert all(np.isfinite(ours.numpy()).all() for ours in trainer.ours)
    assert logged(trainer, "advantaged/mean_success_rate") == [
        pytest.approx(rewards[:, 0].mean().item()) for rewards in trainer.rewards]


def test_a_constant_reward_gives_nothing(tmp_path, target):
    """TRL's mean of 0.95s is not 0.95, and what is left it divides by the standard deviation, and the epsilon."""
    trainer = train(tmp_path, RecordingGRPO, GRPOConfig, lambda completions, **_: [0.95] * len(completions),
                    {"num_generations": 8})
    own, ours = torch.cat(trainer.own), torch.cat(trainer.ours)
    assert 1e-4 < own.abs().max() < 1e-3
    assert (ours == 0).all()


def test_an_audit_of_trls_own_trainer(tmp_path):
    """Two reward functions, one of which says nothing now and then: the numbers are TRL's, but for its leak."""
    trainer = adapter.GRPOTrainer(
        model=tiny_model.save(tmp_path / "model"), train_dataset=tiny_model.prompts(),
        reward_funcs=[tiny_model.starts_with_low_token, tiny_model.share_of_low_tokens],
        args=GRPOConfig(output_dir=str(tmp_path), reward_weights=[1.0, 0.5], **tiny_model.SETTINGS))
    trainer._generate_and_score_completions = watch = Watch(
        trainer._generate_and_score_completions, read=readers.trl(trainer), method="grpo", ddof=1, epsilon=1e-4)
    trainer.train()
    report = watch.report()
    assert [len(read.rewards) for read in report.batches] == [8, 8]
    assert not report.unchecked
    assert {finding.kind for finding in report.findings} <= {"leak_in_constant_group", "phantom_in_all_fail"}


def test_the_log_of_completions_has_ours(tmp_path, target):
    trainer = train(tmp_path, RecordingGRPO, GRPOConfig, advantage="rloo")
    assert list(trainer._logs["advantages"]) == trainer.ours[-1].tolist()


def test_what_cannot_be_computed(tmp_path, target):
    with pytest.raises(ValueError, match="normalize_then_sum"):
        train(tmp_path, RecordingGRPO, GRPOConfig, settings={"multi_objective_aggregation": "normalize_then_sum"})
    with pytest.raises(ValueError, match="'grop'; did you mean 'grpo'"):
        train(tmp_path, RecordingGRPO, GRPOConfig, advantage="grop")
