"""`make test-deploy` on a machine whose Go is missing or too old."""

import shutil
import subprocess

import pytest
from project import SOURCE

SCRIPT = SOURCE / "scripts/deploy_tools.sh"


@pytest.mark.parametrize("version, said", [
    (None, "no go on PATH"),
    ("go1.19.8", "this is go1.19.8"),
    ("go1.25.9", "this is go1.25.9"),
])
def test_go_is_asked_for_by_version(version, said, tmp_path):
    (tmp_path / "scripts").mkdir()
    for script in (SCRIPT, SCRIPT.with_name("go_programs.sh")):
        shutil.copy(script, tmp_path / "scripts")
    programs = tmp_path / "bin"
    programs.mkdir()
    for program in ("bash", "dirname"):
        (programs / program).symlink_to(shutil.which(program))
    if version:
        (programs / "go").write_text(f"#!/bin/sh\necho {version}\n", encoding="utf-8")
        (programs / "go").chmod(0o755)
    done = subprocess.run([shutil.which("bash"), tmp_path / "scripts" / SCRIPT.name], env={"PATH": str(programs)},
                          capture_output=True, text=True, timeout=500, check=False)
    assert done.returncode == 1
    assert done.stderr == f"test-deploy needs Go 1.26 or newer: {said}\n"
