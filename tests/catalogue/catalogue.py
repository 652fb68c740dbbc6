"""The method table, for tests that go through all methods or parameters: methods.json, which `make generate` writes."""

import json
import pathlib

METHODS = {method["name"]: method for method in json.loads(
    pathlib.Path(__file__).with_name("methods.json").read_text("utf-8"))["methods"]}
# Text of a value of each parameter, not its default; by the first method that has it.
EXAMPLES = {}
for _method in METHODS.values():
    for _parameter in _method["parameters"]:
        EXAMPLES.setdefault(_parameter["name"], _parameter["example"])


def is_required(parameter):
    return "default_value" not in parameter and not parameter["may_be_omitted"]


def examples(name, required_only=False):
    """Texts of the parameters of a method; together they are valid for groups of four."""
    return {parameter["name"]: parameter["example"] for parameter in METHODS[name]["parameters"]
            if is_required(parameter) or not required_only}


def line(name):
    """The method with every parameter, as docs/settings.md writes it."""
    return " ".join([name, *(f"{parameter}={text}" for parameter, text in examples(name).items())])
