"""The audit finds each defect that is planted, in the group where it is, and nothing in clean batches."""

import json
import os
import pathlib
import subprocess
import sys

import numpy as np
import pytest

pytest.importorskip("advantaged_local", reason="the oldest packages are tested without the in-process core")
from advantaged import LocalBackend, methods, stages  # noqa: E402
from advantaged.audit import Batch, Report, Watch, audit, read_batches  # noqa: E402

N = 8
DATA = pathlib.Path(__file__).parents[3] / "data" / "humaneval_runs.jsonl"
VERL = {"method": "grpo", "ddof": 1, "epsilon": 1e-6}


def ids(count):
    return [f"g{i // N}" for i in range(count)]


def rewards(seed, groups=6, binary=False):
    generator = np.random.default_rng(seed)
    drawn = generator.integers(0, 2, groups * N) if binary else generator.normal(size=groups * N).round(2)
    return drawn.astype(np.float64)


def ours(values, groups, **settings):
    return np.array(LocalBackend().compute(values, group_ids=groups, **settings).advantages, np.float64)


def clean(seed, settings, **others):
    values = rewards(seed, binary=seed % 2 == 0 or settings["method"] != "grpo")
    groups = ids(len(values))
    return Batch(values, ours(values, groups, **settings), groups, **others)


def kinds(findings):
    return {finding.kind for finding in findings}


@pytest.mark.parametrize("settings", [
    {"method": "grpo"}, VERL, {"method": "rloo"}, {"method": "dr_grpo"}, {"method": "skew_r"}, {"method": "reinforce"},
    {"method": methods.PassAtKGrpo(k=4)}, {"method": methods.PassAtKShaped(k=4)}, {"method": methods.MaxAtK(k=2)},
    {"method": "dr_grpo", "stages": [stages.Center(), stages.Scale(epsilon=1e-8), stages.Clip(-2, 2)]}], ids=str)
def test_clean_batches_raise_no_alarm(settings):
    for seed in range(12):
        count = 6 * N
        batch = clean(seed, settings, prompts=ids(count), ranks=[0] * count, responses=list(range(count)))
        assert audit(batch, settings) == []


def test_whole_groups_on_several_ranks_are_no_split():
    """Rows lie on several ranks, but the trainer gathered them first."""
    batch = clean(1, VERL, ranks=[row % 2 for row in range(6 * N)])
    assert audit(batch, VERL) == []


def test_a_group_that_each_rank_took_for_its_own():
    values = rewards(3)
    groups = ids(len(values))
    ranks = [0] * len(values)
    ranks[2 * N + 4:3 * N] = [1] * 4
    apart = [f"{group}/{rank}" for group, rank in zip(groups, ranks)]
    found = audit(Batch(values, ours(values, apart, **VERL), groups, ranks=ranks), VERL)
    assert kinds(found) == {"split_over_ranks", "other_definition"}
    assert all(finding.groups == ("g2",) for finding in found)


def test_one_prompt_under_two_ids_and_two_under_one():
    values = rewards(4)
    groups = ids(len(values))
    prompts = ["p" + group for group in groups]
    prompts[N:2 * N] = prompts[:N]
    prompts[4 * N] = "another"
    found = {finding.kind: finding for finding in audit(Batch(values, ours(values, groups, **VERL), groups, prompts), VERL)}
    assert found["duplicated_identity"].groups == ("g0", "g1")
    assert found["mixed_identity"].groups == ("g4",)
    assert len(found) == 2


@pytest.mark.parametrize("raw", [0.0, 0.7])
def test_a_singleton(raw):
    values = np.append(rewards(5), 0.7)
    groups = [*ids(len(values) - 1), "alone"]
    advantages = np.append(ours(values[:-1], groups[:-1], **VERL), raw)
    found = {finding.kind: finding for finding in audit(Batch(values, advantages, groups), VERL)}
    assert found["singleton"].groups == ("alone",)
    assert found["singleton"].size == raw
    assert ("1 of them get an advantage" in found["singleton"].text) == bool(raw)


@pytest.mark.parametrize("reward, kind", [(0.95, "leak_in_constant_group"), (0.0, "phantom_in_all_fail")])
def test_advantages_without_a_signal(reward, kind):
    values = rewards(6)
    values[N:2 * N] = reward
    groups = ids(len(values))
    advantages = ours(values, groups, **VERL)
    assert audit(Batch(values, advantages, groups), VERL) == []
    advantages[N:2 * N] = 0.05603415  # verl 0.9.1 on eight times 0.95
    found = {finding.kind: finding for finding in audit(Batch(values, advantages, groups), VERL)}
    assert found[kind].groups == ("g1",)
    assert found[kind].size == pytest.approx(0.05603415)


def test_noise_taken_for_a_signal():
    values = rewards(7)
    values[:N] = 1 + np.arange(N) * 2.0**-23
    groups = ids(len(values))
    settings = {"method": "grpo"}
    found = audit(Batch(values, ours(values, groups, **settings), groups), settings)
    assert [(finding.kind, finding.groups) for finding in found] == [("noise_as_signal", ("g0",))]


def test_rows_counted_as_responses():
    values = rewards(8, groups=2, binary=False)
    values[1] = values[0]
    groups = ids(len(values))
    responses = list(range(len(values)))
    responses[1] = 0
    once = LocalBackend().compute(values, group_ids=groups, trajectory_ids=responses, **VERL).advantages
    assert "rows_as_responses" not in kinds(audit(Batch(values, np.array(once), groups, responses=responses), VERL))
    found = audit(Batch(values, ours(values, groups, **VERL), groups, responses=responses), VERL)
    assert [(finding.kind, finding.groups) for finding in found] == [("rows_as_responses", ("g0",))]


@pytest.mark.parametrize("theirs, reason", [
    (VERL, "grpo with ddof 1, epsilon 1e-6 (verl, slime, SkyRL)"),
    ({"method": "grpo", "ddof": 1, "epsilon": 0.05}, "nothing that we know"),
    ({"method": "dr_grpo"}, "dr_grpo (mean only)"), ({"method": "rloo"}, "rloo (leave-one-out mean)"),
    ({"method": "dr_grpo", "stages": [stages.Center(), stages.Scale(ddof=1, epsilon=1e-8)]}, "whitened over the batch"),
    ({"method": "grpo", "stages": [stages.Clip(-1, 1)]}, "grpo (the paper: ddof 0), clipped")], ids=str)
def test_why_the_numbers_are_others(theirs, reason):
    values = rewards(9)
    groups = ids(len(values))
    found = audit(Batch(values, ours(values, groups, **theirs), groups), {"method": "grpo"})
    assert kinds(found) == {"other_definition"}
    assert reason in found[0].text


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


def lines(batch):
    return [json.dumps({"reward": reward, "advantage": advantage, "group": group})
            for reward, advantage, group in zip(batch.rewards.tolist(), batch.advantages.tolist(), batch.groups)]


def command(text, *flags):
    return subprocess.run([sys.executable, "-m", "advantaged", "audit", "-", *flags], input=text, capture_output=True,
                          text=True, check=False)


def test_a_file_of_real_rewards():
    """HumanEval: clean under its method, another definition under another; the table, JSON and the page agree."""
    runs = [json.loads(line) for line in DATA.read_text(encoding="utf-8").splitlines()]
    values = np.array([reward for run in runs for reward in run["rewards"]], np.float64)
    groups = [run["group"] for run in runs for _ in run["rewards"]]
    text = "\n".join(lines(Batch(values, ours(values, groups, **VERL), groups)))
    done = command(text, "--method", "grpo ddof=1 epsilon=1e-6")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Nothing found" in done.stdout
    done = command(text, "--output", "json")
    report = json.loads(done.stdout)
    assert done.returncode == 1
    assert report["rows"] == 4920
    finding, = report["findings"]
    assert finding["total"] == 86  # the mixed ones
    page = command(text, "--output", "html").stdout
    assert "verl, slime, SkyRL" in page
    assert page.count("<circle") > 10


@pytest.mark.parametrize("text, message", [
    ("", "no rows"), ("{", "line 1: no JSON"), ("3", "line 1: '3' is no object"),
    ('{"reward": 1, "advantage": 0}', "line 1: no 'group'"),
    ('{"reward": "1", "advantage": 0, "group": 1}', "line 1: reward is '1'; it must be a number"),
    ('{"reward": 1, "advantage": 0, "group": 1, "advantge": 3}', "line 1: unknown key 'advantge'"),
    ('{"reward": 1, "advantage": 0, "group": 1, "rank": 0}\n{"reward": 1, "advantage": 0, "group": 1}',
     "step 0: rank in 1 of 2 rows")])
def test_bad_files(text, message):
    with pytest.raises(ValueError, match=f"^{message.replace('{', '.')}"):
        read_batches(text.splitlines())
    done = command(text)
    assert done.returncode == 2
    assert message in done.stderr


def test_a_bad_method_is_named():
    done = command("", "--method", "grpoo")
    assert done.returncode == 2
    assert "there is no 'grpoo'; did you mean 'grpo'?" in done.stderr


def test_an_empty_report_says_so():
    batch = clean(1, VERL)
    assert "Nothing found" in Report.of([batch], VERL).html()


def advctl_audit(python, text, *flags):
    return subprocess.run([os.environ["ADVCTL"], "audit", "-", *flags], input=text, capture_output=True, text=True,
                          check=False, env={**os.environ, "ADVANTAGED_PYTHON": python})


def test_advctl_audit_is_the_same_audit():
    text = "\n".join(lines(clean(1, VERL)))
    for flags in (["--method", "grpo ddof=1 epsilon=1e-6"], ["--output", "json"]):
        ours_, theirs = command(text, *flags), advctl_audit(sys.executable, text, *flags)
        assert (theirs.returncode, theirs.stdout, theirs.stderr) == (ours_.returncode, ours_.stdout, ours_.stderr)


def test_advctl_audit_says_what_it_needs():
    done = advctl_audit("/nowhere/python3", "")
    assert done.returncode == 2
    assert "cannot run /nowhere/python3: No such file or directory; the audit is part of the Python package" in done.stderr
