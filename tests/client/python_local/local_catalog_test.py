"""What advantaged_local says of itself and of the methods, beside what the server says; and its types."""

import ast
import pathlib
import re
import subprocess
import sys

import numpy as np
import pytest

import advantaged_local
import random_batches
import raw_server
from advantaged_local import _core

DescribeRequest = raw_server.MESSAGES["advantaged.v1.DescribeMethodRequest"]


def plain(message, prefixes):
    """A message as list_methods() and describe() write it: dicts, arrays, last words of enumerations, None."""
    result = {}
    for field in message.DESCRIPTOR.fields:
        value = getattr(message, field.name)
        if field.has_presence and not message.HasField(field.name):
            value = None
        elif field.is_repeated:
            value = [plain(one, prefixes) if field.message_type else one for one in value]
        elif field.enum_type:
            word = field.enum_type.values_by_number[value].name.removeprefix(prefixes[field.name])
            value = None if word == "UNSPECIFIED" else word.lower()
        elif field.message_type:
            value = plain(value, prefixes)
        result[field.name] = value
    return result


def check_arrays(described, expected):
    assert set(described) == set(expected)
    for name, value in described.items():
        if isinstance(value, np.ndarray):
            np.testing.assert_array_equal(value, expected[name], err_msg=name)
        else:
            assert value == expected[name], name


def test_versions_are_the_server_s(server):
    info = server.call("GetServerInfo")
    assert advantaged_local.numerics_version == info.numerics_version
    assert advantaged_local.version == advantaged_local.__version__ == info.version
    assert advantaged_local.instruction_set == info.instruction_set


def test_the_method_table_is_the_server_s(server):
    prefixes = {"input": "METHOD_INPUT_", "constant_group": "CONSTANT_GROUP_", "type": "PARAMETER_TYPE_"}
    listed = server.call("ListMethods").methods
    assert advantaged_local.list_methods() == [plain(method, prefixes) for method in listed]
    assert [method.name for method in listed] == list(random_batches.METHODS)


@pytest.mark.parametrize("method", random_batches.METHODS)
def test_descriptions_are_the_server_s(server, method):
    draw = np.random.default_rng(1)
    parameters = random_batches.draw_parameters(draw, method, np.array([12]))
    request = DescribeRequest(n=12, points=5)
    random_batches.set_one(request.method, method, parameters)
    prefixes = {"surrogate_kind": "SURROGATE_KIND_", "surrogate_anchor": "SURROGATE_ANCHOR_"}
    reply = server.call("DescribeMethod", request)
    described = advantaged_local.describe(method=method, parameters=parameters, n=12, points=5)
    assert described["violations"] == []
    assert [described[name] for name in ("name", "equation", "source", "n")] == [
        reply.name, reply.equation, reply.source, reply.n]
    table = plain(reply.table, prefixes)
    assert table.pop("c") == list(range(13))
    check_arrays(described["table"], table)
    check_arrays(described["curve"], plain(reply.curve, prefixes))


def test_a_grid_of_one_s_own():
    described = advantaged_local.describe(method="grpo", rho=[0.25, 0.5])
    assert described["curve"]["rho"].tolist() == [0.25, 0.5]
    assert described["n"] == 16
    with pytest.raises(ValueError, match="points: set beside rho"):
        advantaged_local.describe(method="grpo", rho=[0.25, 0.5], points=2)


def test_a_bad_question_is_answered_with_violations():
    described = advantaged_local.describe(method="pass_at_k_grpo", parameters={"k": 20}, n=10, rho=np.array([0.5, 2]))
    assert list(described) == ["violations"]
    assert [field for field, _, _ in described["violations"]] == ["method.pass_at_k_grpo.k", "rho[1]"]


def declared():
    """What _core.pyi declares: the arguments of functions, the properties of classes, and other names."""
    path = pathlib.Path(advantaged_local.__file__).with_name("_core.pyi")
    functions, classes, names = {}, {}, set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            assert not node.args.args
            functions[node.name] = [argument.arg for argument in node.args.kwonlyargs]
        elif isinstance(node, ast.ClassDef):
            classes[node.name] = {member.name for member in node.body if isinstance(member, ast.FunctionDef)}
        elif isinstance(node, ast.AnnAssign):
            names.add(node.target.id)
    return functions, classes, names


def test_the_stub_says_what_the_module_has():
    functions, classes, names = declared()
    public = {name for name in dir(_core) if not name.startswith("_")}
    assert public == set(functions) | set(classes) | names
    for name, arguments in functions.items():
        assert re.findall(r"(\w+): ", getattr(_core, name).__doc__) == arguments
    for name, members in classes.items():
        assert {member for member in vars(getattr(_core, name)) if not member.startswith("_")} == members
    assert set(advantaged_local.__all__) == public


GOOD = """
import numpy as np
from advantaged_local import compute
result = compute(method="rloo", rewards=np.ones(4, np.float32), group_size=4, valid=np.ones(4, np.uint8))
if result.advantages is not None and result.summary is not None and result.statistics is not None:
    reveal_type(result.advantages.dtype)
    reveal_type(result.summary["mean_success_rate"])
    reveal_type(result.statistics["n"].dtype)
"""


def mypy(tmp_path, text):
    path = tmp_path / "program.py"
    path.write_text(text, encoding="utf-8")
    return subprocess.run([sys.executable, "-m", "mypy", "--strict", "--cache-dir", tmp_path / "cache", path],
                          capture_output=True, text=True, cwd=tmp_path)


def test_programs_are_checked_against_the_types(tmp_path):
    good = mypy(tmp_path, GOOD)
    assert good.returncode == 0, good.stdout
    for shown in ("floating[numpy._typing._nbit_base._32Bit]", "float | None", "unsignedinteger"):
        assert shown in good.stdout, good.stdout
    bad = mypy(tmp_path, GOOD.replace("group_size=4", "group_size='4'"))
    assert bad.returncode == 1 and 'Argument "group_size"' in bad.stdout
