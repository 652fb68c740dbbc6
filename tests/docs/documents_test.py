"""The tables and examples of the README and of the pages under docs/, against the real programs."""

import os
import pathlib
import re
import subprocess
import sys

import pytest

SOURCE = pathlib.Path(os.environ["SOURCE_DIR"])
sys.path.insert(0, str(SOURCE / "tests" / "cli"))
import programs  # noqa: E402  (runs the real programs)

PAGES = [SOURCE / "README.md", *sorted((SOURCE / "docs").rglob("*.md"))]


def section(page, name):
    """What stands between the markers <!-- name --> and <!-- /name --> in a page."""
    text = (SOURCE / page).read_text(encoding="utf-8")
    return re.search(rf"<!-- {name} -->\n(.*?)<!-- /{name} -->", text, re.DOTALL).group(1)


def code(page, name):
    """The code of the fenced block in a section."""
    return re.search(r"```\w*\n(.*?)```", section(page, name), re.DOTALL).group(1)


@pytest.fixture(scope="module", name="server")
def start_server():
    with programs.server() as addresses:
        yield addresses[0]


def test_the_demo_in_the_readme_is_what_the_script_prints():
    """All but the addresses, which depend on what is free."""
    demo = subprocess.run([SOURCE / "scripts" / "run_demo.sh", os.path.dirname(programs.ADVCTL)],
                          stdin=subprocess.DEVNULL, check=True, capture_output=True, text=True)
    numbers = demo.stdout.split("Serving")[0]
    assert numbers.strip() in section("README.md", "demo"), "run `make readme`"


def test_the_command_line_of_the_readme_works(server):
    command = code("README.md", "command-line").replace("build/bin/advctl", programs.ADVCTL)
    done = subprocess.run(["bash", "-c", command], check=True, capture_output=True, text=True,
                          env={**os.environ, "ADVANTAGED_SERVER": server})
    assert '"advantages":[0.6666667,-0.33333334,-0.33333334,0.6666667]' in done.stdout


@pytest.mark.parametrize("name, file, head", [("rust", "client/rust/examples/quick_start.rs", 2),
                                              ("cpp", "tests/docs/quick_start.cc", 0)])
def test_compiled_examples_are_those_of_the_clients_page(name, file, head):
    """Which are built and run by the tests of that language, and by quick_start_test.py."""
    assert code("docs/clients.md", name) == "".join((SOURCE / file).read_text(encoding="utf-8").splitlines(keepends=True)[head:])


def test_the_metrics_page_lists_every_family_and_no_other():
    golden = (SOURCE / "tests" / "server" / "metric_families.txt").read_text(encoding="utf-8")
    families = set(re.findall(r"^(?:advantaged|grpc|process)_\w+", golden, re.MULTILINE))
    page = (SOURCE / "docs" / "metrics.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(\w+)`", page, re.MULTILINE)) == families


def advantaged(*flags):
    return subprocess.run([programs.ADVANTAGED, *flags], check=True, capture_output=True, text=True).stdout


def test_every_flag_of_the_server_is_documented():
    text = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    for flag in set(re.findall(r"--[a-z][a-z-]+", advantaged("--help"))) - {"--help", "--version"}:
        assert flag in text, f"{flag} is nowhere in the documents"


def test_the_table_of_settings_is_that_of_the_program():
    """Flag, default, range, and whether a reload applies it."""
    page = (SOURCE / "docs" / "operations.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `--([a-z-]+)` \| (?:`(.*)`)? ?\| ?(.*) \| (\w+) \| .+ \|$", page, re.MULTILINE)
    documented = {flag: (default, range_.strip(), change) for flag, default, range_, change in rows}
    defaults = dict(re.findall(r"^(\w+) = (.*)  # default$", advantaged("--print-config"), re.MULTILINE))
    helps = dict(re.findall(r"^  --([a-z-]+) .*?\s+((?:\S+ )+\(ADVANTAGED_.*)$", advantaged("--help"), re.MULTILINE))
    assert {flag.replace("-", "_") for flag in documented} == set(defaults)
    for flag, (default, range_, change) in documented.items():
        assert defaults[flag.replace("-", "_")].strip('["]') == default, flag
        assert f"; {range_} (" in helps[flag] if range_ else True, flag
        assert helps[flag].endswith(" [reload]") == (change == "reload"), flag


def test_the_example_of_a_configuration_file_is_accepted(tmp_path):
    page = (SOURCE / "docs" / "operations.md").read_text(encoding="utf-8")
    examples = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    assert examples
    for example in examples:
        path = tmp_path / "example.toml"
        path.write_text(example, encoding="utf-8")
        advantaged("--check-config", f"--config={path}")
