"""The package as it is installed: a wheel of pure Python that brings what it needs, and needs little."""

import email.parser
import filecmp
import os
import pathlib
import re
import shutil
import subprocess
import sys
import zipfile

import pytest

SOURCE = pathlib.Path(os.environ["SOURCE_DIR"])
# Python that cannot import what is optional.
WITHOUT_OPTIONAL = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("torch", "advantaged_local", "pandas"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Absent())
"""


def run(*command, **settings):
    done = subprocess.run(command, capture_output=True, text=True, check=False, **settings)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout, done.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Built of a copy that has nothing but the sources."""
    folder = tmp_path_factory.mktemp("package")
    shutil.copytree(SOURCE / "client/python", folder / "python", ignore=shutil.ignore_patterns("__pycache__"))
    run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index",
        "--disable-pip-version-check", f"--wheel-dir={folder}", folder / "python")
    built, = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel):
    """A folder with the package in it, and nothing else."""
    folder = wheel.parent / "installed"
    run(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--disable-pip-version-check",
        f"--target={folder}", wheel)
    return folder


def python(installed, program, *arguments):
    """Runs a program in a Python that has this package and not the one of the environment."""
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    return run(sys.executable, *arguments, "-c", program, env=environment, cwd=installed)


def test_the_wheel_is_pure_python_and_has_its_types(wheel):
    assert wheel.name.endswith("-py3-none-any.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    sources = SOURCE / "client/python/src"
    expected = {str(path.relative_to(sources)) for path in sources.glob("advantaged/**/*")
                if path.suffix in (".py", ".pyi", ".typed")}
    assert "advantaged/py.typed" in names
    assert {name for name in names if ".dist-info/" not in name} == expected


def test_the_wheel_says_what_it_needs(wheel):
    archive = zipfile.ZipFile(wheel)
    text, = (archive.read(name).decode() for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
    metadata = email.parser.Parser().parsestr(text)
    assert metadata["Requires-Python"] == ">=3.10"
    needed = [need for need in metadata.get_all("Requires-Dist") if "extra ==" not in need]
    assert sorted(re.match(r"[\w-]+", need)[0] for need in needed) == ["googleapis-common-protos", "grpcio", "numpy",
                                                                       "protobuf"]
    assert metadata.get_all("Provides-Extra") == ["local"]


def test_it_is_imported_without_what_is_optional(installed):
    said = python(installed, WITHOUT_OPTIONAL + "import advantaged; print(advantaged.__file__)")
    assert said == (f"{installed}/advantaged/__init__.py\n", "")


def test_importing_it_imports_nothing_optional(installed):
    program = "import advantaged, sys; print(sorted({'torch', 'advantaged_local', 'pandas'} & set(sys.modules)))"
    assert python(installed, program) == ("[]\n", "")


def test_it_computes_without_what_is_optional(installed, server):
    program = WITHOUT_OPTIONAL + f"""
import advantaged
with advantaged.Client({server.grpc[0]!r}) as client:
    print(client.compute([1, 0, 0, 1], groups=2, method="rloo").advantages)
"""
    assert python(installed, program, "-X", "dev", "-W", "error") == ("[1.0, -1.0, -1.0, 1.0]\n", "")


def test_its_version_is_that_of_the_wheel(installed):
    program = "import advantaged, importlib.metadata as m; print(advantaged.__version__ == m.version('advantaged'))"
    assert python(installed, program) == ("True\n", "")


def test_the_modules_of_the_contract_are_fresh(tmp_path):
    """What is committed is what scripts/generate_python.sh writes."""
    run(SOURCE / "scripts/generate_python.sh", tmp_path)
    written = sorted(path.relative_to(tmp_path) for path in tmp_path.glob("advantaged/**/*") if path.is_file())
    assert len(written) > 10
    package = SOURCE / "client/python/src"
    committed = sorted(path.relative_to(package) for path in package.glob("advantaged/*/*_pb2*.py*")
                       if path.suffix in (".py", ".pyi"))
    assert committed == written
    assert filecmp.cmpfiles(tmp_path, package, written, shallow=False)[1:] == ([], []), "run scripts/generate_python.sh"
