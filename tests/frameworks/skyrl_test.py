"""SkyRL's real registry, trainer method and command with the adapter in place."""

import importlib.util
import os
import pathlib
import sys
import types

PATCH = pathlib.Path(__file__).parent / "skyrl_on_python_3_11"
patch = importlib.util.spec_from_file_location("patch", PATCH / "sitecustomize.py")
patch.loader.exec_module(importlib.util.module_from_spec(patch))

import numpy as np  # noqa: E402
import page  # noqa: E402
import pytest  # noqa: E402
import ray  # noqa: E402
import torch  # noqa: E402
from advantaged import InvalidArgument  # noqa: E402
from advantaged.integrations import _client, _log, skyrl as adapter  # noqa: E402
from skyrl.backends.skyrl_train.training_batch import TrainingInputBatch, pad_training_input_batch  # noqa: E402
from skyrl.backends.skyrl_train.utils import ppo_utils  # noqa: E402
from skyrl.train.entrypoints import main_base  # noqa: E402
from skyrl.train.trainer import RayPPOTrainer  # noqa: E402

RATES = [[1, 0, 0, 1], [0.2, 0.9, 0.4, 0.4], [0, 0, 0, 1]]


def config(**algorithm):
    settings = {"advantage_estimator": "advantaged", "gamma": 1.0, "lambd": 1.0, "grpo_norm_by_std": True, **algorithm}
    return types.SimpleNamespace(
        generator=types.SimpleNamespace(n_samples_per_prompt=4, step_wise_trajectories=False),
        trainer=types.SimpleNamespace(algorithm=types.SimpleNamespace(**settings)))


def rows(rewards=RATES, tokens=5):
    """Rewards on the last token of each response; rows of all groups mixed."""
    flat = torch.tensor(rewards, dtype=torch.float32).flatten()
    uids = [f"{i}" for i, group in enumerate(rewards) for _ in group]
    order = np.random.default_rng(7).permutation(len(flat))
    mask = torch.ones(len(flat), tokens, dtype=torch.int64)
    mask[::3, -2:] = 0
    token_level = torch.zeros(len(flat), tokens)
    token_level[torch.arange(len(flat)), mask.sum(1) - 1] = flat[order]
    return token_level, mask, [uids[i] for i in order]


def computed(name, token_level, mask, uids, **arguments):
    return ppo_utils.compute_advantages_and_returns(token_level, mask, uids, name, config=None, **arguments)


@pytest.fixture
def logged(monkeypatch):
    found = []
    monkeypatch.setattr(_log, "sinks", [found.append])
    return found


@pytest.mark.parametrize("by_std", [True, False])
def test_skyrls_own_grpo(target, monkeypatch, by_std):
    monkeypatch.delenv("ADVANTAGED_METHOD", raising=False)
    adapter.register(config())
    ours, returns = computed("advantaged", *rows(), grpo_norm_by_std=by_std)
    own, _ = computed("grpo", *rows(), grpo_norm_by_std=by_std)
    assert own.abs().max() > 0.5
    torch.testing.assert_close(ours, own, rtol=1e-5, atol=1e-6)
    assert torch.equal(ours, returns)


def test_rloo_as_skyrls(target, monkeypatch):
    monkeypatch.setenv("ADVANTAGED_METHOD", "rloo")
    adapter.register(config())
    torch.testing.assert_close(computed("advantaged", *rows())[0], computed("rloo", *rows())[0], rtol=1e-5, atol=1e-6)


def test_equal_rewards(target, monkeypatch):
    monkeypatch.delenv("ADVANTAGED_METHOD", raising=False)
    cfg = config()
    cfg.generator.n_samples_per_prompt = 8
    adapter.register(cfg)
    batch = rows([[0.95] * 8])
    assert computed("grpo", *batch)[0].max() == pytest.approx(0.056, abs=1e-3)
    assert (computed("advantaged", *batch)[0] == 0).all()


def batch(rewards=RATES):
    token_level, mask, uids = rows(rewards)
    made = TrainingInputBatch({"rewards": token_level, "response_mask": mask, "loss_mask": mask.clone(), "values": None,
                               "sequences": torch.zeros_like(mask)})
    made.metadata = {"uids": uids, "avg_response_length": 4.0}
    return made


def trainer(cfg):
    made = RayPPOTrainer.__new__(RayPPOTrainer)
    made.cfg, made.all_metrics = cfg, {}
    return made


def test_padding_of_the_trainer_takes_no_part(target, monkeypatch):
    monkeypatch.setenv("ADVANTAGED_METHOD", "dr_grpo")
    adapter.register(config())
    padded = trainer(config()).compute_advantages_and_returns(pad_training_input_batch(batch(), 3))
    plain = trainer(config()).compute_advantages_and_returns(batch())
    assert torch.equal(padded["advantages"][:12], plain["advantages"])
    assert (padded["advantages"][12:] == 0).all() and len(padded["advantages"]) == 15


def test_steps_get_the_advantage_of_their_trajectory(target, monkeypatch):
    """The first of each two rows is no last step, and would be counted as a response if it were looked at."""
    monkeypatch.setenv("ADVANTAGED_METHOD", "pass_at_k_grpo k=2")
    cfg = config()
    cfg.generator.step_wise_trajectories = True
    adapter.register(cfg)
    rewards = torch.tensor([1.0, 0, 0, 0])
    mask = torch.tensor([[1, 1, 0], [1, 1, 1]] * 4)
    token_level = torch.zeros(8, 3)
    token_level[1::2, 2] = rewards
    made = TrainingInputBatch({"rewards": token_level, "response_mask": mask, "values": None,
                               "sequences": torch.zeros_like(mask)})
    made.metadata = {"uids": ["p"] * 8, "avg_response_length": 2.5, "is_last_step": [False, True] * 4}
    found = trainer(cfg).compute_advantages_and_returns(made)["advantages"]
    # All three others fail, so a second try finds nothing: factor 1 for the one success, 2/3 for a failure.
    correct, wrong = 3**0.5, -(1 / 3) ** 0.5 * 2 / 3
    expected = torch.tensor([correct, wrong, wrong, wrong]).repeat_interleave(2)[:, None] * mask
    torch.testing.assert_close(found, expected)


def test_an_incomplete_group_gets_what_skyrl_gives_it(target, monkeypatch, logged):
    monkeypatch.delenv("ADVANTAGED_METHOD", raising=False)
    adapter.register(config())
    keep = [i for i, uid in enumerate(rows()[2]) if uid != "1" or i == rows()[2].index("1")][:-1]  # a group of one, too
    token_level, mask, uids = (column[keep] if isinstance(column, torch.Tensor) else [column[i] for i in keep]
                               for column in rows())
    own, _ = computed("grpo", token_level, mask, uids, grpo_norm_by_std=True)
    torch.testing.assert_close(computed("advantaged", token_level, mask, uids)[0], own, rtol=1e-5, atol=1e-5)
    assert logged[0]["advantaged/incomplete_groups"] == 2


def test_a_group_that_is_too_large_is_refused(target, monkeypatch):
    monkeypatch.delenv("ADVANTAGED_METHOD", raising=False)
    adapter.register(config())
    token_level, mask, uids = rows()
    with pytest.raises(InvalidArgument, match="expected_group_size"):
        computed("advantaged", *(torch.cat([column, column[:1]]) for column in (token_level, mask)), [*uids, uids[0]])


@ray.remote(num_cpus=1)
def in_a_task(cfg):
    name = cfg.trainer.algorithm.advantage_estimator
    token_level, mask, uids = rows()
    return name, computed(name, token_level, mask, uids)[0], _client.client().target


def test_the_command(server, monkeypatch, tmp_path):
    """skyrl's main finds ours, which starts Ray; the estimator works in a Ray task that has none of the environment."""
    monkeypatch.setenv("ADVANTAGED_METHOD", "pass_at_k_grpo k=2 success_threshold=0.5")
    monkeypatch.setenv("ADVANTAGED_TARGET", server.grpc[0])
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(PATCH), os.environ.get("PYTHONPATH", "")]))
    ray.cloudpickle.register_pickle_by_value(sys.modules[__name__])  # workers do not find the tests
    asked = {}
    before = server.metrics().sum("advantaged_responses_total")

    class Entrypoint:
        @staticmethod
        def remote(cfg):
            empty = {"ADVANTAGED_METHOD": "", "ADVANTAGED_TARGET": ""}
            asked["found"] = in_a_task.options(runtime_env={"env_vars": empty}).remote(cfg)
            return asked["found"]

    monkeypatch.setattr(main_base, "skyrl_entrypoint", Entrypoint)
    monkeypatch.setattr(sys, "argv", ["skyrl", "trainer.override_entrypoint=advantaged.integrations.skyrl",
                                      f"trainer.log_path={tmp_path}",
                                      "trainer.logger=console", "generator.n_samples_per_prompt=4"])
    try:
        main_base.main()
        name, advantages, target = ray.get(asked["found"])
    finally:
        ray.shutdown()
    assert (name, target) == ("advantaged", server.grpc[0])
    assert advantages.abs().max() > 0.5
    assert server.metrics().sum("advantaged_responses_total") - before == 12


def test_a_wrong_method_is_an_error_before_ray_starts(monkeypatch):
    monkeypatch.setenv("ADVANTAGED_METHOD", "grop")
    with pytest.raises(ValueError, match="did you mean 'grpo'"):
        adapter.register(config())


def test_a_schedule_follows_skyrls_step_and_goes_on_in_a_resumed_run(target, monkeypatch, logged):
    monkeypatch.setenv("ADVANTAGED_METHOD", "pass_at_k_grpo k='4 -> 1 over 200' success_threshold=0.5")
    adapter.register(config())
    for step in (1, 151):
        made = trainer(config())
        made.global_step = step
        made.compute_advantages_and_returns(batch())
    assert [entry["advantaged/k"] for entry in logged] == [4, 2]  # 4 - 3 * 150/200 is 1.75


def test_what_cannot_be_computed_is_known_before_ray_starts(target, monkeypatch):
    monkeypatch.setenv("ADVANTAGED_METHOD", "pass_at_k_grpo k=5")
    with pytest.raises(InvalidArgument, match="k: 5 is above 4"):
        adapter.register(config())
    monkeypatch.setenv("ADVANTAGED_METHOD", "grpo fallback=some")
    with pytest.raises(ValueError, match="fallback: 'some'"):
        adapter.register(config())


@pytest.mark.parametrize("filters", [{"zero_variance_filter": True},
                                     {"dynamic_sampling": types.SimpleNamespace(type="filter")}], ids=str)
def test_pass_at_k_is_one_after_the_filter_where_skyrl_has_one(target, monkeypatch, logged, filters):
    monkeypatch.setenv("ADVANTAGED_METHOD", "pass_at_k_grpo k=2 success_threshold=0.5")
    adapter.register(config(**filters))
    trainer(config()).compute_advantages_and_returns(batch())
    assert "advantaged/pass_at_1_after_filter" in logged[0] and "advantaged/pass_at_1" not in logged[0]


def test_skyrl_itself_counts_responses_without_a_token(target, monkeypatch):
    """docs/integrations/skyrl.md."""
    token_level, mask = torch.tensor([[100.0], [1], [0], [0]]), torch.tensor([[0], [1], [1], [1]])
    for choice, expected in ("count", [0, -0.4866, -0.5067, -0.5067]), ("drop", [0, 1.1547, -0.5774, -0.5774]):
        monkeypatch.setenv("ADVANTAGED_METHOD", f"grpo ddof=1 epsilon=1e-6 empty_responses={choice}")
        adapter.register(config())
        found = computed("advantaged", token_level, mask, ["u"] * 4)[0][:, 0]
        assert found.tolist() == pytest.approx(expected, abs=1e-4)
        if choice == "count":
            own = computed("grpo", token_level, mask, ["u"] * 4, grpo_norm_by_std=True)[0][:, 0]
            torch.testing.assert_close(own, found)


def test_the_pages_numbers():
    def own(rewards):
        mask = torch.ones(len(rewards), 1, dtype=torch.int64)
        return computed("grpo", torch.tensor(rewards, dtype=torch.float32)[:, None], mask, ["u"] * len(rewards),
                        grpo_norm_by_std=True)[0][:, 0].tolist()
    page.assert_on_page("verl, SkyRL", own(page.REWARDS), own(page.EQUAL))
