"""A training with TRL begins right or not at all, and then goes on: without its server, its rewards or its tracker."""

import json
import logging
import sys
import types

import pytest
import tiny_model
import transformers
from advantaged import errors
from advantaged.integrations import _steady
from advantaged.integrations.trl import AdvantagedGRPOTrainer, AdvantagedRLOOTrainer
from running_server import Server
from trl import GRPOConfig, RLOOConfig


@pytest.fixture(autouse=True)
def environment(monkeypatch, caplog):
    for name in ("ADVANTAGED_METHOD", "ADVANTAGED_FALLBACK", "ADVANTAGED_DEADLINE", "ADVANTAGED_OUTCOME_FUNCTION"):
        monkeypatch.delenv(name, raising=False)
    caplog.set_level(logging.INFO, "advantaged.integrations")


def make(tmp_path, advantage=None, reward=tiny_model.starts_with_low_token, trainer=AdvantagedGRPOTrainer,
         config=GRPOConfig, arguments=None, **settings):
    return trainer(model=tiny_model.save(tmp_path / "model"), reward_funcs=reward, train_dataset=tiny_model.prompts(),
                   eval_dataset=tiny_model.prompts(), advantage=advantage, **(arguments or {}),
                   args=config(output_dir=str(tmp_path / "out"), **{**tiny_model.SETTINGS, **settings}))


def logged(trainer, key):
    return [entry[key] for entry in trainer.state.log_history if key in entry]


class After(transformers.TrainerCallback):
    """Does something after a step."""

    def __init__(self, step, act):
        self.step, self.act = step, act

    def on_step_end(self, args, state, control, **kwargs):
        if state.global_step == self.step:
            self.act()


def test_a_training_goes_on_without_its_server(tmp_path, target, monkeypatch):
    (tmp_path / "server").mkdir()
    server = Server(tmp_path / "server", "--log-level=error")
    monkeypatch.setenv("ADVANTAGED_TARGET", server.grpc[0])
    trainer = make(tmp_path, "pass_at_k_grpo k=2", max_steps=4)

    def go_away():
        server.stop()
        monkeypatch.setattr(_steady, "SHORT", 0.5)

    trainer.add_callback(After(2, go_away))
    trainer.train()
    assert trainer.state.global_step == 4
    assert logged(trainer, "advantaged/groups") == [2] * 4
    assert logged(trainer, "advantaged/fallbacks") == [1, 2]


def test_a_server_that_is_not_there_is_known_before_the_training(tmp_path, target, monkeypatch):
    monkeypatch.setenv("ADVANTAGED_TARGET", "127.0.0.1:1")
    with pytest.raises(errors.DeadlineExceeded, match="no connection to 127.0.0.1:1"):
        make(tmp_path, "grpo deadline=1")
    trainer = make(tmp_path, "grpo deadline=1 fallback=local")
    trainer.train()
    assert logged(trainer, "advantaged/fallbacks")[-1] >= 2


@pytest.mark.parametrize("advantage, text", [
    ("pass_at_k_grpo k=5", "k: 5 is above 4"), ("pass_at_k_grpo k='2 -> 5 over 9'", "k: 5 is above 4.*, at step 9"),
    ("pass_at_k_grpo k='4 -> 1'", "or a schedule, as in '8 -> 1 over 200'"),
    ("grpo empty_responses=no", "empty_responses: 'no'")])
def test_what_cannot_be_computed_is_known_in_the_constructor(tmp_path, target, advantage, text):
    with pytest.raises(ValueError, match=text):
        make(tmp_path, advantage)


TWO = [tiny_model.starts_with_low_token, tiny_model.share_of_low_tokens]


def test_a_missing_outcome_function_is_known_in_the_constructor_and_named(tmp_path, target):
    with pytest.raises(ValueError, match="outcome_function: not set; pass_at_k_grpo needs to know .* reward functions "
                       "starts_with_low_token, share_of_low_tokens .*outcome_function='starts_with_low_token'"):
        make(tmp_path, "pass_at_k_grpo k=2", TWO)
    make(tmp_path, "grpo", TWO)
    make(tmp_path, "pass_at_k_grpo k=2", TWO, arguments={"outcome_function": "starts_with_low_token"})


def test_a_threshold_is_one_of_the_sum_where_no_function_is_named(tmp_path, target):
    seen = []

    class Recording(AdvantagedGRPOTrainer):
        def _generate_and_score_completions(self, inputs):
            output = super()._generate_and_score_completions(inputs)
            seen.append(self._rewards_by_function.nansum(1))
            return output

    trainer = make(tmp_path, "pass_at_k_grpo k=2 success_threshold=1.2", TWO, Recording)
    trainer.train()
    assert logged(trainer, "advantaged/mean_success_rate") == [
        pytest.approx((rewards >= 1.2).float().mean().item()) for rewards in seen]


def test_a_schedule_goes_on_where_a_resumed_training_is(tmp_path, target, caplog):
    """A checkpoint of step 2 is made one of step 150."""
    settings = {"num_generations": 8, "save_strategy": "steps", "save_steps": 2, "ignore_data_skip": True}
    schedule = "pass_at_k_grpo k='8 -> 1 over 200'"
    trainer = make(tmp_path, schedule, **settings)
    trainer.train()
    assert logged(trainer, "advantaged/k") == [8, 8]
    checkpoint = (tmp_path / "out" / "checkpoint-2").rename(tmp_path / "out" / "checkpoint-150")
    state = json.loads((checkpoint / "trainer_state.json").read_text())
    (checkpoint / "trainer_state.json").write_text(json.dumps({**state, "global_step": 150}))

    resumed = make(tmp_path, schedule, max_steps=152, **settings)
    resumed.train(resume_from_checkpoint=str(checkpoint))
    assert logged(resumed, "advantaged/k")[-2:] == [3, 3]  # 8 - 7 * 150/200 is 2.75
    assert "is resumed" not in caplog.text

    other = make(tmp_path, "pass_at_k_grpo k='8 -> 1 over 150'", max_steps=151, **settings)
    other.train(resume_from_checkpoint=str(checkpoint))
    assert logged(other, "advantaged/k")[-1] == 1
    assert "resumed at step 150 with other settings" in caplog.text
    assert "k: 8 -> 1 over 200 -> 8 -> 1 over 150" in caplog.text


def test_a_training_goes_on_where_no_completion_has_a_reward(tmp_path, target):
    calls = []

    def fails_once(completions, **_):
        calls.append(len(completions))
        return [None if len(calls) == 2 else float(i % 2) for i in range(len(completions))]

    trainer = make(tmp_path, "pass_at_k_grpo k=2", fails_once, max_steps=3)
    trainer.train()
    assert logged(trainer, "advantaged/empty_groups") == [0, 2, 0]


@pytest.mark.parametrize("trainer, config", [(AdvantagedGRPOTrainer, GRPOConfig), (AdvantagedRLOOTrainer, RLOOConfig)])
def test_a_training_goes_on_where_no_completion_has_a_reward_by_trls_own_definition(tmp_path, target, trainer, config):
    settings = {"normalize_advantages": True} if config is RLOOConfig else {"scale_rewards": "batch"}
    made = make(tmp_path, None, lambda completions, **_: [None] * len(completions), trainer, config, **settings)
    made.train()
    assert made.state.global_step == 2


def test_an_evaluation_that_cannot_be_computed_ends_no_training(tmp_path, target, caplog):
    trainer = make(tmp_path, "pass_at_k_grpo k=4", num_generations_eval=2, per_device_eval_batch_size=8,
                   eval_strategy="steps", eval_steps=1)
    trainer.train()
    assert trainer.state.global_step == 2
    assert len(logged(trainer, "eval_reward")) == 2 and not logged(trainer, "eval_advantaged/groups")
    assert caplog.text.count("evaluations (num_generations_eval=2) keep TRL's own advantages, for") == 1


def test_the_run_is_said_to_the_log_and_the_tracker_and_k_to_the_metrics(tmp_path, target, monkeypatch, caplog):
    config = {}
    wandb = types.SimpleNamespace(run=object(), config=types.SimpleNamespace(
        update=lambda facts, allow_val_change: config.update(facts)))
    monkeypatch.setitem(sys.modules, "wandb", wandb)
    trainer = make(tmp_path, "pass_at_k_grpo k='4 -> 2 over 2'")
    trainer.train()
    assert config["advantaged"]["method"] == "pass_at_k_grpo" and config["advantaged"]["k"] == "4 -> 2 over 2"
    assert config["advantaged"]["numerics_version"] >= 1
    assert caplog.text.count("this run computes") == 1
    assert logged(trainer, "advantaged/k") == [4, 3]
    assert logged(trainer, "advantaged/pass_at_1") == logged(trainer, "advantaged/mean_success_rate")
    assert len(logged(trainer, "advantaged/pass_at_4")) == 2


@pytest.mark.parametrize("choice", ["count", "drop"])
def test_truncated_completions_that_trl_masks_count_or_are_dropped(tmp_path, target, choice):
    """TRL itself counts them."""
    trainer = make(tmp_path, f"dr_grpo empty_responses={choice}", mask_truncated_completions=True)
    trainer.train()
    empty = logged(trainer, "advantaged/empty_responses")
    assert sum(empty) > 0
    assert logged(trainer, "advantaged/masked_responses") == (empty if choice == "drop" else [0, 0])
