"""What explains a trainer's numbers: a known definition, a clip, or groups that are not those of the ids; and that several
explanations are said to be several."""

import numpy as np
import pytest

pytest.importorskip("advantaged_local", reason="the oldest packages are tested without the in-process core")
from advantaged import stages  # noqa: E402
from advantaged.audit import Batch, Report  # noqa: E402
from advantaged.audit.variants import VARIANTS  # noqa: E402
from audit_batches import N, VERL, by_kind, ids, kinds, ours, rewards  # noqa: E402

DR_GRPO = {"method": "dr_grpo"}


def explained(values, theirs, groups=None, settings=None, **others):
    """The one finding about numbers that are those of `theirs`."""
    groups = groups or ids(len(values))
    lengths = {"lengths": others["lengths"]} if "lengths" in others else {}
    batch = Batch(values, ours(values, groups, **theirs, **lengths), groups, **others)
    finding, = Report.of([batch], settings or {"method": "grpo"}).findings
    return finding


@pytest.mark.parametrize("theirs, reason", [
    (VERL, "grpo with ddof 1, epsilon 1e-6 (verl, slime, SkyRL)"),
    ({"method": "grpo", "ddof": 1, "epsilon": 0.05}, "nothing that we know"),
    (DR_GRPO, "dr_grpo (mean only)"), ({"method": "rloo"}, "rloo (leave-one-out mean)"),
    ({"method": "dr_grpo", "stages": [stages.Center(), stages.Scale(ddof=1, epsilon=1e-8)]}, "whitened over the batch"),
    ({"method": "grpo", "stages": [stages.Clip(-1, 1)]}, "grpo (the paper: ddof 0), clipped")], ids=str)
def test_why_the_numbers_are_others(theirs, reason):
    finding = explained(rewards(9), theirs)
    assert finding.kind == "other_definition"
    assert reason in finding.text


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.name)
def test_every_known_variant_is_recognized(variant):
    values = np.abs(rewards(11)) + 0.1
    lengths = np.random.default_rng(1).integers(1, 50, len(values))
    finding = explained(values, variant.settings, settings={"method": "skew_r", "success_threshold": 0.5}, lengths=lengths)
    assert finding.kind == "other_definition"
    assert variant.name in finding.text


def test_whitening_over_tokens_is_told_from_whitening_over_responses():
    """REINFORCE++ with a baseline, as verl 0.9.1 and OpenRLHF 0.11.2 compute it on these rewards and lengths."""
    values, groups = np.array([1, 0, 0, 1, 0, 0, 1, 0.0]), ["g"] * 8
    lengths = np.array([10, 40, 30, 5, 25, 20, 60, 15])
    centred = values - values.mean()
    mean = (centred * lengths).sum() / lengths.sum()
    variance = ((centred - mean) ** 2 * lengths).sum() / lengths.sum()
    count = lengths.sum()
    verl = (centred - mean) / np.sqrt(variance * count / (count - 1) + 1e-8)
    for numbers, name in ((verl, "verl reinforce_plus_plus"), ((centred - mean) / np.sqrt(variance), "OpenRLHF reinforce")):
        found = by_kind(Batch(values, numbers, groups, lengths=lengths), {"method": "grpo"})
        assert name in found["other_definition"].text


def test_several_explanations_are_said_to_be_several():
    """An epsilon of 1e-6 and one of 1e-9 make no difference that a file could show."""
    finding = explained(rewards(9), VERL)
    assert finding.text.startswith("several explanations give these numbers, and which it is cannot be told: ")
    assert "verl" in finding.text
    assert "OpenRLHF group_norm" in finding.text
    alone = explained(rewards(9), {"method": "rloo"})
    assert alone.text == "the numbers are those of rloo (leave-one-out mean)"


def test_a_definition_is_named_only_if_all_other_groups_have_its_numbers():
    values = rewards(9)
    groups = ids(len(values))
    mixed = ours(values, groups, method="rloo")
    mixed[:N] = ours(values[:N], groups[:N], method="dr_grpo")
    found = by_kind(Batch(values, mixed, groups), {"method": "grpo"})
    assert "nothing that we know gives these numbers" in found["other_definition"].text


@pytest.mark.parametrize("values, numbers", [
    ([1, 1, 1, 0, 0, 0, 0, 1], [.7, .7, .7, -.2, -.2, -.2, -.2, .7]),  # anything two-valued
    ([1, 1, 1, 0, 0, 0, 0, 0], [.7, .7, .7, -.2, 0, 0, 0, 0]),  # 0 in a constant group agrees with everything
    ([1, 1, 0, 0, 1, 0, 0, 0], [.5, .5, -.5, -.5, .6, -.4, -.4, -.4]),  # a limit that is nobody's number
])
def test_a_clip_explains_only_what_was_cut_off_beside_what_was_not(values, numbers):
    batch = Batch(np.array(values, float), np.array(numbers), ["a"] * 4 + ["b"] * 4)
    for settings in ({"method": "grpo"}, {"method": "skew_r"}):
        assert "clipped" not in by_kind(batch, settings)["other_definition"].text


@pytest.mark.parametrize("clip", [stages.Clip(-1, 1), stages.Clip(high=1), stages.Clip(low=-0.5)], ids=str)
def test_a_clip_of_the_methods_own_numbers_is_recognized(clip):
    values = np.array([1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 0, 1, 1, 1, 0, 0, 1, 0, 0, 1, 0], float)
    finding = explained(values, {"method": "grpo", "stages": [clip]}, settings=VERL)
    assert "grpo (the paper: ddof 0), clipped" in finding.text


INTERLEAVED = {"prompts": ["p1", "p2"] * 4, "values": np.array([1, 0, 1, 0, 1, 0, 0, 1.0])}


@pytest.mark.parametrize("settings", [DR_GRPO, {"method": "grpo"}, {"method": "rloo"}], ids=str)
def test_contiguous_cuts_of_interleaved_prompts_are_a_fault(settings):
    """p1 has rewards 1,1,1,0 and gets .5,.5,.5,-.5; p2 has 0,0,0,1 and gets -.5,-.5,-.5,.5."""
    values, prompts = INTERLEAVED["values"], INTERLEAVED["prompts"]
    batch = Batch(values, values - 0.5, prompts)
    found = by_kind(batch, settings)
    assert found.keys() == {"shared_baseline"}
    assert found["shared_baseline"].groups == ("p1", "p2")
    assert found["shared_baseline"].text.startswith("one baseline for several groups: ")
    for what in ("the whole batch was taken for one group", "cut into 4 rows each", "cannot be told"):
        assert what in found["shared_baseline"].text
    sized = by_kind(batch, {**settings, "expected_group_size": 4})
    assert sized["shared_baseline"].text == found["shared_baseline"].text


def test_which_cut_it_was_is_said_where_it_can_be():
    values = rewards(12)
    order = np.arange(len(values)).reshape(6, N).T.ravel()  # prompts take turns
    groups = [ids(len(values))[row] for row in order]
    cut = ours(values, ids(len(values)), **VERL)
    found = by_kind(Batch(values, cut, groups), VERL)
    assert found.keys() == {"shared_baseline"}
    assert found["shared_baseline"].text == ("one baseline for several groups: the batch was cut into 8 rows each, "
                                             "whatever their groups")
    whole = by_kind(Batch(values, ours(values, ["all"] * len(values), **VERL), groups), VERL)
    assert whole["shared_baseline"].text == ("one baseline for several groups: the whole batch was taken for one group")


def test_a_rank_as_one_group_is_a_fault():
    values = rewards(13)
    groups = ids(len(values))
    ranks = [row // (3 * N) for row in range(len(values))]
    responses = [row % N for row in range(len(values))]  # of each group
    found = by_kind(Batch(values, ours(values, ranks, **VERL), groups, ranks=ranks, responses=responses), VERL)
    assert found.keys() == {"shared_baseline"}
    assert found["shared_baseline"].text.endswith("the rows of each rank were taken for one group")


@pytest.mark.parametrize("is_in_file", [True, False], ids=["masked", "missing"])
def test_rows_removed_before_the_cut_are_a_fault(is_in_file):
    """One failed rollout shifts every group behind it."""
    values = rewards(14)
    groups = ids(len(values))
    kept = np.ones(len(values), bool)
    kept[[3, 2 * N + 1]] = False
    shifted = np.zeros(len(values))
    left = int(kept.sum())
    shifted[kept] = ours(values[kept], [row // N for row in range(left)], **VERL)
    if is_in_file:
        batch = Batch(values, shifted, groups, valid=kept)
    else:
        batch = Batch(values[kept], shifted[kept], [group for group, keep in zip(groups, kept) if keep])
    found = by_kind(batch, VERL)
    assert found.keys() == {"shared_baseline"}
    assert "cut into 8 rows each" in found["shared_baseline"].text
    assert ("rows were removed" in found["shared_baseline"].text) == is_in_file


def test_what_a_shared_baseline_gives_to_constant_groups_is_not_reported_again():
    values = rewards(15)
    values[:N] = 1
    groups = ids(len(values))
    found = by_kind(Batch(values, ours(values, ["all"] * len(values), **VERL), groups), VERL)
    assert found.keys() == {"shared_baseline"}
    assert found["shared_baseline"].total == 6


def test_a_definition_over_the_batch_may_be_one_baseline_as_well_and_it_is_said():
    """REINFORCE++ is GRPO of the whole batch: by its numbers, nobody can tell which was meant."""
    values = rewards(16, binary=True)
    lengths = np.full(len(values), 10)
    theirs = {"method": "reinforce", "stages": [stages.Center(weighting="tokens"), stages.Scale(weighting="tokens")]}
    finding = explained(values, theirs, lengths=lengths)
    for what in ("cannot be told", "OpenRLHF reinforce", "the whole batch was taken for one group"):
        assert what in finding.text


@pytest.mark.parametrize("values, responses, right, by_row", [
    ([1, 1, 1, 0], ["r1", "r1", "r1", "r2"], [.5, .5, .5, -.5], [.25, .25, .25, -.75]),
    ([0, 0, 1, 1], ["r1", "r1", "r2", "r3"], [-2 / 3, -2 / 3, 1 / 3, 1 / 3], [-.5, -.5, .5, .5])])
def test_the_reference_counts_responses_and_not_rows(values, responses, right, by_row):
    values = np.array(values, float)
    report = Report.of([Batch(values, np.array(right), ["g"] * 4, responses=responses)], DR_GRPO)
    assert (report.findings, report.exit_code()) == ([], 0)
    found = by_kind(Batch(values, np.array(by_row), ["g"] * 4, responses=responses), DR_GRPO)
    assert {kind: finding.groups for kind, finding in found.items()} == {"rows_as_responses": ("g",)}
    assert found["rows_as_responses"].size == pytest.approx(np.abs(np.array(right) - by_row).max())


def test_rows_of_a_response_with_other_rewards_are_not_checked_unless_the_method_says_which_counts():
    values = np.array([1, 0.5, 0, 1])
    batch = Batch(values, np.array([.25, .25, -.25, .75]), ["g"] * 4, responses=["a", "a", "b", "c"])
    report = Report.of([batch], DR_GRPO)
    assert report.exit_code() == 3
    assert "trajectory_reward says which of them" in report.text()
    last = {**DR_GRPO, "trajectory_reward": "last"}
    assert Report.of([Batch(values, np.array([0, 0, -.5, .5]), ["g"] * 4, responses=["a", "a", "b", "c"])], last).exit_code() == 0
    by_row = Batch(values, values - values.mean(), ["g"] * 4, responses=["a", "a", "b", "c"])
    assert by_kind(by_row, last).keys() == {"rows_as_responses"}
    rloo = Batch(values, np.array([0, 0, -.75, .75]), ["g"] * 4, responses=["a", "a", "b", "c"])
    assert "rloo" in by_kind(rloo, last)["other_definition"].text
    assert "there are no trajectory_ids" in Report.of([Batch(values, values, ["g"] * 4)], last).text()


def test_an_id_of_a_response_counts_within_its_group():
    values = rewards(1)
    groups = ids(len(values))
    responses = [row % N for row in range(len(values))]
    assert Report.of([Batch(values, ours(values, groups, **VERL), groups, responses=responses)], VERL).exit_code() == 0


def test_small_groups_are_compared_by_their_own_size():
    """One group of rewards in thousands does not hide what happens to one of rewards in thousandths."""
    values = rewards(17)
    values[:N] *= 1e6
    groups = ids(len(values))
    advantages = ours(values, groups, **DR_GRPO)
    advantages[3 * N] *= 1.5
    assert by_kind(Batch(values, advantages, groups), DR_GRPO)["other_definition"].groups == ("g3",)


@pytest.mark.parametrize("decimals", [3, 4, 5])
@pytest.mark.parametrize("settings", [VERL, DR_GRPO, {"method": "rloo"}], ids=str)
def test_numbers_rounded_in_the_file_are_the_methods(settings, decimals):
    values = rewards(19)
    groups = ids(len(values))
    rounded = ours(values, groups, **settings).round(decimals)
    assert Report.of([Batch(values, rounded, groups)], settings).exit_code() == 0
    rounded[5] += 0.01
    assert by_kind(Batch(values, rounded, groups), settings)["other_definition"].groups == ("g0",)


def test_rounding_in_a_trainers_float32_is_no_other_definition():
    values = rewards(18) * 1e-3 + 1000
    groups = ids(len(values))
    narrow = values.astype(np.float32).reshape(-1, N)
    centred = narrow - narrow.mean(1, keepdims=True)
    theirs = centred / (narrow.std(1, ddof=1, keepdims=True) + np.float32(1e-6))
    assert kinds(Report.of([Batch(values, theirs.reshape(-1).astype(float), groups)], VERL).findings) <= {"noise_as_signal"}
