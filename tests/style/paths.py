"""A file, a folder or a heading that a comment or a page names exists.

Where it looks: comments of sources, docstrings of Python, and Markdown outside of fenced examples. What counts as there:

  - a path of this repository, from its root, from the folder of the file that names it or of one above, or from where
    includes and imports begin;
  - a file's name alone, of a source or a page, if any file here has it;
  - a folder, or the beginning of a path: `docs/adr/0018`;
  - a link of a page, with its heading.

What is no claim about this repository: placeholders (`NAME_test.py`), patterns, URLs, what a build makes (`build/`) or
who follows the page (`<!-- new file PATH -->`), and pages that a program writes ("do not edit").
"""

import collections
import pathlib
import posixpath
import re

import checker

SOURCES = "h|cc|cu|py|pyi|proto|sh|rs|md|cmake|awk"
FILES = f"{SOURCES}|txt|json|jsonl|yaml|yml|toml|tpl|svg|golden|dict|binpb|cff"
BEFORE, AFTER = r"(?<![\w./{}*$<>:@-])", r"(?![\w/*-]|\.\w)"
FILE = re.compile(rf"{BEFORE}((?:\.\.?/|[\w.-]+/)+[\w.-]+\.(?:{FILES})|[\w][\w.-]*\.(?:{SOURCES})){AFTER}")
PLACEHOLDER = re.compile(r"\b(?!README|CHANGELOG|CONTRIBUTING|SECURITY|LICENSE)[A-Z]{2,}(?![a-z])")
ROOTS = ("proto", "client/python/src", "client/python_local/src", "client/cpp/include", "core/include")
LINK = re.compile(r"\]\(([^)#:\s]*)(?:#([^)\s]*))?\)")
FENCED = re.compile(r"```.*?```", re.DOTALL)
COMMENTS = {
    **dict.fromkeys((".h", ".cc", ".cu", ".rs", ".proto"), r"//.*"),
    **dict.fromkeys((".py", ".pyi"), r'(?:^|\s)#.*|"""[\s\S]*?"""'),
    **dict.fromkeys((".sh", ".cmake", ".yaml", ".yml", ".toml", ".txt", ".awk", ""), r"(?:^|\s)#.*"),
}


def prose(path, text):
    """What of a file people read: its comments, or the page without its examples."""
    if path.endswith(".md"):
        return "" if "do not edit" in text[:500] else FENCED.sub("", text)
    pattern = COMMENTS.get(pathlib.PurePath(path).suffix)
    return "\n".join(re.findall(pattern, text, re.MULTILINE)) if pattern else ""


def slug(heading):
    """The anchor of a heading, as forges make it."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
    return "".join(c for c in text if c.isalnum() or c in " -_").replace(" ", "-")


def anchors(page):
    counts, result = collections.Counter(), set()
    for heading in re.findall(r"^#+ (.*)$", FENCED.sub("", page), re.MULTILINE):
        name = slug(heading)
        result.add(f"{name}-{counts[name]}" if counts[name] else name)
        counts[name] += 1
    return result


class Repository:
    def __init__(self, files):
        self.files = files
        self.names = {path.rsplit("/", 1)[-1] for path in files}
        self.folders = {str(folder) for path in files for folder in pathlib.PurePath(path).parents}
        # Beginnings of paths, cut anywhere: "docs/adr/0018".
        self.paths = sorted(files)
        tops = sorted(re.escape(path.split("/")[0]) for path in {p.split("/")[0] + "/" for p in files if "/" in p})
        self.folder = re.compile(rf"{BEFORE}((?:{'|'.join(tops)})/[\w./-]*)") if tops else None

    def has_file(self, said_in, name):
        if "/" not in name:
            return name in self.names
        folder = pathlib.PurePath(said_in).parent
        starts = [str(start) for start in (folder, *folder.parents)] + list(ROOTS)
        return any(posixpath.normpath(posixpath.join(start, name)) in self.files for start in starts)

    def check_file(self, path, text):
        read = prose(path, text)
        made = set(re.findall(r"<!-- new file (\S+) -->", text))  # by who follows the page
        for name in FILE.findall(read):
            if not (PLACEHOLDER.search(name) or name.startswith("build/") or name in made or self.has_file(path, name)):
                yield f"{path}: names {name}, which is not there"
        for name in self.folder.findall(read) if self.folder else ():
            start = name.rstrip("./")
            if not (FILE.fullmatch(start) or PLACEHOLDER.search(start) or any(p.startswith(start) for p in self.paths)):
                yield f"{path}: names {name}, which is not there"
        if path.endswith(".md"):
            yield from self.check_links(path, re.sub(r"`[^`\n]*`(?!\])", "", FENCED.sub("", text)))

    def check_links(self, path, text):
        for target, anchor in LINK.findall(text):
            page = posixpath.normpath(posixpath.join(posixpath.dirname(path), target)) if target else path
            if page not in self.files and page not in self.folders:
                yield f"{path}: links to {target}, which is not there"
            elif anchor and anchor not in anchors(self.files.get(page, "")):
                yield f"{path}: links to #{anchor} of {page}, which has no such heading"


def check(files):
    repository = Repository(files)
    return [complaint for path, text in files.items() for complaint in repository.check_file(path, text)]


PAGE = "# Page\n\n## One *thing*, and [another](b.md)\n"


def sample(path, text):
    return {"docs/a.md": PAGE, "docs/b.md": "", "docs/adr/0001-why.md": "", "core/engine/engine.h": "", "proto/v1/x.proto": "",
            path: text}


if __name__ == "__main__":
    checker.main(
        check,
        good={
            **sample("core/x.h", "// docs/a.md, engine.h, core/engine/engine.h, docs/adr/0001, v1/x.proto, build/none.h,\n"
                                 "// NAME_test.cc, tests/NAME/x.py, a batch.size, https://host.example/none/x.md\n"
                                 '#include "none/here.h"'),
            "docs/c.md": "`core/engine/engine.h` [one](a.md#one-thing-and-another) [two](../core) [me](#here)\n# Here\n"
                         "```\ndocs/none.md\n```\n<!-- new file core/one.h -->\n`core/one.h`\n",
            "tools.py": '\"\"\"See docs/a.md.\"\"\"\npath = "docs/none.md"\n',
        },
        bad={
            "a page in a comment": sample("core/x.h", "// docs/none.md"),
            "a page of another tree": sample("x.py", "# other/math.md"),
            "a file in a docstring": sample("x.py", '\"\"\"Of core/none.h.\"\"\"'),
            "a file by its name": sample("core/x.h", "// private to none.cc"),
            "a file in a page": sample("docs/c.md", "`core/none.h`"),
            "a folder in a page": sample("docs/c.md", "`docs/none`"),
            "a folder in a script": sample("x.sh", "# writes docs/none/"),
            "a link": sample("docs/c.md", "[x](none.md)"),
            "a link to a heading": sample("docs/c.md", "[x](a.md#one-thing)"),
            "a link to a heading of the page": sample("docs/c.md", "[x](#none)"),
        })
