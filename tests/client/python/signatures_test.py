"""Signatures for people: whatever shows the arguments of a function shows all of them, and they are not typed twice."""

import inspect
import pydoc
import typing

import advantaged
import jedi
import pytest
from advantaged import AsyncClient, Client, LocalBackend, _arguments, methods, stages

ARGUMENTS = sorted(advantaged.Arguments.__annotations__)
FUNCTIONS = {f"{owner.__name__}.{name}": getattr(owner, name)
             for owner in (Client, AsyncClient, LocalBackend) for name in ("compute", "compute_tokens")}


def help_of(thing):
    return pydoc.render_doc(thing, renderer=pydoc.plaintext)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_signature_has_every_argument_with_its_default_and_by_keyword_only(name):
    parameters = inspect.signature(FUNCTIONS[name]).parameters
    by_keyword = {one.name: one.default for one in parameters.values() if one.kind is one.KEYWORD_ONLY}
    assert sorted(by_keyword.keys() - {"reward_mask"}) == ARGUMENTS
    assert by_keyword.pop("method") is inspect.Parameter.empty
    assert all(default == _arguments.DEFAULTS.get(argument) for argument, default in by_keyword.items())
    first = [one.name for one in parameters.values() if one.kind is one.POSITIONAL_OR_KEYWORD]
    tokens = name.endswith("compute_tokens")
    assert first == ["self", *(["token_level_rewards", "response_mask"] if tokens else ["rewards"])]
    assert set(first) | set(ARGUMENTS) | ({"reward_mask"} if tokens else set()) == parameters.keys(), "no **arguments"


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_types_of_a_signature_are_those_of_arguments(name):
    hints = typing.get_type_hints(FUNCTIONS[name])
    for argument, hint in typing.get_type_hints(advantaged.Arguments).items():
        assert hints[argument] in (hint, typing.Optional[hint])
    assert typing.get_args(hints["method"]) == (methods.MethodName, methods.Method)
    assert typing.get_args(methods.MethodName) == methods.names()


@pytest.mark.parametrize("name", [*FUNCTIONS, "Arguments"])
def test_help_explains_every_argument(name):
    text = help_of(FUNCTIONS.get(name) or advantaged.Arguments)
    lines = [line.lstrip(" |") for line in text.splitlines()]
    for argument in ARGUMENTS:
        assert sum(line.startswith(f"{argument}: ") for line in lines) == 1, argument
    words = " ".join(" ".join(lines).split())
    assert "deadline: Seconds" in words
    assert "ddof: 0: the standard deviation divides by n, 1: by n-1. A whole number from 0 to 1; default 0. For grpo." in words
    assert f"There are {', '.join(methods.names())}." in words


@pytest.mark.parametrize("name", FUNCTIONS)
def test_jupyter_and_editors_complete_every_argument(name):
    """Jedi, which both use: of the live object as Jupyter's Tab, and of a program that does not run as editors."""
    owner, function = name.split(".")
    of_tokens = {"token_level_rewards", "response_mask", "reward_mask"}
    expected = {*ARGUMENTS, *(of_tokens if function == "compute_tokens" else {"rewards"})}
    call = f"client.{function}("

    def completed(asked):
        return {one.name.removesuffix("=") for one in asked.complete() if one.name.endswith("=")}

    live = jedi.Interpreter(call, [{"client": object.__new__(getattr(advantaged, owner))}])
    assert completed(live) == expected
    shown, = live.get_signatures()
    assert any("small_group: Literal['zero', 'error', 'raw', 'clamp_k']='zero'" in one.to_string() for one in shown.params)
    assert completed(jedi.Script(f"import advantaged\nclient = advantaged.{owner}()\n{call}")) == expected


def test_only_the_awaited_are_coroutine_functions():
    assert {name for name in FUNCTIONS if inspect.iscoroutinefunction(FUNCTIONS[name])} == {
        "AsyncClient.compute", "AsyncClient.compute_tokens"}


def test_every_default_is_one_of_an_argument():
    assert _arguments.DEFAULTS.keys() <= set(ARGUMENTS)


# By argument: another value, and a batch in which that one makes a difference.
OTHERS = {
    "trajectory_reward": ("last", [1, 0, 0, 1], {"groups": 4, "method": "rloo", "trajectory_ids": [1, 1, 2, 3]}),
    "shape_rewards": (True, [0.5, 1, 0], {"groups": 3, "method": "pass_at_k_grpo", "k": 2, "outcomes": [1, 1, 0]}),
    "zero_unless_mixed": (True, [0.5, 1], {"groups": 2, "method": "rloo", "outcomes": [1, 1]}),
    "constant_tolerance": (1.0, [0.5, 1], {"groups": 2, "method": "rloo"}),
    "stages": ([stages.Scale()], [0.5, 1], {"groups": 2, "method": "rloo"}),
    "allow_recentering": (True, [1, 0], {"groups": 2, "method": "pass_at_k_reinforce", "k": 1, "stages": [stages.Center()]}),
    "batch_moments": ([stages.Moments(2, 0, 8)], [0.5, 1], {"groups": 2, "method": "rloo", "stages": [stages.Scale()]}),
    "moments_only": (True, [0.5, 1], {"groups": 2, "method": "rloo", "stages": [stages.Scale()]}),
    "small_group": ("raw", [1, 0, 0, 1], {"groups": 2, "method": "rloo", "valid": [1, 0, 1, 1]}),
    "declared_small_group": ("zero", [1, 0, 1], {"group_sizes": [1, 2], "method": "rloo"}),
    "empty_responses": ("drop", [1, 0, 0], {"groups": 3, "method": "rloo", "lengths": [0, 1, 1]}),
    "pass_at": (1, [1, 0], {"groups": 2, "method": "rloo"}),
    "statistics": (False, [1, 0], {"groups": 2, "method": "rloo"}),
    "missing": ("mask", [1, None, 0], {"groups": 3, "method": "rloo"}),
}


def outcome(backend, rewards, arguments):
    """What comes of a call, by `_compute`, which leaves no default out."""
    try:
        result = backend._compute(rewards, arguments)
    except advantaged.InvalidArgument as error:
        return str(error)
    return result.advantages, result.summary, result.facts.stats is None


def test_there_is_another_value_for_every_default():
    """`observe` changes nothing that a client sees; forms_test.py has what is sent."""
    assert OTHERS.keys() | {"observe"} == _arguments.DEFAULTS.keys()


@pytest.mark.parametrize("argument", OTHERS)
def test_the_default_that_is_shown_is_what_an_argument_that_is_left_out_means(backend, argument):
    other, rewards, arguments = OTHERS[argument]
    left_out = outcome(backend, rewards, arguments)
    assert outcome(backend, rewards, {**arguments, argument: _arguments.DEFAULTS[argument]}) == left_out
    assert outcome(backend, rewards, {**arguments, argument: other}) != left_out
