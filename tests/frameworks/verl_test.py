"""The adapter inside the real verl: its `compute_advantage` on a real DataProto, its plug-in loading in fresh processes."""

import os
import subprocess
import sys

import numpy as np
import pytest
import torch
from advantaged import InvalidArgument, LocalBackend
from advantaged.audit import Watch
from advantaged.integrations import _log, verl
from advantaged.integrations._steps import Steps
from omegaconf import OmegaConf
from page import EQUAL, REWARDS, assert_on_page
from tensordict import TensorDict
from verl import DataProto
from verl.trainer.ppo import core_algos, ray_trainer

GROUP, TOKENS = 8, 5
BINARY = [1, 0, 0, 1, 0, 0, 1, 0]
REAL = [0, .5, .2, 1, .3, 0, .8, .6]


def batch(rewards, uids, lengths=None):
    """Rewards at the last token of each response."""
    lengths = np.full(len(rewards), TOKENS) if lengths is None else np.asarray(lengths)
    mask = (torch.arange(TOKENS) < torch.as_tensor(lengths)[:, None]).long()
    token_level = torch.zeros(len(rewards), TOKENS)
    for row, (reward, length) in enumerate(zip(rewards, lengths)):
        if length:
            token_level[row, length - 1] = reward
    return DataProto(batch=TensorDict({"token_level_rewards": token_level, "response_mask": mask}, [len(rewards)]),
                     non_tensor_batch={"uid": np.array(uids, dtype=object)})


def configuration(**settings):
    return OmegaConf.create({"advantaged": {"expected_group_size": GROUP, **settings}})


def advantages(data, estimator="advantaged", **settings):
    """By verl's own entry, one number per row."""
    out = ray_trainer.compute_advantage(data, adv_estimator=estimator, config=configuration(**settings))
    values = out.batch["advantages"]
    assert torch.equal(values, out.batch["returns"])
    assert values.dtype == torch.float32
    assert torch.equal(values, values * out.batch["response_mask"])
    return values[:, 0]


def shuffled(rewards):
    """Two groups of the same rewards, rows interleaved."""
    return [reward for reward in rewards for _ in range(2)], ["u7", "u07"] * GROUP


@pytest.mark.parametrize("rewards", [BINARY, REAL])
@pytest.mark.parametrize("ours, theirs", [
    ({"method": "grpo", "ddof": 1, "epsilon": 1e-6}, "grpo"), ({"method": "dr_grpo"}, "dr"), ({"method": "rloo"}, "rloo")])
def test_where_definitions_agree_so_do_numbers(rewards, ours, theirs):
    values, uids = shuffled(rewards)
    found = advantages(batch(values, uids), **ours)
    data = batch(values, uids)
    if theirs == "rloo":
        expected = core_algos.compute_rloo_outcome_advantage(
            data.batch["token_level_rewards"], data.batch["response_mask"], index=data.non_tensor_batch["uid"])[0]
    else:
        expected = core_algos.compute_grpo_outcome_advantage(
            data.batch["token_level_rewards"], data.batch["response_mask"], index=data.non_tensor_batch["uid"],
            norm_adv_by_std_in_grpo=theirs == "grpo")[0]
    torch.testing.assert_close(found, expected[:, 0], rtol=2e-6, atol=2e-6)


def test_verl_leaks_into_constant_groups_and_this_does_not():
    """docs/integrations/README.md has the number."""
    data = batch([0.95] * GROUP, ["u"] * GROUP)
    leak = core_algos.compute_grpo_outcome_advantage(
        data.batch["token_level_rewards"], data.batch["response_mask"], index=data.non_tensor_batch["uid"])[0]
    assert leak[0, 0].item() == pytest.approx(0.05603415, rel=1e-5)
    assert advantages(data, method="grpo", ddof=1, epsilon=1e-6).tolist() == [0] * GROUP


def test_methods_that_verl_does_not_have():
    values, uids = shuffled(BINARY)
    found = advantages(batch(values, uids), method="pass_at_k_grpo", k=4)
    expected = LocalBackend().compute(values, groups=uids, method="pass_at_k_grpo", k=4).advantages
    assert found.tolist() == expected


def test_padding_rows_of_the_v1_trainer_take_no_part():
    values, uids = shuffled(BINARY)
    whole = advantages(batch(values, uids), method="rloo")
    padded = batch([*values, 0, 0], [*uids, "pad3f", "pad40"], [TOKENS] * len(values) + [0, 0])
    found = advantages(padded, method="rloo")
    assert found[:-2].tolist() == whole.tolist()
    assert found[-2:].tolist() == [0, 0]


def test_more_rows_than_responses_are_refused_loudly():
    """A session with two outputs."""
    with pytest.raises(InvalidArgument, match="'u' *.* has 9 responses; expected_group_size is 8"):
        advantages(batch([*BINARY, 1], ["u"] * (GROUP + 1)), method="rloo")


@pytest.mark.parametrize("config, text", [
    ({}, "algorithm.advantaged is not set"), ({"advantaged": {"method": "rloo"}}, "expected_group_size: not set"),
    ({"advantaged": {"method": "rloo", "expected_group_size": 8, "smal_group": "raw"}}, "did you mean 'small_group'")])
def test_what_is_missing_is_named(config, text):
    with pytest.raises(ValueError, match=text):
        ray_trainer.compute_advantage(batch(BINARY, ["u"] * GROUP), adv_estimator="advantaged", config=OmegaConf.create(config))


def test_summaries_and_schedules_are_logged(monkeypatch):
    logged = []
    monkeypatch.setattr(_log, "sinks", [logged.append])
    monkeypatch.setattr(verl, "_steps", Steps(("self.global_steps", 1)))
    for _ in range(3):
        advantages(batch(BINARY, ["u"] * GROUP), method="pass_at_k_grpo", k="4 -> 2 over 2")
    assert [entry["advantaged/k"] for entry in logged] == [4, 3, 2]
    assert logged[0]["advantaged/mean_success_rate"] == 0.375


def test_replace_grpo_keeps_the_name(monkeypatch):
    monkeypatch.setattr(core_algos, "compute_grpo_outcome_advantage", core_algos.compute_grpo_outcome_advantage)
    monkeypatch.delenv("ADVANTAGED_METHOD", raising=False)
    values, uids = shuffled(REAL)
    own = ray_trainer.compute_advantage(batch(values, uids), adv_estimator="grpo").batch["advantages"]
    verl.replace_grpo()
    same = ray_trainer.compute_advantage(batch(values, uids), adv_estimator="grpo").batch["advantages"]
    torch.testing.assert_close(same, own, rtol=2e-6, atol=2e-6)
    centred = ray_trainer.compute_advantage(batch(values, uids), adv_estimator="grpo", norm_adv_by_std_in_grpo=False)
    assert centred.batch["advantages"][:, 0].tolist() == LocalBackend().compute(values, groups=uids, method="dr_grpo").advantages
    verl.replace_grpo({"method": "skew_r"})
    values, uids = shuffled(BINARY)
    found = ray_trainer.compute_advantage(batch(values, uids), adv_estimator="grpo").batch["advantages"][:, 0]
    assert found.tolist() == LocalBackend().compute(values, groups=uids, method="skew_r").advantages


def fresh(code, **environment):
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False,
                          env={**os.environ, **environment})
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


FOUND = "from verl.trainer.ppo import core_algos; print('advantaged' in core_algos.ADV_ESTIMATOR_REGISTRY)"


def test_verl_finds_the_plug_in_by_itself():
    assert fresh(FOUND)[-1] == "True"
    assert fresh(FOUND, VERL_USE_EXTERNAL_PLUGINS="none")[-1] == "False"


def test_a_process_that_only_imports_verl_loads_nothing_for_it():
    assert fresh("import sys, verl; print('advantaged.integrations.verl' in sys.modules, "
                 "'verl.trainer.ppo.core_algos' in sys.modules)") == ["True", "False"]


def test_doctor_sees_that_verl_loads_it():
    done = subprocess.run([sys.executable, "-m", "advantaged", "doctor"], capture_output=True, text=True, check=False)
    assert "loads it: algorithm.adv_estimator=advantaged" in done.stdout


def own(rewards):
    data = batch(rewards, ["u"] * len(rewards))
    return core_algos.compute_grpo_outcome_advantage(data.batch["token_level_rewards"], data.batch["response_mask"],
                                                     index=data.non_tensor_batch["uid"])[0][:, 0].tolist()


def test_the_pages_numbers():
    assert_on_page("verl", own(REWARDS), own(EQUAL))


def test_an_audit_beside_verls_real_function():
    """Shadow mode: training gets verl's numbers, and the report says where they leak."""
    def estimator(rewards, uids):
        data = batch(rewards.tolist(), uids)
        return core_algos.compute_grpo_outcome_advantage(
            data.batch["token_level_rewards"], data.batch["response_mask"], index=data.non_tensor_batch["uid"])[0][:, 0]

    watch = Watch(estimator, method="grpo", ddof=1, epsilon=1e-6)
    clean = np.float32(BINARY)
    found = watch(clean, ["a"] * GROUP)
    assert torch.equal(found, torch.tensor(own(BINARY)))
    assert not watch.report().findings
    watch(np.float32(EQUAL), ["b"] * GROUP)
    assert watch.report().findings[0].kind == "leak_in_constant_group"


def test_an_audit_of_verls_own_calls(monkeypatch):
    """By keywords, as verl calls it, with padding and responses of several lengths."""
    watch = Watch(core_algos.compute_grpo_outcome_advantage, **verl.VERL_GRPO)
    monkeypatch.setattr(core_algos, "compute_grpo_outcome_advantage", watch)
    values, uids = shuffled(REAL)
    lengths = [1 + row % TOKENS for row in range(len(values))]
    ray_trainer.compute_advantage(batch([*values, 0], [*uids, "pad3f"], [*lengths, 0]), adv_estimator="grpo")
    report = watch.report()
    assert (report.findings, report.exit_code()) == ([], 0)
    assert report.batches[0].lengths.tolist() == lengths
