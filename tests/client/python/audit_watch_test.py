"""A watch around a trainer's function: it changes nothing, raises nothing, and reads what verl and TRL call."""

import collections
import pickle
import re
import types

import numpy as np
import pytest

pytest.importorskip("advantaged_local", reason="the oldest packages are tested without the in-process core")
from advantaged import methods, stages  # noqa: E402
from advantaged.audit import Batch, Watch, readers  # noqa: E402
from audit_batches import N, VERL, ids, kinds, ours, rewards  # noqa: E402


def identity_of(values, groups):
    """Says to be an estimator."""
    return values


def test_a_watch_changes_nothing_and_reports():
    def estimator(values, groups, scale=1):
        return scale * (values - values.mean()), "beside"

    watch = Watch(estimator, method="dr_grpo")
    values = np.float32([1, 0, 0, 1])
    advantages, beside = watch(values, np.array(["a"] * 4), scale=2)
    assert advantages.tolist() == [1, -1, -1, 1]
    assert beside == "beside"
    watch(np.zeros((2, 3), np.float32), np.array(["a", "a"]))
    report = watch.report()
    assert [(finding.kind, finding.step) for finding in report.findings] == [("other_definition", 1)]
    assert "another definition" in report.text()


def test_a_watch_keeps_copies():
    """Trainers write into their arrays."""
    def estimator(values, groups):
        return np.zeros(len(values))

    watch = Watch(estimator, method="grpo")
    values = np.ones(4)
    returned = watch(values, ["a"] * 4)
    values[:] = [1, 0, 0, 1]
    returned[:] = 7
    assert watch.report().findings == []


def test_a_watch_of_the_wrong_settings_raises_at_construction_and_only_there():
    for settings in ({"method": "gropo"}, {"method": "grpo", "ddof": "one"}, {"method": "grpo", "k": 3}, {},
                     {"method": "grpo", "groups": 4}, {"method": "grpo", "stages": ["centre"]}, {"method": "grpo", "ddof": 7},
                     {"method": "grpo", "epsilon": -1}, {"method": "pass_at_k_grpo", "k": 0},
                     {"method": "pass_at_k_grpo", "k": 16, "expected_group_size": 8},
                     {"method": "pass_at_k_grpo", "k": 2, "stages": [stages.Center()]},
                     {"method": "grpo", "moments_only": True}, {"method": "grpo", "required_numerics_version": 10 ** 6}):
        with pytest.raises((ValueError, TypeError)):
            Watch(identity_of, **settings)
    with pytest.raises(TypeError, match="estimator"):
        Watch(None, method="grpo")
    for settings in ({"method": "opo"}, {"method": "pass_at_k_grpo", "k": 300}, {"method": "skew_r", "success_threshold": 3},
                     {"method": "grpo", "expected_group_size": 16}, {"method": "surrogate", "formula": "rho"},
                     {"method": "custom_table", "tables": [methods.Table(3, (0, 1, 2, 3), (0, 1, 2, 3))]},
                     {"method": "dr_grpo", "stages": [stages.Scale(weighting="tokens")]}):
        Watch(identity_of, **settings)


@pytest.mark.parametrize("arguments, keywords", [
    ((), {}), (([1, 0],), {}), (([1, 0], ["a", "a", "a"]), {}), (("text", "ab"), {}), (([1, 0], [["a"], ["b"]]), {}),
    ((np.ones((2, 3)), np.ones((2, 3)), ["a", "a"]), {}), (([1, None], object()), {}), ((np.ones((1, 1, 1)), ["a"]), {}),
    (([1, 0], [float("nan")] * 2), {}), ((), {"rewards": [1, 0]})], ids=str)
def test_calls_that_cannot_be_read_are_findings_and_the_trainer_goes_on(arguments, keywords):
    def estimator(*arguments, **keywords):
        return arguments, keywords

    watch = Watch(estimator, method="grpo")
    assert watch(*arguments, **keywords) == (arguments, keywords)
    report = watch.report()
    assert kinds(report.findings) == {"unreadable_call"}
    assert report.exit_code() == 1
    assert "calls that cannot be read" in report.text()


def test_an_error_of_the_function_itself_is_the_trainers():
    def estimator(values, groups):
        raise KeyError("its own")

    watch = Watch(estimator, method="grpo")
    with pytest.raises(KeyError, match="its own"):
        watch([1, 0], ["a", "a"])


def test_a_reader_of_ones_own_may_fail_in_any_way():
    class Silent(Exception):
        def __str__(self):
            raise RuntimeError

    def fail(arguments, keywords, returned):
        raise Silent

    for read in (fail, lambda *_: None, lambda *_: Batch(np.ones(2), np.ones(3), ["a", "a"]),
                 lambda *_: Batch(np.ones(2), np.ones(2), [[], []])):
        watch = Watch(identity_of, read=read, method="grpo")
        assert watch("as", "it is") == "as"
        assert kinds(watch.report().findings) == {"unreadable_call"}


@pytest.mark.parametrize("batch, message", [
    (lambda: Batch(np.ones((2, 2)), None, ["a", "a"]), "rewards: 2 dimensions; it must have 1"),
    (lambda: Batch([1, 0], np.ones((2, 3)), ["a", "a"]), "advantages: 2 dimensions"),
    (lambda: Batch(1.0, None, ["a"]), "rewards: 0 dimensions"), (lambda: Batch(["x", "y"], None, ["a", "a"]), "rewards: could not"),
    (lambda: Batch([1, 0], None, ["a", "a"], valid=np.ones((2, 2))), "valid: 2 dimensions"),
    (lambda: Batch([1, 0], None, ["a", "a"], valid=["yes", "no"]), "valid.0.: .*'yes'.*; it must be true or false"),
    (lambda: Batch([1, 0], None, ["a", "a"], outcomes=[1, 0.5]), "outcomes.1.: .*0.5.*; it must be true or false"),
    (lambda: Batch([1, 0], None, ["a", "a"], step={}), "step: {}; it must be a finite number or a text"),
    (lambda: None, "read gave NoneType; it must give an advantaged.audit.Batch"),
    (lambda: ([1], [1], ["a"]), "read gave tuple")])
def test_a_reader_that_gives_what_is_no_batch_is_a_finding_that_says_why(batch, message):
    """And not a batch that no check can be done of, nor a report that cannot be written."""
    watch = Watch(identity_of, read=lambda *_: batch(), method="grpo")
    watch([1, 0], ["a", "a"])
    report = watch.report()
    assert re.search(message, report.text()) and kinds(report.findings) == {"unreadable_call"}
    assert report.html() and report.json()


@pytest.mark.parametrize("how, message", [
    ({"read": "verl"}, "read: 'verl'"), ({"read": readers.trl}, "does not take .arguments, keywords, returned"),
    ({"read": lambda call: None}, "does not take"), ({"keep_rows": 0}, "keep_rows: 0"), ({"keep_rows": "10"}, "keep_rows: '10'")])
def test_what_no_call_can_be_read_with_raises_at_construction(how, message):
    with pytest.raises((TypeError, ValueError), match=message):
        Watch(identity_of, **how, method="grpo")


@pytest.mark.parametrize("groups", [None, 4])
def test_groups_that_are_no_ids_are_named(groups):
    watch = Watch(lambda *_: (), method="grpo")
    watch([1, 0], groups)
    assert f"groups: {groups}; it must be an id per response" in watch.report().text()


def test_several_calls_of_one_step_are_several_batches():
    """Gradient accumulation: the trainer's step stays, and every call counts."""
    watch = Watch(lambda *_: None, read=lambda *_: Batch([1, 0.0], [1, -1.0], ["a", "a"], step=7), method="grpo")
    watch()
    once = watch.report().done - 1  # that the calls could be read is a check of its own
    watch()
    watch()
    assert watch.report().done == 1 + 3 * once
    assert [batch.step for batch in watch.batches] == [7, "7, call 2", "7, call 3"]


def test_a_reader_of_ones_own_gives_the_batch():
    def read(arguments, keywords, returned):
        return Batch(arguments[0]["r"], returned["a"], arguments[0]["g"], step=keywords["step"])

    watch = Watch(lambda data, step: {"a": np.array([1, -1.0])}, read=read, method="grpo")
    watch({"r": np.array([1, 0.0]), "g": ["a", "a"]}, step=40)
    report = watch.report()
    assert (report.exit_code(), [batch.step for batch in report.batches]) == (0, [40])


def test_a_report_without_the_core_says_so(monkeypatch):
    watch = Watch(identity_of, method="grpo")
    watch(np.array([1, 0.0]), ["a", "a"])
    monkeypatch.setitem(__import__("sys").modules, "advantaged_local", None)
    report = watch.report()
    assert report.exit_code() == 3
    assert "the in-process core is not installed" in report.text()


def test_memory_is_bounded_and_the_report_says_what_is_not_in_it():
    watch = Watch(identity_of, method="reinforce", keep_rows=10)
    for _ in range(5):
        watch(np.ones(4), ["a"] * 4)
    report = watch.report()
    assert [batch.step for batch in report.batches] == [4, 5]
    assert report.exit_code() == 3
    assert "3 earlier calls are not kept: keep_rows is 10" in report.text()
    watch(np.ones(11), ["a"] * 11)
    assert "11 rows; keep_rows is 10" in watch.report().text()
    broken = Watch(lambda *_: None, method="grpo")
    for call in range(1000):
        broken(call)
    report = broken.report()
    assert len(report.findings) == 101
    assert "900 calls before these" in report.text()


def test_a_watch_that_was_never_called_is_not_all_well():
    report = Watch(identity_of, method="grpo").report()
    assert report.exit_code() == 3
    assert "Nothing was checked." in report.text()


def test_a_watch_has_the_name_of_its_function_and_can_be_pickled():
    watch = Watch(identity_of, method="grpo")
    assert (watch.__name__, watch.__doc__) == ("identity_of", "Says to be an estimator.")
    again = pickle.loads(pickle.dumps(watch))
    assert again([1, 0], ["a", "a"]) == [1, 0]


# verl's signature, and its arithmetic in float32.

def verl_grpo(token_level_rewards, response_mask, index, epsilon=1e-6, config=None):
    scores = token_level_rewards.sum(-1)
    out = np.zeros_like(scores)
    for group in set(index.tolist()):
        rows = index == group
        mean, sd = (scores[rows].mean(), scores[rows].std(ddof=1)) if rows.sum() > 1 else (0, 1)
        out[rows] = (scores[rows] - mean) / (sd + epsilon)
    advantages = out[:, None] * response_mask
    return advantages, advantages


def verl_batch(seed):
    values, groups = rewards(seed).astype(np.float32), np.array(ids(6 * N), dtype=object)
    mask = (np.arange(5) < np.random.default_rng(seed).integers(1, 6, len(values))[:, None]).astype(np.int64)
    token_level = np.zeros(mask.shape, np.float32)
    token_level[np.arange(len(values)), mask.sum(1) - 1] = values
    return token_level, mask, groups


@pytest.mark.parametrize("by", ["keywords", "positions"])
@pytest.mark.parametrize("read", [None, readers.verl], ids=["by its signature", "said"])
def test_verls_calls_are_read(by, read):
    watch = Watch(verl_grpo, read=read, **VERL)
    for seed in (1, 2):
        token_level, mask, groups = verl_batch(seed)
        if by == "keywords":
            watch(token_level_rewards=token_level, response_mask=mask, index=groups, config=None)
        else:
            watch(token_level, mask, groups)
    report = watch.report()
    assert (report.findings, report.exit_code()) == ([], 0)
    assert [len(batch.rewards) for batch in report.batches] == [6 * N] * 2
    assert (report.batches[1].lengths == mask.sum(1)).all()


def test_verls_leak_is_found_and_its_padding_is_left_out():
    values = np.float32([0.95] * 7 + [1, 0] + [0])
    groups = np.array(["a"] * 7 + ["b"] * 2 + ["pad3f"], dtype=object)
    mask = np.ones((10, 3), np.int64)
    mask[9] = 0
    token_level = np.zeros((10, 3), np.float32)
    token_level[:, 2] = values
    watch = Watch(verl_grpo, **VERL)
    watch(token_level_rewards=token_level, response_mask=mask, index=groups)
    report = watch.report()
    assert [(finding.kind, finding.groups) for finding in report.findings] == [("leak_in_constant_group", ("a",))]
    assert len(report.batches[0].rewards) == 9


def test_advantages_that_differ_within_a_response_cannot_be_read():
    def discounted(token_level_rewards, response_mask, index):
        returns = token_level_rewards.sum(-1, keepdims=True) * 0.9 ** np.arange(5) * response_mask
        return returns, returns

    watch = Watch(discounted, method="reinforce")
    watch(*verl_batch(1))
    finding, = watch.report().findings
    assert finding.kind == "unreadable_call"
    assert "in one response" in finding.text


def test_a_nan_among_the_tokens_of_a_response_is_found():
    def poisoned(token_level_rewards, response_mask, index):
        advantages, returns = verl_grpo(token_level_rewards, response_mask, index)
        advantages[0, 0] = np.nan
        return advantages, returns

    watch = Watch(poisoned, **VERL)
    watch(*verl_batch(1))
    assert kinds(watch.report().findings) == {"advantage_not_a_number"}


# TRL's trainer, as far as the reader sees it: what it logs of a batch, and what its method returns.

class Trainer:
    num_generations = N
    num_generations_eval = 2
    beta = 0.0
    reward_func_names = ("correct", "format")

    def __init__(self, values, advantages, processes=2, weights=(1.0, 0.5)):
        self.model = types.SimpleNamespace(training=True)
        self.accelerator = types.SimpleNamespace(num_processes=processes)
        self.reward_weights = np.array(weights)
        self.values, self.advantages = values, advantages
        self._logs = {"prompt": collections.deque(maxlen=len(advantages)),
                      "rewards": collections.defaultdict(lambda: collections.deque(maxlen=len(advantages))),
                      "advantages": collections.deque(maxlen=len(advantages))}

    def _generate_and_score_completions(self, inputs):
        self._logs["prompt"].extend([{"role": "user", "content": f"question {row // N}"}] for row in range(len(self.advantages)))
        for name, column in zip(self.reward_func_names, self.values):
            self._logs["rewards"][name].extend(column)
        self._logs["advantages"].extend(self.advantages)
        return {"advantages": np.array(self.advantages[:len(self.advantages) // self.accelerator.num_processes])}


TRL = {"method": "grpo", "ddof": 1, "epsilon": 1e-4}


def trl_watch(values, advantages, **others):
    trainer = Trainer(values, advantages, **others)
    trainer._generate_and_score_completions = watch = Watch(
        trainer._generate_and_score_completions, read=readers.trl(trainer), **TRL)
    trainer._generate_and_score_completions([])
    return watch


def test_trls_batches_are_read_of_all_processes():
    values = [rewards(1).tolist(), rewards(2).tolist()]
    total = np.array(values[0]) + 0.5 * np.array(values[1])
    advantages = ours(total, ids(len(total)), **TRL)
    report = trl_watch(values, advantages).report()
    assert (report.findings, report.exit_code()) == ([], 0)
    batch, = report.batches
    assert (len(batch.rewards), set(batch.ranks), len(set(batch.prompts))) == (6 * N, {0, 1}, 6)
    advantages[2] += 1
    finding, = trl_watch(values, advantages).report().findings
    assert (finding.kind, finding.groups) == ("other_definition", (0,))


def test_trls_completions_that_no_function_scores_are_masked():
    values = np.stack([rewards(1), rewards(2)])
    values[0, 0] = np.nan  # one function says nothing
    values[:, 1] = np.nan  # none does
    total = np.nansum(values * [[1], [0.5]], axis=0)
    advantages = ours(total, ids(len(total)), valid=np.arange(len(total)) != 1, **TRL)
    report = trl_watch(values.tolist(), advantages).report()
    assert (report.findings, report.exit_code()) == ([], 0)


def test_what_trl_does_not_log_cannot_be_read():
    class Penalized(Trainer):
        beta = 0.1
        normalize_advantages = False

    trainer = Penalized([[1.0, 0] * N] * 2, [0.0] * 2 * N)
    watch = Watch(trainer._generate_and_score_completions, read=readers.trl(trainer), **TRL)
    watch([])
    finding, = watch.report().findings
    assert "beta is 0.1" in finding.text
    trainer = Trainer([[1.0, 0] * N] * 2, [0.0] * 2 * N)
    trainer.multi_objective_aggregation = "normalize_then_sum"
    watch = Watch(trainer._generate_and_score_completions, read=readers.trl(trainer), **TRL)
    watch([])
    finding, = watch.report().findings
    assert "several rewards" in finding.text
    trainer = Trainer([[1.0, 0]] * 2, [0.0] * 2 * N)
    watch = Watch(trainer._generate_and_score_completions, read=readers.trl(trainer), **TRL)
    watch([])
    finding, = watch.report().findings
    assert "the trainer has logged 2 of the batch's 16" in finding.text
