"""What compile_once.py takes from another build, and what it compiles."""

import json
import pathlib
import subprocess
import sys

import pytest

LAUNCHER = pathlib.Path(__file__).with_name("compile_once.py")
FLAGS = ["-O1", "-Wall", "-DONE"]
MADE = b"made before"


@pytest.fixture
def compiled(tmp_path):
    """compiled(flags): the object that the embedding build gets, with a header in it that both builds generate."""
    build, embedding = tmp_path / "build", tmp_path / "embedding"
    source = tmp_path / "one.cc"
    source.write_text('#include "made.h"\nint One() { return MADE; }\n', encoding="utf-8")
    headers = {folder: folder / "generated" for folder in (build, embedding / "advantaged")}
    for folder in headers.values():
        folder.mkdir(parents=True)
        (folder / "made.h").write_text("#define MADE 1\n", encoding="utf-8")
    (build / "one.o").write_bytes(MADE)
    command = ["c++", *FLAGS, "-isystem", str(headers[build]), "-o", "one.o", "-c", str(source)]
    entry = {"directory": str(build), "command": " ".join(command), "file": str(source)}
    (build / "compile_commands.json").write_text(json.dumps([entry]), encoding="utf-8")

    def compile_with(flags, header="#define MADE 1\n", launcher=()):
        (headers[embedding / "advantaged"] / "made.h").write_text(header, encoding="utf-8")
        words = ["c++", *flags, "-isystem", str(headers[embedding / "advantaged"]), "-MD", "-MT", "one.o", "-MF", "one.o.d",
                 "-o", "one.o", "-c", str(source)]
        subprocess.run([sys.executable, LAUNCHER, build, "c++", *launcher, *words], cwd=embedding, check=True)
        assert (embedding / "one.o.d").exists()
        return (embedding / "one.o").read_bytes()

    return compile_with


def test_the_same_command_is_not_run_again(compiled):
    assert compiled(FLAGS) == MADE


def test_another_launcher_changes_nothing(compiled):
    assert compiled(FLAGS, launcher=["env"]) == MADE
    assert compiled([*FLAGS, "-g"], launcher=["env"]).startswith(b"\x7fELF")


def test_warnings_change_no_object(compiled):
    assert compiled(["-O1", "-Wextra", "-DONE"]) == MADE


@pytest.mark.parametrize("flags", [["-O2", "-Wall", "-DONE"], ["-O1", "-Wall"], [*FLAGS, "-ffp-contract=off"]], ids=str)
def test_another_command_is_run(compiled, flags):
    assert compiled(flags).startswith(b"\x7fELF")


def test_what_is_generated_otherwise_is_compiled(compiled):
    assert compiled(FLAGS, header="#define MADE 2\n").startswith(b"\x7fELF")


def test_a_compiler_that_fails_fails(compiled):
    with pytest.raises(subprocess.CalledProcessError):
        compiled(FLAGS, header="#error no\n")
