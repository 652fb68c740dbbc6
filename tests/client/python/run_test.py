"""What adapters share: a run is checked before it begins, said once, remembered for a resume, not ended by its log."""

import json
import logging
import sys
import types

import numpy as np
import pytest

pytest.importorskip("advantaged_local", reason="the oldest packages are tested without the in-process core")
from advantaged import errors  # noqa: E402
from advantaged.integrations import _client, _log, _run, sinks  # noqa: E402
from advantaged.integrations._run import Run, RunSpec, run_of  # noqa: E402

REWARDS = [1.0, 0.0, 0.0, 1.0]


@pytest.fixture(autouse=True)
def fresh(monkeypatch, caplog):
    for name in _run.VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(_run, "_runs", {})
    monkeypatch.setattr(_log, "_failed", set())
    _client.client.cache_clear()
    caplog.set_level(logging.INFO, "advantaged.integrations")
    yield
    _client.client.cache_clear()


def run(text="pass_at_k_grpo k=2", size=4, **how):
    return Run(RunSpec.parse(text, where="method"), group_size=size, **how)


def values(made, step=0, rewards=REWARDS, **arguments):
    return made.compute(step, rewards, groups=4, **arguments)[1]


@pytest.mark.parametrize("text, size, error", [
    ("pass_at_k_grpo k=5", 4, "k: 5 is above 4"), ("pass_at_k_grpo k='2 -> 8 over 200'", 4, "k: 8 is above 4.*, at step 200"),
    ("pass_at_k_grpo k='4 -> 0 over 200'", 4, "k.* 0.*, at step 200"), ("grpo stages=center,clip(2,1)", 4, "low")])
def test_what_can_never_be_computed_is_known_before_the_training(text, size, error):
    with pytest.raises(errors.InvalidArgument, match=error):
        run(text, size).check()


@pytest.mark.parametrize("text, error", [
    ("pass_at_k_grpo k='8 -> 1'", "'8 -> 1'; it must be a whole number .*, or a schedule, as in '8 -> 1 over 200'"),
    ("pass_at_k_grpo k='8 to 1 over 200'", "or a schedule"), ("focal gamma='2->x over 3' base=grpo", "or a schedule"),
    ("grpo empty_responses=keep", "method.empty_responses: 'keep'; it must be one of count, drop"),
    ("grpo falback=none", "method.falback: no setting of advantaged; did you mean 'fallback'"),
    ("grpo fallback=locl", "method.fallback: 'locl'; it must be 'local' or 'none'"),
    ("grpo deadline=1h", "method.deadline: '1h'; it must be seconds"),
    ("grpo expected_group_size=8", "expected_group_size: 8; the trainer makes groups of 4"),
    ("grpo expected_group_size='4 -> 8 over 9'", "expected_group_size: 8; the trainer makes groups of 4")])
def test_what_cannot_be_read_is_known_when_it_is_read(text, error):
    with pytest.raises(ValueError, match=error):
        run(text)


@pytest.mark.parametrize("own, error", [
    ({"fallback": False}, "algorithm.fallback: False; it must be 'local' or 'none'"),  # what YAML makes of `off`
    ({"fallback": ["local"]}, "algorithm.fallback: .'local'.; it must"), ({"deadline": True}, "algorithm.deadline: True"),
    ({"deadline": [5]}, "algorithm.deadline: .5.; it must be seconds"), ({"deadline": 0}, "algorithm.deadline: 0; it must")])
def test_what_a_configuration_says_of_fallback_and_deadline_is_read_and_no_default_put_in_its_place(own, error):
    with pytest.raises(ValueError, match=error):
        RunSpec.read({"method": "grpo", **own}, where="algorithm")
    assert RunSpec.read({"method": "grpo", "deadline": "5", "fallback": "none"}, where="x").own == {
        "deadline": 5.0, "fallback": "none"}


def test_the_check_is_not_counted_by_the_server(server, monkeypatch):
    monkeypatch.setenv("ADVANTAGED_TARGET", server.grpc[0])
    before = server.metrics().sum("advantaged_responses_total")
    made = run("pass_at_k_grpo k='4 -> 2 over 2'")
    made.check()
    made.needs_outcomes()
    assert server.metrics().sum("advantaged_responses_total") == before
    values(made)
    assert server.metrics().sum("advantaged_responses_total") == before + 4


@pytest.mark.parametrize("text, needs", [
    ("pass_at_k_grpo k=2", True), ("grpo", False), ("max_at_k k=2", False), ("skew_r success_threshold=0.5", True),
    ("grpo zero_unless_mixed=true", True)])
def test_methods_that_need_outcomes_are_known(text, needs):
    assert run(text).needs_outcomes() is needs


@pytest.mark.parametrize("text, keys", [
    ("pass_at_k_grpo k=2", {"pass_at_1", "pass_at_2"}), ("pass_at_k_grpo k=1", {"pass_at_1"}), ("grpo", set()),
    ("pass_at_k_grpo k='4 -> 2 over 2'", {"pass_at_1", "pass_at_3", "pass_at_4"}),
    ("pass_at_k_grpo k=2 pass_at=3", {"pass_at_3"})])
def test_pass_at_1_and_k_are_in_the_summary_under_methods_with_a_k(text, keys):
    found = values(run(text), step=1)
    assert {key for key in found if key.startswith("pass_at")} == keys


def test_what_describes_prompts_says_so_where_the_trainer_has_dropped_some():
    found = values(run(is_filtered=True))
    assert found["pass_at_1_after_filter"] == found["mean_success_rate_after_filter"] == 0.5
    assert found["pass_at_2_after_filter"] == pytest.approx(5 / 6)
    assert not {"pass_at_1", "pass_at_2", "mean_success_rate"} & set(found)
    assert found["mixed_groups"] == 1


def test_k_of_the_step_is_among_its_numbers_scheduled_or_not():
    assert values(run())["k"] == 2
    assert [values(run("pass_at_k_grpo k='4 -> 2 over 2'"), step)["k"] for step in range(4)] == [4, 3, 2, 2]
    assert values(run("focal gamma='2 -> 0 over 2' base=grpo"), 1)["gamma"] == 1
    assert "k" not in values(run("grpo"))


class Config(dict):
    """Of wandb and trackio, as far as it is used."""

    def update(self, other, allow_val_change=False):
        assert allow_val_change
        super().update(other)


def tracker(log=lambda *_, **__: None):
    return types.SimpleNamespace(run=object(), config=Config(), log=log)


def test_a_run_is_said_once_to_the_log_and_to_the_trackers_configuration(monkeypatch, caplog):
    wandb = tracker()
    trackio = tracker()
    monkeypatch.setitem(sys.modules, "wandb", wandb)
    monkeypatch.setitem(sys.modules, "trackio", trackio)
    monkeypatch.setitem(sys.modules, "trackio.context_vars",
                        types.SimpleNamespace(current_run=types.SimpleNamespace(get=object)))
    made = run("pass_at_k_grpo k='4 -> 2 over 200' stages=clip(-2,2) fallback=none")
    for step in range(3):
        values(made, step)
    assert wandb.config == trackio.config
    facts = wandb.config["advantaged"]
    assert facts["method"] == "pass_at_k_grpo" and facts["k"] == "4 -> 2 over 200" and facts["fallback"] == "none"
    assert facts["keep_factor_k"] is False  # the method's default
    assert facts["numerics_version"] == made.place.numerics_version
    assert facts["computed"] == "in-process"
    assert caplog.text.count("this run computes") == 1 and "'k': '4 -> 2 over 200'" in caplog.text


def test_where_it_is_computed_is_said(server, monkeypatch, caplog):
    monkeypatch.setenv("ADVANTAGED_TARGET", server.grpc[0])
    values(run())
    assert f"'computed': '{server.grpc[0]}'" in caplog.text


def test_a_first_step_in_process_is_not_said_to_be_the_servers(monkeypatch, caplog):
    """And the check before it is no step."""
    monkeypatch.setenv("ADVANTAGED_TARGET", "127.0.0.1:1")
    assert values(run("grpo fallback=local deadline=0.5"))["fallbacks"] == 1
    assert "'computed': 'in-process'" in caplog.text


def test_a_log_that_fails_ends_no_training_and_is_said_once(monkeypatch, caplog):
    def full(*_, **__):
        raise OSError("disk full")

    wandb = tracker(full)
    wandb.config = types.SimpleNamespace(update=full)
    monkeypatch.setitem(sys.modules, "wandb", wandb)
    good = []
    monkeypatch.setattr(_log, "sinks", [full, good.append])
    made = run()
    for step in range(3):
        _log.log(values(made, step))
    assert len(good) == 3
    assert caplog.text.count("wandb.log failed") == caplog.text.count("wandb.config failed") == 1
    assert caplog.text.count("full failed") == 1


def test_a_number_that_is_none_does_not_reach_the_log(monkeypatch):
    got = []
    monkeypatch.setattr(_log, "sinks", [got.append])
    _log.log({"pass_at_8": float("nan"), "groups": 2, "x": float("inf")})
    assert got == [{"advantaged/groups": 2}]


def test_a_run_without_any_reward_goes_on():
    made = run("grpo")
    result, found = made.compute(0, [float("nan")] * 4, groups=4)
    assert list(result.advantages) == [0] * 4 and found["empty_groups"] == 1


def test_a_resumed_run_with_other_settings_is_warned_of(tmp_path, caplog):
    folder = str(tmp_path / "checkpoints")
    values(run("pass_at_k_grpo k=2", folder=folder))
    record = tmp_path / "checkpoints" / _run.RECORD
    assert json.loads(record.read_text())["k"] == 2
    values(run("pass_at_k_grpo k=2", folder=folder), step=150)
    assert "is resumed" not in caplog.text
    values(run("pass_at_k_grpo k=4", folder=folder), step=150)
    assert "is resumed at step 150 with other settings" in caplog.text and "k: 2 -> 4" in caplog.text


def test_another_run_in_the_same_folder_is_no_resume(tmp_path, caplog):
    values(run("pass_at_k_grpo k=2", folder=str(tmp_path)))
    values(run("rloo", folder=str(tmp_path)), step=0)
    assert "is resumed" not in caplog.text


@pytest.mark.parametrize("content", ["{", "[]", "null"])
def test_a_record_that_cannot_be_read_or_written_ends_no_training(tmp_path, content):
    (tmp_path / _run.RECORD).write_text(content)
    values(run(folder=str(tmp_path)), step=3)
    (tmp_path / "file").write_text("")
    values(run("rloo", folder=str(tmp_path / "file")), step=3)


def test_schedules_of_a_trainer_that_says_no_step_are_warned_of(caplog):
    values(run("pass_at_k_grpo k='4 -> 2 over 2'", has_steps=False))
    assert "the trainer does not say its step; schedules (k) count the calls" in caplog.text


LENGTHS = [5, 0, 5, 5]


def test_responses_without_a_token_count_or_are_dropped_as_said_and_are_counted():
    counted, found = run("dr_grpo").compute(0, REWARDS, groups=4, lengths=LENGTHS)
    assert list(counted.advantages) == [0.5, -0.5, -0.5, 0.5] and found["empty_responses"] == 1
    dropped, found = run("dr_grpo empty_responses=drop").compute(0, REWARDS, groups=4, lengths=np.array(LENGTHS))
    assert dropped.advantages == pytest.approx([1 / 3, 0, -2 / 3, 1 / 3])
    assert found["empty_responses"] == found["masked_responses"] == 1
    assert values(run(), lengths=[1, 1, 1, 1])["empty_responses"] == 0


def test_a_batch_without_any_token_in_the_loss_goes_on():
    found = values(run("dr_grpo stages=center(weighting=tokens),scale(weighting=tokens)"), lengths=[0, 0, 0, 0])
    assert found["empty_responses"] == found["responses"] == 4


def test_an_aborted_response_without_a_reward_is_masked():
    made = run("dr_grpo")
    result, found = made.compute(0, [1.0, float("nan"), 0.0, 1.0], groups=4, lengths=LENGTHS)
    assert result.advantages == pytest.approx([1 / 3, 0, -2 / 3, 1 / 3])
    assert found["masked_responses"] == 1


def test_the_run_of_the_same_settings_is_the_same_one():
    first = run_of(RunSpec.parse("grpo", where="a"), group_size=4)
    assert run_of(RunSpec.parse("grpo", where="b"), group_size=4) is first
    assert run_of(RunSpec.parse("grpo", where="a"), group_size=8) is not first
    assert run_of(RunSpec.parse("grpo fallback=none", where="a"), group_size=4) is not first


def test_the_sinks_are_public():
    assert sinks is _log.sinks
