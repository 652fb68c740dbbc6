"""One line says every setting that compute takes: docs/settings.md has the grammar, `write` and `parse` keep to it."""

import os
import pathlib
import random
import re
import struct
import sys
import typing

import advantaged
import numpy as np
import pytest
from advantaged import _arguments, line, methods, stages
from advantaged.line import Schedule

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "catalogue"))
import catalogue  # noqa: E402

PAGE = (pathlib.Path(os.environ["SOURCE_DIR"]) / "docs" / "settings.md").read_text("utf-8")
METHODS = {name: next(method for method in methods.names() if name in methods.parameter_names(method))
           for name in methods.ALL_PARAMETERS}

# A value of every argument that is no array, and the text that says it.
SAMPLES = {
    "method": ("rloo", None),
    "expected_group_size": (8, "8"), "trajectory_reward": ("last", "last"), "success_threshold": (0.7, "0.7"),
    "shape_rewards": (True, "true"), "zero_unless_mixed": (False, "false"), "constant_tolerance": (1e-300, "1e-300"),
    "stages": ([stages.Center(), stages.Center("tokens"), stages.Scale("tokens", "rewards", 1, 1e-8, True),
                stages.Clip(-5, 5), stages.Clip(high=0.5), stages.Clip(low=-1e22)],
               "center,center(weighting=tokens),scale(weighting=tokens,spread=rewards,ddof=1,epsilon=1e-08,"
               "epsilon_inside_root=true),clip(-5,5),clip(high=0.5),clip(low=-1e+22)"),
    "allow_recentering": (True, "true"),
    "batch_moments": ([stages.Moments(64, 0.25, 12), stages.Moments(1, -2, 0)], "(64,0.25,12),(1,-2,0)"),
    "moments_only": (True, "true"), "small_group": ("clamp_k", "clamp_k"),
    "declared_small_group": ("zero", "zero"),
    "empty_responses": ("drop", "drop"), "pass_at": ([1, 4, 8], "1,4,8"),
    "statistics": (False, "false"), "required_numerics_version": (1, "1"), "run": ("sft-1", "sft-1"),
    "observe": (False, "false"),**{name: (line.read_value(name, text), text) for name, text in catalogue.EXAMPLES.items()},
    "missing": ("mask", "mask"), "out_dtype": ("float64", "float64"), "deadline": (2.5, "2.5"),
}


def test_every_argument_that_is_no_array_comes_back_from_a_line():
    """The real list: an argument that nobody has thought of here, or that no line can say, fails."""
    taken = set(typing.get_type_hints(_arguments.Arguments)) - _arguments.ARRAYS - {"step"}
    assert taken == set(SAMPLES)
    for name in taken - {"method"}:
        value, text = SAMPLES[name]
        written = line.write({"method": "rloo", name: value})
        assert written == f"rloo {name}={text}"
        assert line.parse(written) == {"method": "rloo", name: value}
    everything = {name: value for name, (value, _) in SAMPLES.items()}
    assert line.parse(line.write(everything)) == everything


@pytest.mark.parametrize("name", methods.names())
def test_a_method_object_is_written_with_its_parameters(name):
    parameters = {parameter: SAMPLES[parameter][0] for parameter in methods.parameter_names(name)}
    method = methods.from_name(name, **parameters)
    read = line.parse(line.write({"method": method, "run": None}))
    assert methods.from_name(read.pop("method"), **read) == method


def test_numbers_come_back_as_the_same_double():
    generator = random.Random(0)
    for bits in [generator.getrandbits(64) for _ in range(2000)] + [1, 1 << 63, 0x7FEFFFFFFFFFFFFF]:
        number, = struct.unpack("<d", struct.pack("<Q", bits))
        if np.isfinite(number):
            read = line.parse(line.write({"method": "grpo", "epsilon": number, "stages": [stages.Clip(number, 1)]}))
            assert struct.pack("<d", read["epsilon"]) == struct.pack("<d", number)
            assert struct.pack("<d", read["stages"][0].low) == struct.pack("<d", number)


@pytest.mark.parametrize("text", ["", " ", "a b", "it's", 'a "b"', "'a' \"b\"", "a=b, (c)", "\\", "\\'", "tab\there\n", "ρ"])
def test_texts_come_back_whatever_stands_in_them(text):
    assert line.parse(line.write({"method": "surrogate", "formula": text, "run": "x"})) == {
        "method": "surrogate", "formula": text, "run": "x"}


def test_other_types_of_python_are_written_as_what_they_say():
    written = line.write({"method": "grpo", "ddof": np.int64(1), "epsilon": np.float32(0.5), "observe": np.True_,
                          "pass_at": 4, "out_dtype": np.float64, "constants": [("a", 1)],
                          "tables": [{"n": 1, "advantage_correct": [0, 1], "advantage_wrong": [0, 1]}],
                          "stages": (stages.Center(),)})
    assert written == ("grpo ddof=1 epsilon=0.5 observe=true pass_at=4 out_dtype=float64 constants=a=1 "
                       "tables=(1,(0,1),(0,1)) stages=center")


@pytest.mark.parametrize("text, settings", [
    ("rloo", {}), (" rloo\n  run=a\t", {"run": "a"}), ("rloo pass_at=", {"pass_at": []}), ("rloo stages=", {"stages": []}),
    ("rloo 'pass_at=1, 4'", {"pass_at": [1, 4]}), ("rloo run='a b'c\"d 'e'\"", {"run": "a bcd 'e'"}),
    ("rloo run=a=b", {"run": "a=b"}), ("rloo 'run'=a", {"run": "a"}), ("rloo run=", {"run": ""}),
    ("rloo epsilon=.5 gamma=2. deadline=+1E+2", {"epsilon": 0.5, "gamma": 2.0, "deadline": 100.0}),
    ("rloo stages='center ( ) , clip( -5 , 5 )'", {"stages": [stages.Center(), stages.Clip(-5, 5)]}),
    ("rloo stages=clip(high=5,low=-5),clip(-5,5)", {"stages": [stages.Clip(-5, 5)] * 2}),
    ("rloo constants=", {"constants": {}}), ("rloo tables=(0,(),())", {"tables": [methods.Table(0, (), ())]})])
def test_what_the_grammar_allows(text, settings):
    assert line.parse(text) == {"method": "rloo", **settings}


@pytest.mark.parametrize("text, message", [
    ("", "line: empty; write a method"), ("  ", "line: empty"), ("k=4", "line: 'k=4'; the first word is the method"),
    ("rloo grpo", "line: 'grpo'; after the method come NAME=VALUE"), ("rloo run='a", "line: a quote ' without its partner"),
    ('rloo run=a"', 'line: a quote " without its partner'), ("rloo k=1 k=1", "line.k: set twice"),
    ("rloo method=grpo", "line.method: set twice"), ("rloo K=1", "line.K: no setting of advantaged; did you mean 'k'"),
    ("rloo pass-at=1", "line.pass-at: no setting of advantaged; did you mean 'pass_at'"),
    ("rloo groups=4", "line.groups: no setting of advantaged"),
    ("rloo k=", "line.k: ''; it must be a whole number from 0 to 4294967295"), ("rloo k=1.0", "line.k: '1.0'; it must be"),
    ("rloo k=-1", "line.k: '-1'"), ("rloo k=4294967296", "line.k: '4294967296'"), ("rloo k=٣", "line.k: '٣'"),
    ("rloo k='8 -> 1 over 9'", "line.k: '8 -> 1 over 9'; it must be a whole number"),
    ("rloo epsilon=inf", "line.epsilon: 'inf'; it must be a number"), ("rloo epsilon=1e999", "line.epsilon: '1e999'"),
    ("rloo epsilon=0x10", "line.epsilon: '0x10'"), ("rloo epsilon=1_0", "line.epsilon: '1_0'"),
    ("rloo observe=True", "line.observe: 'True'; it must be true or false; did you mean 'true'"),
    ("rloo small_group=Zero", "line.small_group: 'Zero'; it must be one of zero, .*; did you mean 'zero'"),
    ("rloo pass_at=1,", "line.pass_at: '1,'; it must be whole numbers, as in 1,4,8"),
    ("rloo pass_at='1 4'", "line.pass_at"), ("rloo pass_at=(1)", "line.pass_at"), ("rloo pass_at=1)", "line.pass_at"),
    ("rloo pass_at=1,-4", r"line.pass_at: '1,-4'; .*\(a whole number from 0"),
    ("rloo stages=centre", r"line.stages: 'centre'; .*\('centre' is no stage; did you mean 'center'"),
    ("rloo stages=scale(eps=1)", r"line.stages: .*scale has weighting, spread, ddof, .*did you mean 'epsilon'"),
    ("rloo stages=scale(1)", "line.stages: .*scale has weighting"), ("rloo stages=clip(5)", "line.stages: .*clip has low, high"),
    ("rloo stages=clip(1,high=2)", "line.stages: .*clip has"), ("rloo stages=clip(low=1,low=2)", "line.stages: .*once"),
    ("rloo stages=scale(ddof=x)", "line.stages: .*scale: ddof=x; it must be a whole number"),
    ("rloo stages=center(", "line.stages"), ("rloo stages=a=center", "line.stages"),
    ("rloo constants=a", "line.constants: 'a'; it must be constants, as in a=0.5,b=1"), ("rloo constants=a=x", "line.constants"),
    ("rloo constants=a=1,a=2", "line.constants: .*each name once"), ("rloo constants=a(1)", "line.constants"),
    ("rloo tables=(1,(0,1))", r"line.tables: .*it must be tables \(n,\(correct\),\(wrong\)\), as in \S*$"),
    ("rloo batch_moments=(1,2)", r"line.batch_moments: .*it must be triples \(weight,mean,centred_squares\), as in \S*$")])
def test_what_the_grammar_does_not_allow_is_named(text, message):
    with pytest.raises(advantaged.InvalidArgument, match=f"^{message}"):
        line.parse(text)


@pytest.mark.parametrize("settings, message", [
    ({}, "method: None; give a name"), ({"method": 4}, "method: 4"), ({"method": "rloo", "groups": 4}, "groups: no setting"),
    ({"method": "rloo", "deadlin": 4}, "deadlin: no setting; did you mean 'deadline'"),
    ({"method": "rloo", "epsilon": float("inf")}, "epsilon: inf cannot be written in a line; it must be a number"),
    ({"method": "rloo", "k": True}, "k: True cannot"), ({"method": "rloo", "k": 1.5}, "k: 1.5 cannot"),
    ({"method": "rloo", "k": -1}, "k: -1 cannot"), ({"method": "rloo", "gamma": "1"}, "gamma: '1' cannot"),
    ({"method": "rloo", "observe": 1}, "observe: 1 cannot"), ({"method": "rloo", "run": 4}, "run: 4 cannot"),
    ({"method": "rloo", "stages": ["center"]}, "stages: .* cannot"), ({"method": "rloo", "small_group": "a"}, "small_group: 'a'"),
    ({"method": "rloo", "tables": 4}, "tables: 4 cannot"), ({"method": "rloo", "constants": [1]}, "constants: .1. cannot"),
    ({"method": "rloo", "pass_at": [0.5]}, "pass_at: .0.5. cannot"), ({"method": "rloo", "out_dtype": "x"}, "out_dtype: 'x'")])
def test_what_no_line_can_say_is_named(settings, message):
    with pytest.raises(advantaged.InvalidArgument, match=f"^{message}"):
        line.write(settings)


def test_schedules_are_read_and_written_where_they_may_be():
    settings = {"method": "focal", "gamma": Schedule(((0, 2.0), (10, 0.5)), False), "k": Schedule(((0, 8), (200, 1)), True),
                "epsilon": Schedule(((0, 1e-3), (5, 1e-4), (9, 0.0)), False), "ddof": Schedule(((3, 1), (7, 0)), True)}
    written = ("focal gamma='2.0 -> 0.5 over 10' k='8 -> 1 over 200' epsilon='0.001@0 0.0001@5 0.0@9' ddof='1@3 0@7'")
    assert line.write(settings) == written and line.parse(written, schedules=True) == settings
    assert line.parse("rloo run='8 -> 1 over 2'", schedules=True) == {"method": "rloo", "run": "8 -> 1 over 2"}


def test_a_caller_may_have_settings_of_its_own():
    assert line.parse("rloo fallback=local", texts=["fallback"]) == {"method": "rloo", "fallback": "local"}
    with pytest.raises(ValueError, match="line.fallbak: no setting of advantaged; did you mean 'fallback'"):
        line.parse("rloo fallbak=local", texts=["fallback"])


def test_the_page_has_every_setting_with_an_example():
    rows = re.findall(r"^\| `(\w+)` \| (\w+) \| `(.*)` \|$", PAGE, re.MULTILINE)
    assert [name for name, _, _ in rows] == [name for name in SAMPLES if name != "method"]
    for name, _, example in rows:
        read = line.parse(f"x {example}")
        assert list(read) == ["method", name]
        assert line.parse(line.write(read)) == read
    kinds = {"whole": int, "number": float, "boolean": bool, "text": str, "name": str, "constants": dict}
    for name, kind, _ in rows:
        assert type(SAMPLES[name][0]) in (kinds.get(kind, list), *([int] if kind == "number" else [])), name


def test_a_line_computes_what_its_settings_do(backend):
    settings = {"method": methods.Surrogate("rho + a*rho_k", k=2, constants={"a": 0.5}), "pass_at": [1, 2],
                "stages": [stages.Center(), stages.Scale(ddof=1, epsilon=1e-8), stages.Clip(-1, 1)]}
    rewards = [[1, 0, 0, 1], [0, 0, 0, 1]]
    found = backend.compute(rewards, **line.parse(line.write(settings)))
    expected = backend.compute(rewards, **settings)
    assert found.advantages == expected.advantages and found.summary == expected.summary


def test_one_k_for_pass_at_k(backend):
    assert backend.compute([[1, 0]], method="rloo", pass_at=2).summary["pass_at_2"] == 1.0
    assert backend.compute([[1, 0]], method="rloo", pass_at=np.int64(2)).summary["pass_at_2"] == 1.0
