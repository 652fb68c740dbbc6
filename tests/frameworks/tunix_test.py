"""tunix's real registry and estimators, called as its learners do.

tunix/__init__ imports every learner, and with them packages (qwix, grain, metrax, kagglehub, ...) that the advantages
do not need: here the package is opened without it.
"""

import importlib.metadata
import sys
import types

package = types.ModuleType("tunix")
package.__path__ = [str(importlib.metadata.distribution("google-tunix").locate_file("tunix"))]
sys.modules["tunix"] = package

import jax.numpy as jnp  # noqa: E402
import numpy as np  # noqa: E402
import page  # noqa: E402
import pytest  # noqa: E402
from advantaged.integrations import _log, tunix as adapter  # noqa: E402
from tunix.rl import algo_core, function_registry  # noqa: E402, F401: registers tunix's own

REWARDS = np.array([1, 0, 0, 1, 0.2, 0.9, 0.4, 0.4, 0, 0, 0, 1], np.float64)


@pytest.fixture(autouse=True)
def nothing_chosen(monkeypatch):
    monkeypatch.setattr(adapter, "_chosen", None)
    monkeypatch.setattr(adapter, "_steps", adapter.Steps(("self.rl_cluster.global_steps", 0)))
    monkeypatch.delenv("ADVANTAGED_METHOD", raising=False)


def computed(name, rewards=REWARDS, size=4):
    return np.asarray(function_registry.get_advantage_estimator(name)(rewards=rewards, num_generations=size))


@pytest.mark.parametrize("own, method", [("grpo", None), ("rloo", "rloo"), ("drgrpo", "dr_grpo")])
def test_tunixs_own_definitions(target, own, method):
    if method:
        adapter.use(method)
    np.testing.assert_allclose(computed("advantaged"), computed(own), rtol=1e-5, atol=1e-6)
    assert np.abs(computed("advantaged")).max() > 0.5


def test_arrays_of_jax(target, monkeypatch):
    monkeypatch.setenv("ADVANTAGED_METHOD", "rloo")
    np.testing.assert_allclose(computed("advantaged", jnp.asarray(REWARDS)), computed("rloo"), rtol=1e-5, atol=1e-6)


def test_equal_rewards_and_missing_ones(target):
    assert (computed("advantaged", np.full(8, 0.95), 8) == 0).all()
    missing = np.array([1, np.nan, 0, 1, 0, 0])
    assert np.isnan(computed("grpo", missing, 3)[:3]).all()
    assert computed("advantaged", missing, 3)[1] == 0 and np.isfinite(computed("advantaged", missing, 3)).all()


def test_schedules_count_calls(target):
    adapter.use({"method": "pass_at_k_grpo", "k": "2 -> 1 over 1"})
    binary = np.array([1, 0, 0, 1.0])
    first, second = computed("advantaged", binary), computed("advantaged", binary)
    np.testing.assert_allclose(first, [2 / 3, -1 / 3, -1 / 3, 2 / 3], rtol=1e-6)
    np.testing.assert_allclose(second, [1, -1, -1, 1], rtol=1e-6)


class Learner:
    """Has its step where tunix's learners do, whose packages are many."""

    def __init__(self, step):
        self.rl_cluster = types.SimpleNamespace(global_steps=step)

    def generate_and_compute_advantage(self, rewards):
        return computed("advantaged", rewards)


def test_a_schedule_follows_the_learners_step_and_goes_on_in_a_resumed_run(target, monkeypatch):
    logged = []
    monkeypatch.setattr(_log, "sinks", [logged.append])
    adapter.use("pass_at_k_grpo k='4 -> 1 over 200'")
    for step in (0, 150):
        Learner(step).generate_and_compute_advantage(np.array([1, 0, 0, 1.0]))
    assert [entry["advantaged/k"] for entry in logged] == [4, 2]  # 4 - 3 * 150/200 is 1.75


def test_settings_that_need_lengths_are_known_in_use(target):
    with pytest.raises(ValueError, match="lengths"):
        adapter.use("opo")
    with pytest.raises(ValueError, match="lengths"):
        adapter.use("grpo empty_responses=drop")


def test_wrong_settings():
    with pytest.raises(ValueError, match="use.kk: no setting of advantaged"):
        adapter.use("pass_at_k_grpo kk=4")
    with pytest.raises(ValueError, match="did you mean 'grpo'"):
        adapter.use({"method": "grop"})


def test_the_pages_numbers():
    def own(rewards):
        return computed("grpo", np.array(rewards, np.float64), size=len(rewards)).tolist()
    page.assert_on_page("tunix", own(page.REWARDS), own(page.EQUAL))
