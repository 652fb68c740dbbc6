"""The modules of the Rust client import each other one way: what one stands on does not stand on it.

A folder is one module. Tests within the sources may import what they like; `proto` is generated.
"""

import graphlib
import re

import checker

SOURCE = re.compile(r"client/rust/src/(\w+)(?:/\w+)*\.rs$")
IMPORT = re.compile(r"^\s*(?:pub )?use crate::(?:(\w+)|\{([^}]*)\})", re.MULTILINE)


def imported(text):
    """First names of what a source takes from its crate."""
    for name, several in IMPORT.findall(text.split("#[cfg(test)]\nmod tests")[0]):
        yield from [name] if name else re.findall(r"(?:^|,)\s*(\w+)", several)


def check(files):
    graph = {}
    for path, text in files.items():
        match = SOURCE.match(path)
        if match and match[1] != "lib":
            graph.setdefault(match[1], set()).update(name for name in imported(text) if name != match[1])
    graph = {name: others & graph.keys() for name, others in graph.items()}
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        return [f"client/rust/src: a circle of imports: {' <- '.join(error.args[1])}"]
    return []


def crate(**modules):
    return {f"client/rust/src/{name}.rs": text for name, text in modules.items()}


if __name__ == "__main__":
    checker.main(
        check,
        good=crate(a="use crate::{b, c};\n#[cfg(test)]\nmod tests {\n    use crate::d;\n}\n", b="use crate::c::C;\n", c="",
                   d="use crate::a;\n", lib="pub use a::A;\n"),
        bad={
            "two modules": crate(a="use crate::b::B;\n", b="use crate::a::A;\n"),
            "in braces": crate(a="use crate::{c, b};\n", b="use crate::a;\n", c=""),
            "three modules, one a folder": {**crate(a="use crate::b;\n", b="use crate::c;\n"),
                                            "client/rust/src/c/deep.rs": "use crate::a;\n"},
        })
