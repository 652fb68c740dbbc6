"""What building client/python_local says where something is missing."""

import os
import pathlib
import re
import subprocess

SOURCES = pathlib.Path(__file__).parents[3] / "client" / "python_local"


def configure(tmp_path, *options):
    process = subprocess.run(["cmake", "-S", SOURCES, "-B", tmp_path / "build", *options], capture_output=True, text=True,
                             env={**os.environ, "CXXFLAGS": ""})
    assert process.returncode != 0
    found = re.search(r"needs these packages \(Debian's\s+names;.*?\): ([\w\s-]+?)\n\n", process.stderr, re.DOTALL)
    return found and found[1].split()


def test_everything_missing_is_named_at_once(tmp_path):
    nothing = ("-DCMAKE_CXX_FLAGS=-nostdinc", f"-DPython_INCLUDE_DIR={tmp_path}/nowhere")
    assert configure(tmp_path, *nothing) == ["libhwy-dev", "libboost-dev", "tao-pegtl-dev", "python3-dev"]


def test_an_installed_core_needs_less(tmp_path):
    nothing = ("-DCMAKE_CXX_FLAGS=-nostdinc", "-DADVANTAGED_INSTALLED_CORE=ON")
    assert configure(tmp_path, *nothing) == ["libhwy-dev"]
