"""The committed dashboards are what the code makes (make dashboards)."""

import sys

import pytest
from board import FOLDER, NAMES

sys.path.insert(0, str(FOLDER.parent))
import dashboards  # noqa: E402  beside what is committed


@pytest.mark.parametrize("name", NAMES)
def test_dashboard_is_fresh(name):
    written = (FOLDER / f"{name}.json").read_text(encoding="utf-8")
    assert written == dashboards.text(dashboards.BOARDS[name]())
    assert {file.stem for file in FOLDER.glob("*.json")} == set(NAMES) == set(dashboards.BOARDS)
