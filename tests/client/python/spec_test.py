"""What a trainer's configuration says, and schedules."""

import argparse

import advantaged
import pytest
from advantaged import methods, stages
from advantaged.integrations.spec import Schedule, Spec


def test_a_spec_is_the_arguments_of_compute():
    spec = Spec.read({"method": "pass_at_k_grpo", "k": 4, "pass_at": [1, 4], "small_group": "clamp_k", "run": None,
                      "stages": ["center", {"scale": {"epsilon": 1e-6}}, {"clip": {"low": -5.0, "high": 5.0}}]},
                     where="algorithm")
    assert spec.method == "pass_at_k_grpo"
    assert spec.at(None) == {
        "method": methods.PassAtKGrpo(k=4), "pass_at": [1, 4], "small_group": "clamp_k",
        "stages": [stages.Center(), stages.Scale(epsilon=1e-6), stages.Clip(-5, 5)]}


def test_namespaces_and_objects_are_read():
    assert Spec.read(argparse.Namespace(method="rloo"), where="x").at(0) == {"method": methods.Rloo()}
    assert Spec.read({"method": methods.SkewR()}, where="x").at(0) == {"method": methods.SkewR()}


@pytest.mark.parametrize("text, is_whole, values", [
    ("8 -> 1 over 200", True, {0: 8, 1: 8, 100: 4, 199: 1, 200: 1, 10**6: 1}), ("1->2 over 0", True, {0: 2, 5: 2}),
    ("0.5 -> 1.5 over 4", False, {0: 0.5, 1: 0.75, 4: 1.5}), ("1e-3 -> 0 over 10", False, {0: 1e-3, 5: 5e-4, 10: 0}),
    ("0 -> 2 over 4", False, {0: 0, 1: 0.5, 3: 1.5, 4: 2}),
    ("8@0 4@100 1@200", True, {0: 8, 50: 6, 99: 4, 100: 4, 150: 2, 200: 1, 10**6: 1}),
    (" 4@10\t1@12 ", True, {0: 4, 10: 4, 11: 2, 12: 1, 13: 1}),  # 2.5 is rounded to even
    ("1@0 3@2 3@4 .5@5", False, {0: 1, 1: 2, 3: 3, 4: 3, 5: 0.5}), ("-1e-1@0 1e-1@2", False, {0: -0.1, 1: 0, 2: 0.1})])
def test_schedules(text, is_whole, values):
    schedule = Schedule.parse(text, is_whole)
    assert {step: schedule.at(step) for step in values} == values
    assert all(isinstance(schedule.at(step), int) == is_whole for step in values)
    assert Schedule.parse(str(schedule), is_whole) == schedule


@pytest.mark.parametrize("text", ["8@0", "8@0 4@0", "8@9 4@3", "8@0 4", "8@0,4@9", "8@0 4@9.5", "8@0 4@3 x", "8@0 4@-1", "8 -> 4@9",
                                  "@0 @9", "", "8 -> 1", "8 -> 1 over 2 over 3", "8.0@0 1@9", "8@0 1e0@9", "nan@0 1@9"])
def test_what_is_no_schedule_of_whole_numbers(text):
    assert Schedule.parse(text, True) is None


def test_every_point_of_a_schedule_is_one_at_which_settings_are_tried():
    spec = Spec.parse("pass_at_k_grpo k='2@5 9@7 1@9' success_threshold='1 -> 0 over 4'", where="x")
    assert spec.turns() == [0, 4, 5, 7, 9] and spec.schedules["k"].largest == 9
    assert spec.described()["k"] == "2@5 9@7 1@9" and spec.success_threshold(1) == 0.75


def test_the_setting_says_whether_a_schedule_is_of_whole_numbers():
    """However its ends are written: a K of 3.97 at step 1 would end the training, a gamma of 0, 0, 0, 1 would shape it."""
    assert Spec.parse("focal gamma='0 -> 2 over 100' base=grpo", where="x").at(1)["method"] == methods.Focal(0.02, "grpo")
    assert Spec.parse("pass_at_k_grpo k='4 -> 1 over 100'", where="x").at(1)["method"] == methods.PassAtKGrpo(k=4)
    with pytest.raises(ValueError, match="x.k: '4.0 -> 1.0 over 100'; it must be a whole number"):
        Spec.parse("pass_at_k_grpo k='4.0 -> 1.0 over 100'", where="x")
    with pytest.raises(ValueError, match="x.k: '4 -> 1e0 over 100'; it must be a whole number"):
        Spec.read({"method": "pass_at_k_grpo", "k": "4 -> 1e0 over 100"}, where="x")


def test_a_schedule_is_resolved_and_logged():
    spec = Spec.read({"method": "pass_at_k_rloo", "k": "8 -> 2 over 6"}, where="algorithm")
    assert list(spec.schedules) == ["k"]
    assert spec.at(3)["method"] == methods.PassAtKRloo(k=5)
    assert spec.scheduled(3) == {"k": 5}
    with pytest.raises(ValueError, match="algorithm.k: a schedule, but the trainer says no step"):
        spec.at(None)


def test_texts_of_a_configuration_are_read_as_in_a_line():
    """What a command line of Hydra gives: +algorithm.advantaged.pass_at=4 is a number or a text, as Hydra likes."""
    lists = {"pass_at": "1,4", "stages": "center,scale(epsilon=1e-6),clip(-5,5)", "small_group": "raw"}
    chain = [stages.Center(), stages.Scale(epsilon=1e-6), stages.Clip(-5, 5)]
    assert Spec.read({"method": "focal", "gamma": "2", "base": "grpo", **lists}, where="x").at(0) == {
        "method": methods.Focal(2, "grpo"), "pass_at": [1, 4], "stages": chain, "small_group": "raw"}
    assert Spec.read({"method": "rloo", "stages": ["center", "scale(epsilon=1e-6)", "clip(-5,5)"]},
                     where="x").at(0)["stages"] == chain
    formula = {"method": "surrogate", "formula": "rho + a*rho_k", "k": 2, "constants": "a=0.5"}
    assert Spec.read(formula, where="x").at(0) == {"method": methods.Surrogate("rho + a*rho_k", 2, {"a": 0.5})}


@pytest.mark.parametrize("text, arguments", [
    ("pass_at_k_grpo k=4", {"method": methods.PassAtKGrpo(k=4)}),
    ("grpo ddof=1 epsilon=1e-6 zero_unless_mixed=true", {"method": methods.Grpo(1, 1e-6), "zero_unless_mixed": True}),
    ("rloo pass_at=1,4,8", {"method": methods.Rloo(), "pass_at": [1, 4, 8]}),
    ("rloo pass_at=4", {"method": methods.Rloo(), "pass_at": [4]}),
    ("surrogate formula='rho + a' constants=a=0.5,b=1",
     {"method": methods.Surrogate("rho + a", constants={"a": 0.5, "b": 1})}),
    ("focal gamma='2 -> 0 over 10' base=grpo", {"method": methods.Focal(2, "grpo")})])
def test_one_line(text, arguments, monkeypatch):
    monkeypatch.setenv("ADVANTAGED_METHOD", text)
    assert Spec.from_environment().at(0) == arguments


def test_no_environment_is_no_spec(monkeypatch):
    monkeypatch.delenv("ADVANTAGED_METHOD", raising=False)
    assert Spec.from_environment() is None


@pytest.mark.parametrize("mapping, text", [
    ({}, "algorithm.method: not set"), ({"method": "grp"}, "algorithm: method: there is no 'grp'; did you mean 'grpo'"),
    ({"method": "grpo", "ddoff": 1}, "algorithm.ddoff: no setting of advantaged; did you mean 'ddof'"),
    ({"method": "GRPO"}, "algorithm: method: there is no 'GRPO'; did you mean 'grpo'"),
    ({"method": "rloo", "missing": "mask"}, "algorithm.missing: no setting of an adapter"),
    ({"method": "rloo", "pass_at": "1,,4"}, "algorithm.pass_at: '1,,4'; it must be whole numbers, as in 1,4,8"),
    ({"method": "rloo", "small_group": "RAW"}, "algorithm.small_group: 'RAW'; it must be .*; did you mean 'raw'"),
    ({"method": "rloo", "stages": ["centre"]}, "algorithm.stages: 'centre'; .*'centre' is no stage; did you mean 'cent"),
    ({"method": "grpo", "k": 2}, "algorithm.k: no parameter of grpo"),
    ({"method": "pass_at_k_grpo"}, "algorithm: pass_at_k_grpo needs the parameter k"),
    ({"method": "rloo", "stages": [{"centre": {}}]}, r"algorithm.stages\[0\]: \{'centre': \{\}\}; it must be one of"),
    ({"method": "rloo", "stages": [{"scale": {"eps": 1}}]}, r"algorithm.stages\[0\].scale: .*'eps'")])
def test_what_is_wrong_is_named_before_the_training_begins(mapping, text):
    with pytest.raises(ValueError, match=f"^{text}"):
        Spec.read(mapping, where="algorithm")


def test_importing_adapters_imports_no_framework():
    import subprocess
    import sys

    code = "import sys, advantaged.integrations.spec; print([m for m in ('torch', 'verl', 'trl', 'ray') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_the_arguments_are_taken_by_compute():
    spec = Spec.read({"method": "grpo", "stages": ["center"], "allow_recentering": False}, where="x")
    pytest.importorskip("advantaged_local")
    assert advantaged.LocalBackend().compute([1, 0], groups=2, **spec.at(0)).advantages == [1, -1]
