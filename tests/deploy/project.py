"""What tests of deploy/ know of the project: where it is, its version, and the families on its metrics page."""

import pathlib
import re

SOURCE = pathlib.Path(__file__).resolve().parents[2]
VERSION = re.search(r"^ *VERSION (\S+)$", (SOURCE / "CMakeLists.txt").read_text(encoding="utf-8"), re.MULTILINE)[1]
# Name: its type, then its labels.
FAMILIES = {line.split()[0]: line.split()[1:] for line in
            (SOURCE / "tests/server/metric_families.txt").read_text(encoding="utf-8").splitlines() if line[0] != "#"}


def family(sample):
    """Of a sample's name: without the end that its kind of sample has."""
    return sample if sample in FAMILIES else re.sub(r"_(bucket|sum|count)$", "", sample)
