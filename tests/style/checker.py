"""What the checks of this folder share.

A check is a function from {path: text} to a list of complaints. Before it looks at
the repository it must find fault with each sample that is bad, and none with the
one that is good, so that a check that has stopped working fails instead of passing.
"""

import argparse
import pathlib
import subprocess
import sys


def repository_files(root):
    """Every file that git tracks or would track, as {path: text}; of images and the like the text is empty."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root, check=True, capture_output=True, text=True).stdout
    files = {}
    for path in sorted(set(listing.split("\0")) - {""}):
        full = pathlib.Path(root, path)
        if not full.is_file() or full.is_symlink():
            continue
        try:
            files[path] = full.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            files[path] = ""
    return files


def self_check(check, good, bad):
    """Ends the program unless `check` accepts `good` and complains of each of `bad`."""
    complaints = check(good)
    if complaints:
        sys.exit("self-check: complains of the good sample:\n" + "\n".join(complaints))
    for name, sample in bad.items():
        if not check(sample):
            sys.exit(f"self-check: does not notice: {name}")


def report(complaints, looked_at):
    """Prints the outcome and ends the program with it."""
    for complaint in complaints:
        print(complaint)
    print(f"{looked_at} looked at, {len(complaints)} complaints")
    sys.exit(1 if complaints else 0)


def main(check, good, bad):
    """Runs one check over the repository given by --root."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--root", required=True)
    root = parser.parse_args().root
    self_check(check, good, bad)
    files = repository_files(root)
    report(check(files), f"{len(files)} files")
