"""Runs a program with the address of a real server as its argument; exits as it does."""

import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(os.environ["SOURCE_DIR"], "tests", "cli")))
import programs  # noqa: E402  (runs the real programs)

with programs.server() as addresses:
    for address in addresses:
        subprocess.run([*sys.argv[1:], address], check=True, timeout=programs.PATIENCE)
