"""The quick starts of the README, of the clients page in C++ and of the audit, as a user runs them. (Rust's is run by
`make test-rust`.)"""

import os
import pathlib
import re
import subprocess
import sys

import pytest

SOURCE = pathlib.Path(os.environ["SOURCE_DIR"])
sys.path.insert(0, str(SOURCE / "tests" / "cli"))
import programs  # noqa: E402  (runs the real programs)


@pytest.fixture(scope="module", name="server")
def start_server():
    with programs.server() as addresses:
        yield addresses[0]


def code(name, page="README.md"):
    """The code between the markers <!-- name --> and <!-- /name -->."""
    text = (SOURCE / page).read_text(encoding="utf-8")
    return re.search(rf"<!-- {name} -->\n```\w*\n(.*?)```\n<!-- /{name} -->", text, re.DOTALL).group(1)


def run(*command):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ADVANTAGED")}
    return subprocess.run(command, check=True, capture_output=True, text=True, env=environment,
                          timeout=programs.PATIENCE).stdout


def test_the_python_quick_start_prints_what_a_user_expects(server):
    assert "127.0.0.1:50051" in code("python")
    said = run(sys.executable, "-c", code("python").replace("127.0.0.1:50051", server)).splitlines()
    assert said[0].startswith("[[1.7320507764816284, -0.38490")
    assert said[1] == "[0.25 0.75]"
    assert "'pass_at_2': 0.75" in said[2]


def test_the_quick_start_without_a_server_runs():
    mean, mixed = run(sys.executable, "-c", code("local")).split()
    assert abs(float(mean)) < 1e-6
    assert int(mixed) == 256


def test_the_audit_example_finds_the_leak_and_prints_what_the_page_says():
    page = "docs/integrations/audit.md"
    said = run(sys.executable, "-c", code("audit", page))
    assert said.strip() == code("audit-output", page).strip()
    assert "0.056" in said


def test_the_audit_page_has_every_check_by_its_name():
    names = run(sys.executable, "-c", "from advantaged.audit import outcome; print('\\n'.join(outcome.CHECKS.values()))")
    page = (SOURCE / "docs" / "integrations" / "audit.md").read_text(encoding="utf-8")
    assert [name for name in names.splitlines() if name not in page.split("## What is found")[1]] == []


def test_the_cpp_quick_start_prints_what_a_user_expects(server):
    said = run(os.environ["QUICK_START"], server)
    assert said == ("1.7321 -0.3849 -0.3849 -0.3849 0.1925 0.1925 0.0000 0.1925 \nmean success rate 0.500\n")


@pytest.mark.parametrize("name", ["clients", "rewards"])
def test_every_example_of_a_page_runs(server, name):
    """One after the other, as one program."""
    page = (SOURCE / "docs" / f"{name}.md").read_text(encoding="utf-8")
    examples = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    assert len(examples) > 5
    run(sys.executable, "-c", "\n".join(examples).replace("127.0.0.1:50051", server))
