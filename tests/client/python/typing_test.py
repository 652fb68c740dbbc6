"""The package is typed: mypy has nothing to say about it, and knows of a program that uses it what is right and wrong."""

import os
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
SOURCE = pathlib.Path(os.environ["SOURCE_DIR"])
PACKAGE = SOURCE / "client/python"


def mypy(*arguments, folder):
    """What mypy prints, one complaint a line."""
    # Outside of the sources, kept from run to run: reading NumPy's types takes ten times as long as all the rest.
    cache = SOURCE / "build/mypy_cache"
    done = subprocess.run([sys.executable, "-m", "mypy", f"--cache-dir={cache}", "--no-error-summary", *arguments],
                          cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1) and not done.stderr, done.stderr
    return [line for line in done.stdout.splitlines() if ": note: " not in line]


def test_the_package_is_strictly_typed():
    assert mypy(folder=PACKAGE) == []  # pyproject.toml says what, and strict


def test_a_program_that_uses_it_is_strictly_typed():
    """As installed, which takes py.typed; assert_type in the program says what each value is."""
    expected = [(i, found[1]) for i, line in enumerate((HERE / "typed_program.py").read_text("utf-8").splitlines(), 1)
                if (found := re.search(r"# expect: (.*)", line))]
    assert len(expected) == 17
    complaints = mypy("--strict", "typed_program.py", folder=HERE)
    found = [re.fullmatch(r"typed_program.py:(\d+): error: .*\[([\w-]+)\]", line) for line in complaints]
    assert [(int(match[1]), match[2]) for match in found if match] == expected, "\n".join(complaints)
    assert len(complaints) == len(expected), "\n".join(complaints)
