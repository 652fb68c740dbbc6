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


def test_violations_have_what_their_texts_name_as_numbers(backend):
    with pytest.raises(InvalidArgument) as caught:
        backend.compute([1, 0, 1, 1], groups=list("aabb"), method="rloo", trajectory_ids=["x", "y", "y", "z"])
    violation, = caught.value.violations
    assert [(one.kind, one.number, one.group_id, one.label) for one in violation.mentions] == [
        ("trajectory", 1, None, "y"), ("group", 1, 1, "b"), ("row", 1, None, None), ("trajectory", 1, None, "y"),
        ("group", 0, 0, "a")]
    assert [violation.description[one.begin:one.end] for one in violation.mentions] == [
        "trajectory 'y'", "group 1 (id 'b')", "row 1", "trajectory 'y'", "group 0 (id 'a')"]
    field, description = violation  # still a pair
    assert pickle.loads(pickle.dumps(caught.value)).violations[0].mentions == violation.mentions
    assert (field, description) == (violation.field, violation.description)


def test_values_are_numbers(backend):
    with pytest.raises(InvalidArgument) as caught:
        backend.compute([1, 0, 0.5, 1], groups=2, method="skew_r")
    value, group = caught.value.violations[0].mentions
    assert (value.kind, value.number) == ("value", 0.5) and (group.kind, group.number, group.label) == ("group", 1, None)
