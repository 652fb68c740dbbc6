"""The audit says nothing that it has not looked at: what is checked, what is not and why, in reports and exit codes."""

import json

import numpy as np
import pytest

pytest.importorskip("advantaged_local", reason="the oldest packages are tested without the in-process core")
from advantaged import stages  # noqa: E402
from advantaged.audit import Batch, Report, Watch  # noqa: E402
from audit_batches import N, VERL, by_kind, clean, command, ids, lines, ours, rewards, states  # noqa: E402

BINARY = [1, 0, 0, 1]
WRONG = [5, -3, 2, 9]
NAN, INF = float("nan"), float("inf")


def wrong(method, values=BINARY):
    return command(lines(reward=values, advantage=WRONG, group=["g"] * 4), "--method", method)


@pytest.mark.parametrize("method", ["grpo", "grpo pass_at=1,2"])
def test_numbers_that_are_no_methods_are_found(method):
    done = wrong(method)
    assert done.returncode == 1
    assert "nothing that we know gives these numbers" in done.stdout


@pytest.mark.parametrize("method, values, reason", [
    ("grpo expected_group_size=8", BINARY, "a group has 4 responses; expected_group_size is 8"),
    ("pass_at_k_grpo k=8", BINARY, "8 is above 4, the most that a group of 4 responses allows"),
    ("opo", BINARY, "opo needs the length of every response"),
    ("skew_r", [0.9, 0, 0, 0.9], "0.9 is neither 0 nor 1, so the outcomes of a group are unknown"),
    ("dr_grpo", [1e300, 0, 0, 1], "1e+300 is beyond float32"),
])
def test_a_reference_that_cannot_be_computed_is_not_checked_and_says_why(method, values, reason):
    done = wrong(method, values)
    assert done.returncode == 3
    assert reason in done.stdout
    assert "1 not done" in done.stdout
    assert "the method's" not in done.stdout
    allowed = command(lines(reward=values, advantage=WRONG, group=["g"] * 4), "--method", method, "--allow-unchecked")
    assert (allowed.returncode, allowed.stdout) == (0, done.stdout)


def test_what_was_found_beside_what_was_not_checked_exits_with_1():
    text = lines(reward=[1, 0, 0.5, 0.5], advantage=[1, -1, 0.2, 0.2], group=["a", "a", "b", "b"])
    for flags in ([], ["--allow-unchecked"]):
        done = command(text, "--method", "opo", "--output", "json", *flags)
        report = json.loads(done.stdout)
        assert done.returncode == 1
        assert [finding["kind"] for finding in report["findings"]] == ["leak_in_constant_group"]
        assert {entry["check"] for entry in report["unchecked"]} == {"shared_baseline", "other_definition"}


def test_one_group_that_the_method_refuses_does_not_hide_the_others():
    values = rewards(2, binary=True)
    groups = ids(len(values))
    values[0] = 0.5
    advantages = np.zeros(len(values))
    advantages[N:] = ours(values[N:], groups[N:], method="skew_r")
    settings = {"method": "skew_r"}
    batch = Batch(values, advantages, groups)
    report = Report.of([batch], settings)
    assert states(batch, settings)["other_definition"] == ["unchecked", "well"]
    assert (report.findings, report.exit_code()) == ([], 3)
    advantages[3 * N] += 1
    assert by_kind(Batch(values, advantages, groups), settings)["other_definition"].groups == ("g3",)


EVERYTHING = {"prompts": ids(6 * N), "ranks": [0] * 6 * N, "responses": list(range(6 * N)), "lengths": np.full(6 * N, 9),
              "valid": np.ones(6 * N, bool)}


def test_on_sound_data_every_check_is_done():
    """By name and by number: in the text, in JSON and on the page."""
    batches = [clean(seed, VERL, step=seed, **EVERYTHING) for seed in (1, 2)]
    report = Report.of(batches, VERL)
    assert set(states(batches[0], VERL).values()) == {"well"}
    assert report.done == 2 * 14
    assert report.exit_code() == 0
    assert "Checks: 28 done, 0 not done\n" in report.text()
    assert "Checks: 28 done, 0 not done." in report.html()
    assert json.loads(report.json())["checks"] == {"done": 28, "unchecked": 0, "inapplicable": 0}
    for page in (report.text(), report.html()):
        assert "Nothing found: the numbers are the method" in page


def test_what_a_file_does_not_say_does_not_apply():
    """With rewards, advantages and groups alone: half of the checks."""
    report = Report.of([clean(1, VERL)], VERL)
    assert report.done == 8
    assert json.loads(report.json())["checks"] == {"done": 8, "unchecked": 0, "inapplicable": 6}
    assert "6 do not apply" in report.text()


def test_without_advantages_their_checks_do_not_apply():
    done = command(lines(reward=[1, 0, 1, 0], group=["a", "a", "b", "b"], prompt=["p", "p", "q", "r"]), "--output", "json")
    report = json.loads(done.stdout)
    assert done.returncode == 1
    assert [finding["kind"] for finding in report["findings"]] == ["mixed_identity"]
    assert report["checks"] == {"done": 4, "unchecked": 0, "inapplicable": 10}
    well = command(lines(reward=[1, 0, 1, 0], group=["a", "a", "b", "b"]))
    assert well.returncode == 0
    assert "the method's" not in well.stdout


def test_a_batch_that_is_all_masked_is_not_said_to_be_the_methods():
    done = command(lines(reward=[None] * 4, advantage=[0] * 4, group=["a"] * 4, valid=[False] * 4))
    assert done.returncode == 0
    assert "all rows are masked" in done.stdout
    assert "the method's" not in done.stdout


@pytest.mark.parametrize("number", [NAN, INF, -INF])
def test_one_reward_that_is_no_number_does_not_hide_its_step(number):
    values = rewards(3)
    groups = ids(len(values))
    advantages = ours(values, groups, **VERL)
    values[0], advantages[:N] = number, NAN
    found = by_kind(Batch(values, advantages, groups), VERL)
    assert {kind: finding.groups for kind, finding in found.items()} == {
        "reward_not_a_number": ("g0",), "advantage_not_a_number": ("g0",)}
    advantages[4 * N] += 3
    found = by_kind(Batch(values, advantages, groups), VERL)
    assert found["other_definition"].groups == ("g4",)


@pytest.mark.parametrize("numbers", [[NAN] * 4, [INF, -INF, -INF, INF]])
def test_advantages_that_are_no_numbers_are_found_and_not_the_methods(numbers):
    text = lines(reward=BINARY, advantage=numbers, group=["g"] * 4)
    done = command(text, "--output", "json")
    report = json.loads(done.stdout, parse_constant=lambda name: pytest.fail(f"{name} in the report"))
    assert done.returncode == 1
    assert [finding["kind"] for finding in report["findings"]] == ["advantage_not_a_number"]
    assert [entry["check"] for entry in report["unchecked"]] == ["other_definition"]


def test_a_singleton_with_nan_gets_no_number():
    text = lines(reward=[1, 0, 1], advantage=[1, -1, NAN], group=["a", "a", "b"])
    done = command(text, "--output", "json")
    report = json.loads(done.stdout, parse_constant=lambda name: pytest.fail(f"{name} in the report"))
    singleton, = [finding for finding in report["findings"] if finding["kind"] == "singleton"]
    assert singleton["text"].endswith("they get no number")
    assert (singleton["size"], singleton["groups"]) == (0, ["b"])


def test_a_group_of_one_is_no_fault_of_a_method_without_a_baseline():
    batch = Batch(np.array([1.0, 0, 1]), np.array([1.0, 0, 1]), ["a", "a", "b"])
    assert Report.of([batch], {"method": "reinforce"}).exit_code() == 0
    assert by_kind(batch, {"method": "dr_grpo"}).keys() >= {"singleton"}


def test_stages_over_groups_of_one_are_not_checked():
    """What the trainer gave them before the stage, nobody knows."""
    values = np.append(rewards(1), 1.0)
    groups = [*ids(len(values) - 1), "alone"]
    settings = {"method": "dr_grpo", "stages": [stages.Center(), stages.Scale(epsilon=1e-8)]}
    advantages = np.append(ours(values[:-1], groups[:-1], **settings), 0.0)
    report = Report.of([Batch(values, advantages, groups)], settings)
    assert {entry.check for entry in report.unchecked} == {"shared_baseline", "other_definition"}


def test_masked_rows_are_ordinary_and_an_advantage_there_is_found():
    values = rewards(1)
    groups = ids(len(values))
    valid = np.ones(len(values), bool)
    valid[[0, 9, 10]] = False
    advantages = ours(values, groups, valid=valid, **VERL)
    values[0] = NAN
    assert Report.of([Batch(values, advantages, groups, valid=valid)], VERL).exit_code() == 0
    advantages[9] = 0.3
    found = by_kind(Batch(values, advantages, groups, valid=valid), VERL)
    assert {kind: (finding.groups, finding.size) for kind, finding in found.items()} == {"masked_row": (("g1",), 0.3)}


def test_a_masked_row_alone_in_its_group_is_no_group_of_one():
    """It is empty, and has no response at all."""
    rows = lines(reward=[1, 0, None], advantage=[1, -1, 0], valid=[True, True, False], group=["a", "a", "b"])
    done = command(rows)
    assert done.returncode == 0, done.stdout
    assert "Nothing found: the numbers are the method's." in done.stdout


def test_outcomes_beside_shaped_rewards():
    values = rewards(1)
    groups = ids(len(values))
    outcomes = values > 0.2
    advantages = ours(values, groups, outcomes=outcomes, method="skew_r")
    assert Report.of([Batch(values, advantages, groups, outcomes=outcomes)], {"method": "skew_r"}).exit_code() == 0
    assert Report.of([Batch(values, advantages, groups)], {"method": "skew_r"}).exit_code() == 3


def test_rows_without_a_token_are_noted_and_no_exit_code_knows():
    values = np.array([100, 1, 0, 0.0])
    lengths = np.array([0, 3, 3, 3])
    counted = ours(values, ["g"] * 4, **VERL) * (lengths > 0)
    report = Report.of([Batch(values, counted, ["g"] * 4, lengths=lengths)], VERL)
    assert report.exit_code() == 0
    assert [(note.kind, note.groups) for note in report.notes] == [("empty_response", ("g",))]
    assert "worth knowing:\n    rows without a token: rows of the group have no token in the loss" in report.text()
    assert "Worth knowing" in report.html()
    dropped = np.append(0.0, ours(values[1:], ["g"] * 3, **VERL))
    found = by_kind(Batch(values, dropped, ["g"] * 4, lengths=lengths), VERL)
    assert "rows without a token left out of the baseline" in found["other_definition"].text


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("numbers", [[1e300, -1e300, 0, 1], [1e-300, 2e-300, 0, 1e-310], [3e38, -3e38, 3e38, 0], [INF, 1, 2, NAN]])
def test_extreme_numbers_end_in_a_report(numbers):
    """Split over ranks and over ids, where the most is tried out; as rewards and as advantages."""
    groups, others = ["a", "a", "b", "b"] * 2, {"prompts": ["p"] * 8, "ranks": [0, 1] * 4, "responses": [0, 1, 2, 3] * 2}
    for values, advantages in ((numbers * 2, BINARY * 2), (BINARY * 2, numbers * 2), (numbers * 2, numbers * 2)):
        for settings in ({"method": "grpo"}, {"method": "skew_r", "success_threshold": 0.5}, {"method": "max_rl"}):
            report = Report.of([Batch(np.array(values, float), np.array(advantages, float), groups, **others)], settings)
            assert report.exit_code() in (0, 1, 3)
            assert report.text() and report.html() and json.loads(report.json(), parse_constant=pytest.fail)


def test_settings_that_can_never_work_are_wrong_usage():
    for method in ("gropo", "grpo k=3", "grpo epsilon=abc", "grpo stage=center", "grpo ddof=9", "pass_at_k_grpo k=0"):
        done = wrong(method)
        assert done.returncode == 2, method
        assert "Traceback" not in done.stderr
        assert done.stderr.startswith("advantaged audit: ")
    with pytest.raises(ValueError, match="gropo"):
        Watch(len, method="gropo")


def test_help_names_the_exit_codes():
    done = command("", "--help")
    for text in ("--allow-unchecked", "1  something was found", "3  nothing was found, but something could not be checked"):
        assert text in done.stdout
