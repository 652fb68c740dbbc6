"""Folders include only those that they stand on (folders.txt), without a circle, and the picture and the table of
docs/architecture.md are of today's includes.
"""

import pathlib
import sys

import checker

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent.parent / "scripts"))
import draw_folders  # noqa: E402
import folder_graph  # noqa: E402

SOURCES = {
    "base/text.h": "#include <string>\n",
    "core/include/advantaged/advantaged.h": "#include <vector>\n",
    "core/kernels/table.h": '#include "base/text.h"\n',
    "core/batch/groups.cc": '#include "base/text.h"\n#include "advantaged/advantaged.h"\n',
    "core/engine/compute.cc": '#include "core/kernels/table.h"\n#include "core/batch/groups.h"\n',
    "core/catalog.cc": '#include "core/engine/compute.h"\n',
    "client/cpp/client.cc": '#include "advantaged/v1/compute.pb.h"\n#include "advantaged/client/client.h"\n',
}
LINES = """# a comment
base | | text
proto | | messages
core/include | | what users include
core/kernels | base | loops
core/batch | base core/include | groups
core/engine | core/batch core/kernels | passes
core | core/engine | what ties them together
client/cpp | proto | the client
"""
GOOD = {**SOURCES, folder_graph.TABLE: LINES}


def with_include(path, include):
    return {**GOOD, path: GOOD.get(path, "") + f'#include "{include}"\n'}


def with_line(old, new):
    assert old in LINES
    return {**GOOD, folder_graph.TABLE: LINES.replace(old, new)}


BAD = {
    "an include that points up": with_include("core/kernels/table.h", "core/batch/groups.h"),
    "an include from below of what ties the folders": with_include("core/batch/groups.cc", "core/catalog.h"),
    "an include of a folder beside": with_include("core/include/advantaged/advantaged.h", "base/text.h"),
    "an include of the contract": with_include("core/engine/compute.cc", "advantaged/v1/compute.pb.h"),
    "a client that includes the core": with_include("client/cpp/client.cc", "advantaged/advantaged.h"),
    "a folder without a line": with_include("core/formula/formula.cc", "base/text.h"),
    "a line without a folder": with_line("core | ", "core/formula | base | formulas\ncore | "),
    "a line on what has none": with_line("text\n", "text\ncli | server | \n"),
    "a folder that has two lines": with_line("core | ", "base | | text\ncore | "),
    "an arrow that follows from others": with_line("core/engine | core/batch", "core/engine | base core/batch"),
    "an arrow that no include needs": with_line("client/cpp | proto", "client/cpp | proto core/include"),
    "a circle": with_line("core/kernels | base", "core/kernels | core/engine"),
    "no table": SOURCES,
}


def shown(files):
    """`files` with the picture and the page that belong to them."""
    page = draw_folders.fill("<!-- rooms begin -->\n<!-- rooms end -->\n", files)
    return {**files, draw_folders.FIGURE: draw_folders.draw(files), draw_folders.PAGE: page}


STALE = {
    "an arrow that the picture does not have":
        {**shown(GOOD), "core/batch/groups.cc": '#include "core/kernels/table.h"\n'},
    "a table that the page does not have":
        {**shown(GOOD), folder_graph.TABLE: LINES.replace("loops", "fast loops")},
    "a page without the table": {**shown(GOOD), draw_folders.PAGE: "# Architecture\n"},
    "no picture": {path: text for path, text in shown(GOOD).items() if path != draw_folders.FIGURE},
}


def check(files):
    return folder_graph.check(files) or draw_folders.check_fresh(files)


if __name__ == "__main__":
    checker.self_check(folder_graph.check, GOOD, BAD)
    checker.self_check(draw_folders.check_fresh, shown(GOOD), STALE)
    checker.main(check, good=shown(GOOD), bad=STALE)
