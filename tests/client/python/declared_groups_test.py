"""What groups declare, limits of the same spelling as the rewards, empty batches: the same remote and in-process."""

import numpy as np
import pytest
from advantaged import InvalidArgument, stages

REWARDS = [1, 0, 0, 1, 1, 0, 1]
SIZES = [4, 2, 1]


def compute(backend, **arguments):
    return backend.compute(REWARDS, **{"group_sizes": SIZES, "expected_group_size": 4, "method": "dr_grpo", **arguments})


def test_incomplete_groups_are_an_error_that_names_the_setting(backend):
    with pytest.raises(InvalidArgument, match="declared_small_group"):
        compute(backend)
    with pytest.raises(InvalidArgument, match="needs at least 2; declared_small_group"):
        compute(backend, expected_group_size=None)


@pytest.mark.parametrize("policy, alone", [("zero", 0), ("raw", 1), ("clamp_k", 0)])
def test_incomplete_groups_are_computed_where_the_method_can(backend, policy, alone):
    result = compute(backend, declared_small_group=policy)
    assert result.advantages == [.5, -.5, -.5, .5, .5, -.5, alone]
    assert result.summary["incomplete_groups"] == 2 and result.summary["small_groups"] == 0
    (code, message), = result.warnings
    assert code == "incomplete_groups" and message.startswith("2 groups declare fewer than 4 responses")


def test_larger_groups_stay_an_error(backend):
    with pytest.raises(InvalidArgument, match="has 4 responses; expected_group_size is 2"):
        compute(backend, expected_group_size=2, declared_small_group="zero")


def test_a_group_that_is_all_masked_is_empty_whatever_it_declares(backend):
    result = compute(backend, valid=[1, 1, 1, 1, 0, 0, 0])
    assert result.summary["empty_groups"] == 2 and result.summary["incomplete_groups"] == 0


@pytest.mark.parametrize("chain", [[stages.Center()], [stages.Scale(weighting="tokens")], [stages.Clip(low=-1)],
                                   [stages.Center(), stages.Scale(spread="rewards"), stages.Clip(high=1)]])
def test_a_batch_that_is_all_masked_passes_every_stage(backend, chain):
    result = backend.compute([np.nan] * 4, groups=2, method="grpo", valid=[0] * 4, lengths=[1, 2, 3, 4], stages=chain)
    assert result.advantages == [0, 0, 0, 0]


def test_a_reward_meets_the_threshold_of_the_same_spelling(backend):
    for hundredths in range(1, 100):
        threshold = float(f"0.{hundredths:02}")
        stats = backend.compute([threshold, threshold - 0.001], groups=2, method="rloo", success_threshold=threshold).stats
        assert stats.c.tolist() == [1], threshold
    assert backend.compute([.7, .7, .7, .2], groups=4, method="rloo", success_threshold=.7).stats.c.tolist() == [3]


@pytest.mark.parametrize("threshold, why", [(1e-60, "1e-60 is 0 in float32"), (-1e39, "is beyond float32")])
def test_a_threshold_that_is_another_number_in_float32_is_refused(backend, threshold, why):
    with pytest.raises(InvalidArgument, match=f"success_threshold: {why}|success_threshold: -1e.39 {why}"):
        backend.compute([1, 0], groups=2, method="rloo", success_threshold=threshold)


def test_two_decimals_that_differ_by_the_tolerance_are_constant(backend):
    assert backend.compute([.3, .1], groups=2, method="rloo", constant_tolerance=.2).advantages == [0, 0]
    assert backend.compute([.3, .1], groups=2, method="rloo", constant_tolerance=.19).advantages != [0, 0]


def test_padding_that_shares_an_id_over_groups_does_no_harm(backend):
    result = backend.compute([1, np.nan, 0, 0, np.nan, 1], groups=3, method="dr_grpo", valid=[1, 0, 1, 1, 0, 1],
                             trajectory_ids=["a", "pad", "b", "c", "pad", "d"])
    assert result.advantages == [.5, 0, -.5, -.5, 0, .5]
