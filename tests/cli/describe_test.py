"""`advctl describe`: the same from a server and from this process, for programs and for people."""

import csv
import io
import json

import pytest

from programs import advctl

K4 = ("describe", "pass_at_k_grpo", "-p", "k=4")


def output(*arguments):
    process = advctl(*arguments)
    assert process.returncode == 0, process.stderr
    assert process.stderr == ""
    return process.stdout


def columns(text):
    """The columns of CSV: name to values."""
    names, *rows = csv.reader(io.StringIO(text))
    return {name: [float(row[i]) for row in rows] for i, name in enumerate(names)}


@pytest.mark.parametrize("form", ["table", "json", "csv", "csv-table"])
def test_local_and_remote_say_the_same(server, form):
    arguments = (*K4, "--n", 12, "--output", form)
    assert output(*arguments, "--local") == output(*arguments, "--server", server[0])


def test_json_is_one_line():
    text = output(*K4, "--n", 4, "--rho", "0.25,0.5", "--output", "json", "--local")
    assert text.count("\n") == 1
    body = json.loads(text)
    assert list(body) == ["name", "equation", "source", "parameters", "n", "table", "curve"]
    assert body["table"]["c"] == [0, 1, 2, 3, 4] and body["curve"]["rho"] == [0.25, 0.5]


def test_csv_has_the_numbers_of_json():
    arguments = (*K4, "--n", 5, "--points", 20, "--local", "--output")
    body = json.loads(output(*arguments, "json"))
    curve = {name: values for name, values in body["curve"].items() if isinstance(values, list) and values}
    assert columns(output(*arguments, "csv")) == curve
    assert "pass_at_k_mean" in curve and "data_term" not in curve
    table = columns(output(*arguments, "csv-table"))
    assert list(table) == list(body["table"])
    assert table["c"] == [0, 1, 2, 3, 4, 5]
    assert table["weight_correct"] == body["table"]["weight_correct"]
    # float32 in the shortest form.
    assert table["advantage_correct"] == pytest.approx(body["table"]["advantage_correct"], rel=1e-7)


def test_table():
    text = output(*K4, "--n", 8, "--local")
    lines = text.splitlines()
    assert lines[0] == "pass_at_k_grpo k=4 keep_factor_k=false"
    assert lines[1].strip() == "A+ = A_GRPO f+, A- = A_GRPO f-" and "2510.23049v1" in lines[2]
    assert any(line.startswith("F(rho) = ") for line in lines)
    assert "F(0) = 0" in text and "largest at rho = " in text
    assert "█" in text
    assert max(map(len, lines)) <= 100
    table = lines[lines.index("n = 8, c correct") + 2:][:9]
    assert [line.split()[0] for line in table] == [str(c) for c in range(9)]
    # GRPO's sqrt(3) times f+ = C(6, 3)/C(7, 3) at c = 2.
    assert table[2].split()[:3] == ["2", "0.25", "0.9897"]
    # Round values of rho between the ends.
    curve = lines[[i for i, line in enumerate(lines) if line.split()[:2] == ["rho", "A+"]][0] + 1:][:11]
    assert [line.split()[0] for line in curve] == [
        "0.005", *(f"0.{i}" for i in range(1, 10)), "0.995"]
    assert "prints all 199 points" in lines[-1]


def test_long_tables_and_short_curves():
    text = output("describe", "rloo", "--n", 33, "--rho", "0.1,0.5", "--local")
    assert "34 rows; --output csv-table prints them" in text
    assert "█" not in text, "two points are no picture"


def test_sign_change_is_told():
    text = output("describe", "entropy_regularized", "-p", "entropy_coefficient=2", "--local")
    assert "against correct or for wrong" in text
    assert "against correct" not in output("describe", "grpo", "--local")


def test_no_limit():
    table = {"n": 2, "advantage_correct": [0, 1, 0.5], "advantage_wrong": [0, -1, 0]}
    text = output("describe", "custom_table", "-p", "tables=" + json.dumps([table]), "--n", 2, "--local")
    assert "no surrogate" in text and "F_n" in text


REFUSED = [
    (["--n", 1], "--n: 1"),
    (["--points", 4097], "--points: 4097"),
    (["--rho", "0.5,1"], "--rho[1]: 1"),
    (["--rho", "0.5", "--points", 3], "--points: 3 beside rho"),
    (["-p", "k=0"], "-p k: 0"),
]


@pytest.mark.parametrize("arguments, message", REFUSED, ids=[message for _, message in REFUSED])
def test_refused(server, arguments, message):
    method = [] if "-p" in arguments else ["-p", "k=1"]
    for where in (["--local"], ["--server", server[0]]):
        process = advctl("describe", "pass_at_k_grpo", *method, *arguments, *where)
        assert process.returncode == 1
        assert message in process.stderr and process.stdout == ""


def test_a_method_as_a_whole_is_named_by_itself():
    longest = "+".join(["incomplete_beta(rho,2,3)"] * 20)
    process = advctl("describe", "surrogate", "-p", f"formula={longest}", "-p", f"regularizer={longest}", "-p",
                     "regularizer_coefficient=1", "--n", 4096, "--points", 4096, "--local")
    assert process.returncode == 1
    assert process.stderr == (
        "advctl: surrogate: takes more than 67108864 operations for n = 4096 "
        "and 4096 points; take fewer\n")


def test_every_violation_is_listed():
    process = advctl("describe", "pass_at_k_grpo", "--n", 0, "--points", 0, "--local")
    assert process.returncode == 1
    assert len(process.stderr.splitlines()) >= 2
