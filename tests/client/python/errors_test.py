"""What an error says."""

import pickle

import pytest
from advantaged import errors
from advantaged.errors import InvalidArgument, Violation


def test_what_is_wrong_with_several_groups_in_the_same_way_is_said_once(backend):
    with pytest.raises(InvalidArgument) as caught:
        backend.compute([0.5, 0.25, 0, 1, 0.75, 0, 0, 1, 1, 0, 0, 1e-3], groups=4, method="pass_at_k_grpo", k=2)
    assert [field for field, _ in caught.value.violations] == ["rewards[0]", "rewards[4]", "rewards[11]"]
    assert str(caught.value).count("neither 0 nor 1") == 1
    assert str(caught.value).startswith("rewards[0]: 0.5 is neither 0 nor 1, so the outcomes of group 0 are unknown")
    assert str(caught.value).endswith("(and 2 more like it)")


def test_groups_by_the_callers_ids_are_alike_too(backend):
    with pytest.raises(InvalidArgument, match=r"group 0 \(id 'a'\) has 4.*\(and 1 more like it\)$") as caught:
        backend.compute([1.0, 0, 0, 1] * 2, groups=["a"] * 4 + ["b7"] * 4, method="grpo", expected_group_size=3)
    assert "b7" in caught.value.violations[1].description


def test_what_is_wrong_in_different_ways_is_all_said():
    error = InvalidArgument([Violation("rewards[1]", "nan is not finite"), Violation("k", "9 is above 8"),
                             Violation("rewards[2]", "nan is not finite"), Violation("lengths", "not set")])
    assert str(error) == "rewards[1]: nan is not finite (and 1 more like it); k: 9 is above 8; lengths: not set"
    assert str(pickle.loads(pickle.dumps(error))) == str(error)
    assert str(errors.wrong("k", "9")) == "k: 9"


def test_a_count_of_further_violations_stands_by_itself():
    error = InvalidArgument([Violation("pass_at[0]", "0 is below 1"), Violation("", "and 1134 more")])
    assert str(error) == "pass_at[0]: 0 is below 1; and 1134 more"
