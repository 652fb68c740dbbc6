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
from advantaged.audit import Batch, Report, audit  # noqa: E402
from audit_batches import N, VERL, by_kind, clean, command, ids, kinds, lines_of, ours, rewards  # noqa: E402

DATA = pathlib.Path(__file__).parents[3] / "data" / "humaneval_runs.jsonl"


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
    theirs = ours(values, apart, **VERL)
    found, = audit(Batch(values, theirs, groups, ranks=ranks), VERL)
    assert (found.kind, found.groups) == ("split_over_ranks", ("g2",))
    assert found.size == pytest.approx(np.abs(theirs - ours(values, groups, **VERL)).max())
    assert found.text.endswith("each rank took its part for the group; all other 5 groups agree")
    # Also where each part is constant, and all that is left of it are zeros.
    values[2 * N:3 * N] = [1] * 4 + [0] * 4
    found, = audit(Batch(values, ours(values, apart, **VERL), groups, ranks=ranks), VERL)
    assert (found.kind, found.groups) == ("split_over_ranks", ("g2",))
    # And by a definition that nobody knows.
    values = rewards(3)
    unknown = ours(values, apart, method="grpo", epsilon=0.3)
    found = by_kind(Batch(values, unknown, groups, ranks=ranks), VERL)
    assert found["split_over_ranks"].groups == ("g2",)


def test_one_response_on_another_rank_is_a_split():
    """What the trainer gave the one alone, is its own affair."""
    values = rewards(3)
    groups = ids(len(values))
    ranks = [0] * len(values)
    ranks[2 * N] = 1
    for alone in (0.0, values[2 * N]):
        theirs = ours(values, groups, **VERL)
        theirs[2 * N] = alone
        theirs[2 * N + 1:3 * N] = ours(values[2 * N + 1:3 * N], ["g2"] * (N - 1), **VERL)
        found, = audit(Batch(values, theirs, groups, ranks=ranks), VERL)
        assert (found.kind, found.groups) == ("split_over_ranks", ("g2",))


def test_a_split_group_explains_what_whitening_carries_to_the_others():
    values = rewards(3)
    groups = ids(len(values))
    ranks = [0] * len(values)
    ranks[2 * N + 4:3 * N] = [1] * 4
    apart = [f"{group}/{rank}" for group, rank in zip(groups, ranks)]
    settings = {"method": "dr_grpo", "stages": [stages.Center(), stages.Scale(epsilon=1e-8)]}
    found, = audit(Batch(values, ours(values, apart, **settings), groups, ranks=ranks), settings)
    assert (found.kind, found.groups) == ("split_over_ranks", ("g2",))


def test_ranks_are_not_blamed_for_what_another_definition_explains():
    """Parts of two rows have the numbers of many a definition."""
    for seed in range(20):
        values = rewards(seed, binary=True)
        groups = ids(len(values))
        ranks = np.random.default_rng(seed).integers(0, 4, len(values)).tolist()
        for settings in (VERL, {"method": "pass_at_k_grpo", "k": 9}):
            found = audit(Batch(values, ours(values, groups, method="dr_grpo"), groups, ranks=ranks), settings)
            assert kinds(found) <= {"other_definition"}, seed


def test_one_prompt_under_two_ids_and_two_under_one():
    values = rewards(4)
    groups = ids(len(values))
    prompts = ["p" + group for group in groups]
    prompts[N:2 * N] = prompts[:N]
    prompts[4 * N] = "another"
    theirs = ours(values, groups, **VERL)
    found = by_kind(Batch(values, theirs, groups, prompts), VERL)
    assert found["duplicated_identity"].groups == ("g0", "g1")
    together = ours(values, ["p"] * 2 * N + groups[2 * N:], **VERL)
    assert found["duplicated_identity"].size == pytest.approx(np.abs(theirs - together).max())
    assert found["mixed_identity"].groups == ("g4",)
    assert found["mixed_identity"].size > 0
    assert len(found) == 2


def test_one_prompt_under_two_ids_is_a_note_where_the_parts_share_a_baseline():
    """No exit code knows; and what follows the prompt is no other definition."""
    values = rewards(4)
    groups = ids(len(values))
    prompts = ["p" + group for group in groups]
    prompts[N:2 * N] = prompts[:N]
    report = Report.of([Batch(values, ours(values, prompts, **VERL), groups, prompts)], VERL)
    assert (report.findings, report.exit_code()) == ([], 0)
    note, = report.notes
    assert (note.kind, note.groups) == ("duplicated_identity", ("g0", "g1"))
    assert note.text.endswith("which share one baseline")


@pytest.mark.parametrize("is_known", [True, False], ids=["equal parts", "no advantages"])
def test_one_prompt_under_two_ids_is_a_note_where_nobody_can_tell(is_known):
    values, groups, settings = np.array([1, 0, 0, 1, 0, 1.0]), ["a", "a", "b", "b", "c", "c"], {"method": "grpo"}
    advantages = ours(values, groups, **settings) if is_known else None
    report = Report.of([Batch(values, advantages, groups, ["p"] * 4 + ["q"] * 2)], settings)
    assert (report.findings, report.exit_code()) == ([], 0)
    note, = report.notes
    assert (note.groups, note.text.rpartition(", ")[2]) == (("a", "b"), "the numbers do not tell")


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


def test_counts_and_examples_are_of_the_same_batches():
    """A line of the table for each thing that is said, with its own groups."""
    batches = []
    for step, theirs in enumerate(({"method": "dr_grpo"}, {"method": "rloo"}, {"method": "rloo"}), 1):
        values = rewards(step)
        groups = [f"s{step}-{group}" for group in ids(len(values))]
        batches.append(Batch(values, ours(values, groups, **theirs), groups, step=step))
    report = Report.of(batches, {"method": "grpo"})
    told = {row.text.split(" (step")[0]: (row.batches, row.groups, row.text.partition(" (step ")[2])
            for row in report.rows(report.findings)}
    assert told["the numbers are those of dr_grpo (mean only)"][:2] == (1, 6)
    assert told["the numbers are those of dr_grpo (mean only)"][2].startswith("1: s1-")
    batches, groups, where = told["the numbers are those of rloo (leave-one-out mean)"]
    assert (batches, groups) == (2, 12)
    assert where[:4] in ("2: s", "3: s")


def test_a_file_of_real_rewards():
    """HumanEval: clean under its method, another definition under another; the table, JSON and the page agree."""
    runs = [json.loads(line) for line in DATA.read_text(encoding="utf-8").splitlines()]
    values = np.array([reward for run in runs for reward in run["rewards"]], np.float64)
    groups = [run["group"] for run in runs for _ in run["rewards"]]
    text = lines_of(Batch(values, ours(values, groups, **VERL), groups))
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
    text = lines_of(clean(1, VERL))
    for flags in (["--method", "grpo ddof=1 epsilon=1e-6"], ["--output", "json"], ["--allow-unchecked"]):
        ours_, theirs = command(text, *flags), advctl_audit(sys.executable, text, *flags)
        assert (theirs.returncode, theirs.stdout, theirs.stderr) == (ours_.returncode, ours_.stdout, ours_.stderr)


def test_advctl_audit_says_what_it_needs():
    done = advctl_audit("/nowhere/python3", "")
    assert done.returncode == 2
    assert "cannot run /nowhere/python3: No such file or directory; the audit is part of the Python package" in done.stderr
