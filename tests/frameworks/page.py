"""The numbers of docs/integrations/README.md, "What their GRPO is", for the tests that measure them again."""

import pathlib
import re

import pytest

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "integrations" / "README.md"
# Of the page: a group with correct and wrong responses, and one whose rewards are equal.
REWARDS = [1, 0, 0, 1, 0, 0, 1, 0]
EQUAL = [0.95] * 8


def assert_on_page(row, mixed, equal):
    """`mixed` and `equal`: a framework's own advantages of REWARDS and EQUAL; `row`: what its row begins with."""
    line, = re.findall(rf"^\| {re.escape(row)}[^|]*\|([^|]*)\|([^|]*)\|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    correct, wrong = (float(number.replace("−", "-")) for number in line[0].split(","))
    leak = float(line[1].replace("*", ""))
    assert list(mixed) == pytest.approx([correct if reward else wrong for reward in REWARDS], rel=2e-6)
    # A leak is a rounding error divided by epsilon; some CPUs round otherwise and leak less.
    assert max(map(abs, equal)) == pytest.approx(leak, rel=1e-3) if leak else max(map(abs, equal)) == 0
