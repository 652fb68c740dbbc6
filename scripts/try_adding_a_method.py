#!/usr/bin/env python3
"""Follows docs/adding_a_method.md on a copy of the built tree, and runs the tests of the core and of the clients there.

    scripts/try_adding_a_method.py      (or: make try-method; needs root)

Fails if the page has a hand in more than six files, if a block does not go where it says, or if a test fails. The copy is a
layer over the tree at its own path, which only this process sees, so that the build goes on from where it is; all of it is
gone in the end.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs/adding_a_method.md"
MOST_FILES = 6
INSIDE = "--in-the-copy"
BLOCK = re.compile(r"<!-- (?:new file|at the end of|after \"((?:[^\"\\]|\\.)*)\" in) (\S+) -->\n```\w*\n(.*?)^```$",
                   re.DOTALL | re.MULTILINE)
# Of the core: the vectors, the sweeps over all methods, the cache of tables.
CORE_TESTS = "core_vectors_test", "core_methods_test", "threads_test"
# Of the Python client: in-process, since the server is not built again.
PYTHON_TESTS = "methods_test.py", "line_test.py", "generated_test.py"


def edits():
    """(path, line to stand after or None, text) of each block of the page."""
    text = PAGE.read_text("utf-8")
    found = [(path, after and after.replace('\\"', '"'), block) for after, path, block in BLOCK.findall(text)]
    assert len(found) == text.count("```") // 2, "a block of the page says no place"
    files = sorted({path for path, _, _ in found})
    if len(files) > MOST_FILES:
        sys.exit(f"a method takes {len(files)} files by hand, more than {MOST_FILES}: {', '.join(files)}")
    return found


def apply(path, after, block):
    file = ROOT / path
    text = file.read_text("utf-8") if file.exists() else ""
    if after:
        assert f"\n{text}".count(f"\n{after}\n") == 1, f"{path} has not one line {after!r}"
        text = f"\n{text}".replace(f"\n{after}\n", f"\n{after}\n{block}")[1:]
    else:
        text += block
    file.write_text(text, "utf-8")


def run(*command, **more):
    began = time.monotonic()
    subprocess.run(command, cwd=ROOT, check=True, **more)
    print(f"{time.monotonic() - began:6.0f} s  {' '.join(map(str, command[:3]))}", flush=True)


def layer():
    """Makes what this process changes in the tree its own."""
    top = pathlib.Path(tempfile.mkdtemp())
    mount = ["mount", "-t"]
    subprocess.run([*mount, "tmpfs", "tmpfs", top], check=True)
    for name in ("upper", "work"):
        (top / name).mkdir()
    options = f"lowerdir={ROOT},upperdir={top}/upper,workdir={top}/work"
    subprocess.run([*mount, "overlay", "overlay", "-o", options, ROOT], check=True)
    os.chdir(ROOT)  # the layer, not what is below it
    return top


def main():
    found = edits()
    files = {path for path, _, _ in found}
    if INSIDE not in sys.argv:
        run("cmake", "--build", "build", "--target", "print_methods", "lattice_bits", *CORE_TESTS)
        run("scripts/python_environment.sh")
        sys.exit(subprocess.run(["unshare", "--mount", "--propagation", "private", sys.executable, __file__, INSIDE]).returncode)
    began = time.monotonic()
    top = layer()
    for edit in found:
        apply(*edit)
    run("cmake", "--build", "build", "--target", "print_methods", "lattice_bits", *CORE_TESTS)
    run("scripts/generate.sh")
    for test in CORE_TESTS:
        run(f"build/test/{test}", "--gtest_brief=1")
    run("scripts/python_environment.sh")
    environment = {**os.environ, "SOURCE_DIR": str(ROOT), "PYTHONPATH": str(ROOT / "tests/server"),
                   "ADVANTAGED_BINARY": "not built"}
    tests = [ROOT / "tests/client/python" / name for name in PYTHON_TESTS]
    run("build/venv/bin/python", "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "not remote", *tests, env=environment)
    if shutil.which("cargo"):
        run("cargo", "test", "--quiet", "--locked", "--manifest-path", "client/rust/Cargo.toml", "--lib", "method",
            env={**os.environ, "CARGO_TARGET_DIR": str(ROOT / "build/rust")})
    generated = [path for path in changed(top) if path not in files]
    print(f"{time.monotonic() - began:6.0f} s  in all. By hand {len(files)} files: {', '.join(sorted(files))}. Written: "
          f"{', '.join(generated)}.")


def changed(top):
    """Files of the repository that the layer holds."""
    held = {str(path.relative_to(top / "upper")) for path in (top / "upper").rglob("*") if path.is_file()}
    listed = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, check=True,
                            capture_output=True, text=True).stdout.splitlines()
    return sorted(held & set(listed))


if __name__ == "__main__":
    main()
