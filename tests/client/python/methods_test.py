"""Methods: every one of the contract has its typed class, and what comes back is what was asked, defaults filled in."""

import dataclasses
import keyword
import pathlib
import pickle
import sys
import typing

import advantaged
import numpy as np
import pytest
from advantaged import InvalidArgument, line, methods, stages
from advantaged.v1 import method_pb2, stages_pb2

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "catalogue"))
import catalogue  # noqa: E402

SPEC = method_pb2.MethodSpec.DESCRIPTOR
NAMES = [field.name for field in sorted(SPEC.fields, key=lambda field: field.index)]
# One object each, with every parameter set to something that is not its default.
SAMPLES = [methods.from_name(**{"name" if key == "method" else key: value for key, value in line.parse(
    catalogue.line(name)).items()}) for name in catalogue.METHODS]
REWARDS = np.array([1, 0, 0, 1, 1, 0, 0, 0], np.float32)


def fields_of(method):
    return [field.name for field in dataclasses.fields(type(method))]


def contract_fields(name):
    return [field.name for field in SPEC.fields_by_name[name].message_type.fields]


def compute(backend, method, **arguments):
    if getattr(method, "name", method) == "opo":
        arguments["lengths"] = np.arange(8)
    return backend.compute(REWARDS, groups=4, method=method, **arguments)


def test_every_method_of_the_contract_has_its_class():
    assert list(methods.names()) == NAMES == [method.name for method in SAMPLES]


@pytest.mark.parametrize("sample", SAMPLES, ids=NAMES)
def test_a_class_has_the_parameters_of_the_contract(sample):
    assert fields_of(sample) == contract_fields(sample.name)
    message = SPEC.fields_by_name[sample.name].message_type.name
    assert type(sample).__name__ == message and type(sample).__doc__
    assert not any(map(keyword.iskeyword, fields_of(sample))) and all(map(str.isidentifier, fields_of(sample)))
    assert sample.parameters().keys() == set(fields_of(sample)), "the sample leaves a parameter out"


def test_choices_are_those_of_the_contract():
    enums = {"BaseMethod": (method_pb2.BaseMethod.DESCRIPTOR, "BASE_METHOD_"),
             "MaxAtKVariant": (method_pb2.MaxAtK.Variant.DESCRIPTOR, "VARIANT_"),
             "MaxAtKScale": (method_pb2.MaxAtK.Scale.DESCRIPTOR, "SCALE_")}
    for name, (enum, prefix) in enums.items():
        choices = [value.name.removeprefix(prefix).lower() for value in enum.values if value.number]
        assert list(getattr(methods, name).__args__) == choices


@pytest.mark.parametrize("sample", SAMPLES, ids=NAMES)
def test_objects_are_values(sample):
    again = methods.from_name(sample.name, **sample.parameters())
    assert again == sample and hash(again) == hash(sample) and again is not sample
    assert pickle.loads(pickle.dumps(sample)) == sample
    with pytest.raises(dataclasses.FrozenInstanceError):
        sample.k = 5


@pytest.mark.parametrize("sample", SAMPLES, ids=NAMES)
def test_the_method_that_was_applied_is_read_back(backend, sample):
    assert compute(backend, sample).method == sample


@pytest.mark.parametrize("sample", SAMPLES, ids=NAMES)
def test_a_name_with_parameters_is_the_object(backend, sample):
    by_name = compute(backend, sample.name, **sample.parameters())
    assert by_name.method == sample
    assert by_name.advantages.tobytes() == compute(backend, sample).advantages.tobytes()


@pytest.mark.parametrize("sample", SAMPLES, ids=NAMES)
def test_every_parameter_arrives(backend, sample):
    """Each changes the result or the method read back: none is dropped on the way."""
    for name, value in sample.parameters().items():
        required = [field.name for field in dataclasses.fields(sample) if field.default is dataclasses.MISSING]
        other = {**sample.parameters()}
        if name in required or name in ("constants", "k", "regularizer", "regularizer_coefficient"):
            continue  # cannot be left out
        del other[name]
        assert getattr(compute(backend, methods.from_name(sample.name, **other)).method, name) != value


@pytest.mark.parametrize("name", NAMES)
def test_defaults_are_filled_in(backend, name):
    sample = SAMPLES[NAMES.index(name)]
    required = {parameter: getattr(sample, parameter) for parameter in catalogue.examples(name, required_only=True)}
    if name == "surrogate":
        required["formula"] = "rho^2"
    defaults = {parameter["name"]: line.read_value(parameter["name"], parameter["default_value"])
                for parameter in catalogue.METHODS[name]["parameters"] if "default_value" in parameter}
    applied = compute(backend, name, **required).method
    assert applied == methods.from_name(name, **required, **defaults)
    assert not any(defaults[parameter] == getattr(sample, parameter) for parameter in defaults), "an example is a default"


def test_tables_may_be_mappings_and_arrays(backend):
    correct, wrong = [0, 1, 2, 3, 4], [-1, -2, -3, -4, -5]
    expected = compute(backend, SAMPLES[NAMES.index("custom_table")]).advantages
    assert expected.tolist() == [2, -3, -3, 2, 1, -2, -2, -2]
    for table in ({"n": 4, "advantage_correct": correct, "advantage_wrong": wrong},
                  methods.Table(4, np.array(correct), np.array(wrong)), (4, correct, wrong),
                  {"n": np.int64(4), "advantage_correct": np.array(correct), "advantage_wrong": tuple(wrong)}):
        for tables in ([table], (table,), iter([table])):
            assert compute(backend, "custom_table", tables=tables).advantages.tobytes() == expected.tobytes()


def test_numpy_s_numbers_are_parameters(backend):
    for k in (2, np.int64(2), np.uint8(2)):
        assert compute(backend, "pass_at_k_grpo", k=k).method == methods.PassAtKGrpo(k=2, keep_factor_k=False)
    for epsilon in (np.float64(0.5), np.float32(0.5)):
        assert compute(backend, "grpo", epsilon=epsilon).method == methods.Grpo(ddof=0, epsilon=0.5)


BAD_CALLS = {
    "unknown name": (TypeError, {"method": "grpo", "vaild": [True]}, r"compute\(\) has no argument 'vaild'; did you mean "
                                                                     "'valid'"),
    "nothing like it": (TypeError, {"method": "grpo", "zzz": 1}, r"compute\(\) has no argument 'zzz'$"),
    "no method": (TypeError, {}, r".*compute\(\) missing 1 required keyword-only argument: 'method'"),
    "None for a method": (InvalidArgument, {"method": None}, "method: None; give a name, e.g. 'grpo', or an object"),
    "a class": (InvalidArgument, {"method": methods.Rloo}, "method: <class .*Rloo'>; give a name"),
    "misspelt": (InvalidArgument, {"method": "gropo"}, "method: there is no 'gropo'; did you mean 'grpo'"),
    "no such method": (InvalidArgument, {"method": "xyzzy"}, "method: there is no 'xyzzy'; there are reinforce, rloo, "),
    "capitals": (InvalidArgument, {"method": "GRPO"}, "method: there is no 'GRPO'"),
    "of another method": (TypeError, {"method": "grpo", "k": 2}, "k: neither an argument nor a parameter of grpo, which "
                                                                 "has ddof, epsilon"),
    "has none": (TypeError, {"method": "rloo", "k": 2}, "k: .* parameter of rloo, which has no parameters"),
    "missing": (TypeError, {"method": "focal", "gamma": 1}, "focal needs the parameter base"),
    "missing k": (TypeError, {"method": "pass_at_k_grpo"}, "pass_at_k_grpo needs the parameter k"),
    "k is None": (TypeError, {"method": "pass_at_k_grpo", "k": None}, "pass_at_k_grpo needs the parameter k"),
    "beside an object": (TypeError, {"method": methods.Grpo(), "ddof": 1}, "ddof: set beside Grpo"),
    "a choice": (InvalidArgument, {"method": "focal", "gamma": 1, "base": "foo"},
                 r"method\.focal\.base: 'foo'; it must be one of reinforce, rloo, grpo, dr_grpo"),
    "a choice in capitals": (InvalidArgument, {"method": "max_at_k", "k": 2, "variant": "PLAIN"},
                             r"method\.max_at_k\.variant: 'PLAIN'; it must be one of plain, leave_one_out"),
    "k as text": (InvalidArgument, {"method": "pass_at_k_grpo", "k": "2"},
                  r"method\.pass_at_k_grpo\.k: '2'; it must be a whole number"),
    "k as truth": (InvalidArgument, {"method": "pass_at_k_grpo", "k": True},
                   r"method\.pass_at_k_grpo\.k: True; it must be a whole number"),
    "k as fraction": (InvalidArgument, {"method": "pass_at_k_grpo", "k": 2.0}, "k: 2.0; it must be a whole number"),
    "negative k": (InvalidArgument, {"method": "pass_at_k_grpo", "k": -1}, "k: -1; it must be a whole number from 0"),
    "huge k": (InvalidArgument, {"method": "pass_at_k_grpo", "k": 2**40}, "k: 1099511627776; it must be"),
    "k 0": (InvalidArgument, {"method": "pass_at_k_grpo", "k": 0}, r"method\.pass_at_k_grpo\.k: 0"),
    "k above n": (InvalidArgument, {"method": "pass_at_k_grpo", "k": 5}, r"method\.pass_at_k_grpo\.k: 5 is above 4"),
    "number as text": (InvalidArgument, {"method": "grpo", "epsilon": "1"}, r"method\.grpo\.epsilon: '1'; it must be a number"),
    "beyond double": (InvalidArgument, {"method": "grpo", "epsilon": 10**400}, r"epsilon: 10+; it must be a number"),
    "NaN": (InvalidArgument, {"method": "grpo", "epsilon": float("nan")}, r"method\.grpo\.epsilon: nan is not finite"),
    "no truth": (InvalidArgument, {"method": "pass_at_k_rloo", "k": 2, "keep_factor_k": 1},
                 "keep_factor_k: 1; it must be True or False"),
    "no text": (InvalidArgument, {"method": "surrogate", "formula": 5}, r"method\.surrogate\.formula: 5; it must be a text"),
    "formula": (InvalidArgument, {"method": "surrogate", "formula": "rho+"}, r"method\.surrogate\.formula: character 5"),
    "constants": (TypeError, {"method": "surrogate", "formula": "a*rho", "constants": 5}, "constants: 5; it must map"),
    "a constant": (InvalidArgument, {"method": "surrogate", "formula": "a*rho", "constants": {"a": "x"}},
                   r"method\.surrogate\.constants: 'a'='x'"),
    "tables": (TypeError, {"method": "custom_table", "tables": 5}, "tables: 5; it must be a sequence of Tables"),
    "a table": (TypeError, {"method": "custom_table", "tables": [{"m": 1}]}, r"tables\[0\]: {'m': 1}; it must be a Table"),
    "a table's numbers": (InvalidArgument, {"method": "custom_table", "tables": [(4, "abcde", [0] * 5)]},
                          r"method\.custom_table\.tables: Table\(n=4"),
    "no table": (InvalidArgument, {"method": "custom_table", "tables": [(2, [0] * 3, [0] * 3)]},
                 r"method\.custom_table\.tables: no table for n = 4"),
}


@pytest.mark.parametrize("kind", BAD_CALLS)
def test_wrong_methods_and_parameters_are_named(backend, kind):
    error, arguments, text = BAD_CALLS[kind]
    with pytest.raises(error, match=f"^{text}" if error is TypeError else text):
        backend.compute(REWARDS, groups=4, **arguments)


@pytest.mark.parametrize("name", [*methods.names(), *sorted(advantaged.Arguments.__annotations__)])
def test_a_name_in_capitals_or_with_dashes_is_understood_if_not_taken(backend, name):
    for typed in {name.upper(), name.title(), name.replace("_", "-").upper()}:
        if name in methods.names():
            with pytest.raises(InvalidArgument, match=f"^method: there is no {typed!r}; did you mean {name!r}\\?$"):
                backend.compute(REWARDS, groups=4, method=typed)
        else:
            with pytest.raises(TypeError, match=f"has no argument {typed!r}; did you mean {name!r}\\?$"):
                backend.compute(REWARDS, groups=4, method="grpo", **{typed: 1})


CHOICES = {name: typing.get_args(hint) for name, hint in typing.get_type_hints(advantaged.Arguments).items()
           if typing.get_origin(hint) is typing.Literal}


@pytest.mark.parametrize("name, choice", [(name, choice) for name, choices in CHOICES.items() for choice in choices])
def test_a_choice_in_capitals_is_understood_if_not_taken(backend, name, choice):
    own = {"base": {"method": "focal", "gamma": 1}, "variant": {"method": "max_at_k", "k": 2},
           "scale": {"method": "max_at_k", "k": 2}}
    with pytest.raises(InvalidArgument, match=f"{name}: {choice.upper()!r}; it must be .*; did you mean {choice!r}\\?$"):
        backend.compute(REWARDS, groups=4, **{**own.get(name, {"method": "grpo"}), name: choice.upper()})


def test_a_parameter_in_capitals_is_understood_if_not_taken():
    with pytest.raises(TypeError, match="^DDOF: neither .*; did you mean 'ddof'"):
        methods.from_name("grpo", DDOF=1)
    with pytest.raises(InvalidArgument, match="weighting: 'Tokens'; it must be one of .*; did you mean 'tokens'"):
        advantaged.Client("a:1").compute([1, 0], groups=2, method="grpo", stages=[stages.Center("Tokens")])
    with pytest.raises(InvalidArgument, match="^fallback: 'LOCAL'; .*; did you mean 'local'"):
        advantaged.ClientOptions(fallback="LOCAL")


def test_an_error_does_not_depend_on_the_calls_before(backend):
    """Settings are kept by their values, and True == 1 == 1.0."""
    compute(backend, "pass_at_k_grpo", k=1, keep_factor_k=True)
    with pytest.raises(InvalidArgument, match="k: True"):
        compute(backend, "pass_at_k_grpo", k=True, keep_factor_k=True)
    with pytest.raises(InvalidArgument, match="k: 1.0"):
        compute(backend, "pass_at_k_grpo", k=1.0, keep_factor_k=True)
    with pytest.raises(InvalidArgument, match="keep_factor_k: 1"):
        compute(backend, "pass_at_k_grpo", k=1, keep_factor_k=1)


def test_settings_that_change_in_place_are_read_again(backend):
    tables = [{"n": 4, "advantage_correct": [0, 1, 2, 3, 4], "advantage_wrong": [0] * 5}]
    first = compute(backend, "custom_table", tables=tables).advantages.tolist()
    tables[0]["advantage_correct"] = [0, 5, 5, 5, 5]
    assert first == [2, 0, 0, 2, 1, 0, 0, 0]
    assert compute(backend, "custom_table", tables=tables).advantages.tolist() == [5, 0, 0, 5, 5, 0, 0, 0]


def test_stages_have_the_fields_of_the_contract():
    for field in stages_pb2.Stage.DESCRIPTOR.fields:
        stage = {"center": stages.Center, "scale": stages.Scale, "clip": stages.Clip}[field.name]
        assert stage.kind == field.name
        assert [one.name for one in dataclasses.fields(stage)] == [one.name for one in field.message_type.fields]
    assert list(stages.Moments._fields) == [field.name for field in stages_pb2.BatchMoments.DESCRIPTOR.fields]
