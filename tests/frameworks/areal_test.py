"""AReaL's real PPOActor and engine class with the adapter in place; the model itself is not started."""

import types

import stubs

stubs.stub("swanlab", "tensorboardX", "trackio", "wandb")

import page  # noqa: E402
import pytest  # noqa: E402
import torch  # noqa: E402
from advantaged.integrations import _log, areal as adapter  # noqa: E402
from areal.api.cli_args import NormConfig, PPOActorConfig  # noqa: E402
from areal.engine.fsdp_engine import FSDPPPOActor  # noqa: E402
from areal.trainer.ppo.actor import PPOActor  # noqa: E402
from areal.trainer.rl_trainer import PPOTrainer  # noqa: E402

GROUPS = [[1, 0, 0, 1], [0.2, 0.9, 0.4, 0.4], [0, 0, 0, 1]]


def engine(cls, norm=None, **settings):
    """Only what advantages need of an engine: its PPOActor."""
    config = PPOActorConfig(experiment_name="e", trial_name="t", reward_norm=norm, adv_norm=None, kl_ctl=0.0,
                            discount=1.0, gae_lambda=1.0, **{"use_decoupled_loss": True, "recompute_logprob": True, **settings})
    made = cls.__new__(cls)
    made.actor = PPOActor(config, types.SimpleNamespace(data_parallel_group=None))
    return made


def norm(mean="group", std="group", leave_one_out=False):
    return NormConfig(mean_level=mean, std_level=std, group_size=4, mean_leave1out=leave_one_out)


def data(groups=GROUPS):
    """A dict a prompt, as rollouts give it; the first two of six tokens are the prompt."""
    made = []
    for group in groups:
        n, mask = len(group), torch.ones(len(group), 6, dtype=torch.long)
        loss = mask.clone()
        loss[:, :2] = 0
        made.append({"input_ids": mask.clone(), "attention_mask": mask, "loss_mask": loss,
                     "rewards": torch.tensor(group, dtype=torch.float32), "logprobs": torch.zeros(n, 6),
                     "prox_logp": torch.zeros(n, 6)})
    return made


def advantages(made):
    """Of each response: the same at all of its tokens."""
    rows = []
    for group in made:
        for row, mask in zip(group["advantages"], group["loss_mask"]):
            values = row[mask.bool()]
            assert len(values) == 4 and (values == values[0]).all()
            rows.append(values[0].item())
    return rows


@pytest.fixture(autouse=True)
def no_method(monkeypatch):
    monkeypatch.delenv("ADVANTAGED_METHOD", raising=False)


@pytest.mark.parametrize("settings", [{}, {"std": None}, {"std": None, "leave_one_out": True}], ids=str)
def test_areals_own_definitions(target, settings):
    own = advantages(engine(FSDPPPOActor, norm(**settings)).compute_advantages(data()))
    made = engine(adapter.AdvantagedFSDPPPOActor, norm(**settings))
    ours = advantages(made.compute_advantages(data()))
    assert max(map(abs, own)) > 0.5
    assert ours == pytest.approx(own, rel=1e-5, abs=1e-6)
    assert made.actor.reward_norm.group_size == 4  # AReaL's own is back


def test_groups_of_any_size(target):
    """AReaL groups by stride: after a failed rollout it normalises across prompts."""
    uneven = [[1, 0, 1], [1, 1, 1, 1], [0, 0, 0, 0], [0.5]]
    own = advantages(engine(FSDPPPOActor, norm()).compute_advantages(data(uneven)))
    assert any(abs(value) > 0.1 for value in own[3:11]), "constant groups, and yet"
    ours = advantages(engine(adapter.AdvantagedFSDPPPOActor, norm()).compute_advantages(data(uneven)))
    assert ours[3:] == [0] * 9
    assert ours[:3] == pytest.approx([0.57734, -1.15468, 0.57734], abs=1e-4)


def test_pass_at_k(target, monkeypatch):
    monkeypatch.setenv("ADVANTAGED_METHOD", "pass_at_k_grpo k=2")
    made = engine(adapter.AdvantagedFSDPPPOActor, reward_bias=-0.5, reward_scaling=2.0)
    # Outcomes are the rewards before bias and scale.
    assert advantages(made.compute_advantages(data([[1, 0, 0, 1]]))) == pytest.approx([2 / 3, -1 / 3, -1 / 3, 2 / 3])


def test_a_schedule_follows_the_version_of_the_weights_also_after_a_recovery(target, monkeypatch):
    monkeypatch.setenv("ADVANTAGED_METHOD", "pass_at_k_grpo k='4 -> 1 over 200'")
    logged = []
    monkeypatch.setattr(_log, "sinks", [logged.append])
    for version in (0, 150):
        made = engine(adapter.AdvantagedFSDPPPOActor)
        made.set_version(version)
        made.compute_advantages(data([[1, 0, 0, 1]]))
    assert [entry["advantaged/k"] for entry in logged] == [4, 2]  # 4 - 3 * 150/200 is 1.75


def test_areal_itself_counts_responses_without_a_token(target, monkeypatch):
    """docs/integrations/areal.md."""
    def made():
        found = data([[1, 0, 0, 1]])
        found[0]["loss_mask"][0] = 0
        return found

    own = engine(FSDPPPOActor, norm(std=None)).compute_advantages(made())
    counted = engine(adapter.AdvantagedFSDPPPOActor, norm(std=None)).compute_advantages(made())
    torch.testing.assert_close(counted[0]["advantages"], own[0]["advantages"])
    monkeypatch.setenv("ADVANTAGED_METHOD", "dr_grpo empty_responses=drop")
    dropped = engine(adapter.AdvantagedFSDPPPOActor).compute_advantages(made())
    assert dropped[0]["advantages"].max(1).values.tolist() == pytest.approx([0, 0, 0, 2 / 3], abs=1e-6)


def test_what_is_refused(target):
    made = engine(adapter.AdvantagedFSDPPPOActor, norm(mean="batch"))
    with pytest.raises(ValueError, match="actor.reward_norm: with advantaged"):
        made.compute_advantages(data())
    made.actor.adv_norm = made.actor.reward_norm
    with pytest.raises(ValueError, match="actor.adv_norm"):
        made.compute_advantages(data())


def test_the_trainer_makes_ours(monkeypatch):
    """A controller tells the workers the module and the name of this class."""
    monkeypatch.setattr("areal.trainer.rl_trainer.is_single_controller", lambda: True)
    trainer = PPOTrainer.__new__(PPOTrainer)
    trainer.scheduler = None
    told = []
    monkeypatch.setattr(FSDPPPOActor, "as_controller", classmethod(lambda cls, config, scheduler: told.append(cls) or
                        types.SimpleNamespace(create_process_group=lambda **_: None)))
    trainer._create_train_engine(None, types.SimpleNamespace(backend="fsdp", parallel=None))
    made, = told
    assert f"{made.__module__}.{made.__name__}" == "advantaged.integrations.areal.AdvantagedFSDPPPOActor"


def test_the_pages_numbers():
    def own(rewards):
        settings = NormConfig(mean_level="group", std_level="group", group_size=8)
        return advantages(engine(FSDPPPOActor, settings).compute_advantages(data([rewards])))
    page.assert_on_page("AReaL", own(page.REWARDS), own(page.EQUAL))
