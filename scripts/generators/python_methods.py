"""Python's typed methods: client/python/src/advantaged/_generated/methods.py."""

import textwrap

from generators.sources import NOTICE, in_order, is_required

WIDTH = 120
HEAD = f'''"""The methods as classes; advantaged.methods has them for users.

{NOTICE}
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

from advantaged import _method
from advantaged._generated import names
from advantaged._method import Method, Table

'''
TYPES = {"INTEGER": "int", "REAL": "float", "FLAG": "bool", "TEXT": "str",
         "CONSTANTS": "Mapping[str, float] | Iterable[tuple[str, float]]",
         "TABLES": "Iterable[Table | Mapping[str, Any]]"}
# What makes a parameter of such a type hashable.
FREEZES = {"CONSTANTS": "freeze_constants", "TABLES": "freeze_tables"}


def paragraphs(indent, *texts):
    """A docstring."""
    filled = [textwrap.fill(text, WIDTH, initial_indent=indent, subsequent_indent=indent) for text in texts if text]
    whole = "\n\n".join(filled)
    assert '"""' not in whole and "\\" not in whole, whole
    end = f"\n{indent}" if len(filled) > 1 or len(whole) > WIDTH - 6 else ""
    return f'{indent}"""{whole.removeprefix(indent)}{end}"""\n'


def write_field(parameter, comment):
    written = f"names.{parameter['name'].title()}" if parameter["choices"] else TYPES[parameter["type"]]
    default = "" if is_required(parameter) else " | None = None"
    return f"    {parameter['name']}: {written}{default}\n{paragraphs('    ', comment)}"


def write(catalogue, contract):
    lines, classes = [], []
    for method, message, parameters in in_order(catalogue, contract):
        classes.append(message)
        summary = contract.comment(f"MethodSpec.{method['name']}")
        lines.append(f'\n@dataclasses.dataclass(frozen=True)\nclass {message}(Method, name="{method["name"]}"):\n'
                     f'{paragraphs("    ", summary, contract.comment(message))}')
        # A dataclass wants those without a default first.
        for parameter, field in sorted(parameters, key=lambda pair: not is_required(pair[0])):
            lines.append("\n" + write_field(parameter, contract.comment(f"{message}.{field.name}")))
        freezes = [f'        _method.{FREEZES[parameter["type"]]}(self, "{parameter["name"]}")\n'
                   for parameter, _ in parameters if parameter["type"] in FREEZES]
        if freezes:
            lines.append("\n    def __post_init__(self) -> None:\n" + "".join(freezes))
        lines.append("\n")
    listed = textwrap.fill(", ".join(f'"{name}"' for name in classes), WIDTH, initial_indent="    ",
                           subsequent_indent="    ")
    return {"client/python/src/advantaged/_generated/methods.py":
            f"{HEAD}__all__ = [\n{listed}]\n\n" + "".join(lines).rstrip("\n") + "\n"}
