"""What scripts/generate.py writes of the method table and the contract is in the repository, and follows them."""

import os
import pathlib
import subprocess
import sys

import pytest
from google.protobuf import descriptor_pb2

SOURCE = pathlib.Path(os.environ["SOURCE_DIR"])
sys.path.insert(0, str(SOURCE / "scripts"))
from generators import fuzz_dictionaries, pages, python_methods, python_signatures, rust_methods  # noqa: E402
from generators.sources import Contract, read_catalogue  # noqa: E402


def test_every_generated_file_is_fresh(tmp_path):
    subprocess.run([sys.executable, SOURCE / "scripts/generate.py", tmp_path], check=True)
    written = [path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()]
    assert len(written) == 10
    for path in written:
        assert (SOURCE / path).read_text("utf-8") == (tmp_path / path).read_text("utf-8"), f"{path}: make generate"


@pytest.fixture(name="written", scope="module")
def write_with_one_method_more():
    """What all generators write where the table and the contract have a method `added` with a real parameter `strength`."""
    catalogue, contract = read_catalogue(), Contract()
    catalogue.append({
        "name": "added", "equation": "A+ = s, A- = -s", "source": "nowhere", "input": "METHOD_INPUT_OUTCOMES",
        "constant_group": "CONSTANT_GROUP_ZERO", "shapes_rewards": False, "surrogate": "", "keeps_mean": False,
        "parameters": [{"name": "strength", "description": "how much", "choices": [], "type": "REAL", "minimum": 0.5,
                        "maximum": 2, "may_be_omitted": False, "example": "0.75"}]})
    field = descriptor_pb2.FieldDescriptorProto(name="added", type_name=".advantaged.v1.Added")
    contract.messages["MethodSpec"].field.append(field)
    contract.messages["Added"] = descriptor_pb2.DescriptorProto(
        name="Added", field=[descriptor_pb2.FieldDescriptorProto(name="strength")])
    contract.comments |= {"MethodSpec.added": "One more.", "Added": "A+ = s.", "Added.strength": "s; from 0.5 to 2."}
    return {path: text for part in (fuzz_dictionaries, pages, python_methods, python_signatures, rust_methods)
            for path, text in part.write(catalogue, contract).items()}


@pytest.mark.parametrize("path, text", [
    ("client/python/src/advantaged/_generated/names.py", '"added"]'),
    ("client/python/src/advantaged/_generated/parameters.py",
     '    strength: Real\n    """how much. A number from 0.5 to 2; required. For added."""\n'),
    ("client/python/src/advantaged/_generated/signatures.py", "strength: Real | None = None"),
    ("client/python/src/advantaged/_generated/methods.py",
     'class Added(Method, name="added"):\n    """One more.\n\n    A+ = s.\n    """\n\n    strength: float\n'
     '    """s; from 0.5 to 2."""\n'),
    ("client/rust/src/method/generated.rs", '    "added" Added,\n'),
    ("client/rust/src/method/generated.rs", "    /// One more. `strength`: s; from 0.5 to 2. See [`Added`].\n"
     "    pub fn added(strength: f64) -> Method {\n        Added { strength: Some(strength) }.into()\n    }\n"),
    ("client/rust/tests/server/samples.rs", '"added" => Added { strength: Some(0.75) }.into(),'),
    ("tests/fuzz/json.dict", '"\\"strength\\""\n'),
    ("tests/fuzz/describe.dict", '"&strength="\n'),
    ("docs/methods.md", "| `added` | `A+ = s, A- = -s` |  | strength (required) | 0 | nowhere |\n"),
    ("docs/settings.md", "| `strength` | number | `strength=0.75` |\n"),
])
def test_one_method_more_is_everywhere_without_a_hand_s_work(written, path, text):
    assert text in written[path]
