#!/usr/bin/env python3
"""Writes what the demo prints into the README, between its markers.

    scripts/update_readme.py      (or: make readme)

Needs the programs in build/bin.
"""

import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent
README = ROOT / "README.md"


def main():
    demo = subprocess.run("scripts/run_demo.sh", cwd=ROOT, check=True, capture_output=True, text=True,
                          stdin=subprocess.DEVNULL).stdout.strip("\n")
    marked = re.compile(r"(<!-- demo -->\n).*?(<!-- /demo -->)", re.DOTALL)
    text = README.read_text()
    assert marked.search(text), "README.md has no section demo"
    README.write_text(marked.sub(lambda match: f"{match[1]}```\n{demo}\n```\n{match[2]}", text))


if __name__ == "__main__":
    main()
