#!/usr/bin/env python3
"""Writes what programs print into the README, between its markers: the demo and the method table.

    scripts/update_readme.py      (or: make readme)

Needs the programs in build/bin.
"""

import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent
README = ROOT / "README.md"


def output_of(*command):
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True,
                          stdin=subprocess.DEVNULL).stdout.strip("\n")


def fill(text, section, content):
    marked = re.compile(rf"(<!-- {section} -->\n).*?(<!-- /{section} -->)", re.DOTALL)
    assert marked.search(text), f"README.md has no section {section}"
    return marked.sub(lambda match: f"{match[1]}{content}\n{match[2]}", text)


def main():
    text = README.read_text()
    text = fill(text, "demo", "```\n" + output_of("scripts/run_demo.sh") + "\n```")
    text = fill(text, "methods",
                output_of("build/bin/advctl", "methods", "--local", "--output", "markdown"))
    README.write_text(text)


if __name__ == "__main__":
    main()
