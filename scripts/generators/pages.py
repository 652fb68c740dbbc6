"""The method table of docs/methods.md, and the parameters in docs/settings.md."""

import re

from generators.sources import ROOT, is_required

METHODS = ("| Method | A(correct), A(wrong) | F | Parameters | Constant group | Source |\n"
           "|---|---|---|---|---|---|\n")
PARAMETERS = "| setting | value | example |\n|---|---|---|\n"
CONSTANT_GROUPS = {"ZERO": "0", "FORMULA": "formula", "AS_BASE": "as base"}
# As the grammar of docs/settings.md calls them.
VALUES = {"INTEGER": "whole", "REAL": "number", "FLAG": "boolean", "CHOICE": "name", "TEXT": "text",
          "CONSTANTS": "constants", "TABLES": "tables"}


def row(*cells):
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def describe(parameter):
    """`k (required)`, `constants (optional)`, `epsilon=0`, `base (required: reinforce, rloo)`, `variant=plain (or …)`."""
    name, default = parameter["name"], parameter.get("default_value")
    others = ", ".join(choice for choice in parameter["choices"] if choice != default)
    if parameter["may_be_omitted"]:
        return f"{name} (optional)"
    if is_required(parameter):
        return f"{name} (required{': ' if others else ''}{others})"
    return f"{name}={default}" + (f" (or {others})" if others else "")


def method_row(method):
    surrogate = f"`{method['surrogate']}`" if method["surrogate"] else ""
    constant = CONSTANT_GROUPS[method["constant_group"].removeprefix("CONSTANT_GROUP_")]
    return row(f"`{method['name']}`", f"`{method['equation']}`", surrogate,
               ", ".join(map(describe, method["parameters"])), constant, method["source"])


def parameter_rows(catalogue):
    parameters = {}
    for method in catalogue:
        for parameter in method["parameters"]:
            parameters.setdefault(parameter["name"], parameter)
    return [row(f"`{name}`", VALUES[parameter["type"]], f"`{name}={parameter['example']}`")
            for name, parameter in parameters.items()]


def filled(path, section, content):
    marked = re.compile(rf"(<!-- {section} -->\n).*?(<!-- /{section} -->)", re.DOTALL)
    text = (ROOT / path).read_text("utf-8")
    assert marked.search(text), f"{path} has no section {section}"
    return {path: marked.sub(lambda match: match[1] + content + match[2], text)}


def write(catalogue, contract):
    del contract
    return {**filled("docs/methods.md", "methods", METHODS + "".join(map(method_row, catalogue))),
            **filled("docs/settings.md", "parameters", PARAMETERS + "".join(parameter_rows(catalogue)))}
