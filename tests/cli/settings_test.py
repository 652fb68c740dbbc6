"""One line of settings says everything that `compute` takes; flags and the line are one set of settings."""

import pytest

from programs import advctl, compute, lines_of, results

TEXT = lines_of({"rewards": [1, 0, 0, 1]}, {"rewards": [0, 0.5, 2]})


def test_a_line_of_settings_computes_what_the_flags_do(server):
    line = "grpo ddof=1 pass_at=1,2 stages=center,scale(ddof=1,epsilon=1e-8),clip(-1,0.75) success_threshold=0.5"
    flags = ["grpo", "-p", "ddof=1", "--pass-at", "1,2", "--stage", "center", "--stage", "scale,ddof=1,epsilon=1e-8",
             "--stage", "clip=-1:0.75", "--success-threshold", 0.5]
    for output in ("jsonl", "table"):
        expected = compute("--method", *flags, "--local", "--output", output, stdin=TEXT)
        assert expected.returncode == 0 and "0.75" in expected.stdout
        for where in (["--local"], ["--server", server[0]]):
            process = compute("--method", line, *where, "--output", output, stdin=TEXT)
            assert process.returncode == 0, process.stderr
            assert process.stdout == expected.stdout


def test_parameters_of_a_line_reach_every_command_with_a_method(server):
    assert advctl("describe", "pass_at_k_grpo k=4", "--local").stdout == advctl(
        "describe", "pass_at_k_grpo", "-p", "k=4", "--local").stdout != ""
    process = advctl("bench", "--server", server[0], "--method", "pass_at_k_grpo k=2", "--responses", 64, "--seconds",
                     0.01, "--warm-up", 0)
    assert process.returncode == 0, process.stderr
    refused = advctl("describe", "grpo pass_at=4", "--local")
    assert refused.returncode == 2 and 'grpo has no parameter "pass_at"; it has ddof, epsilon' in refused.stderr


def test_a_formula_with_blanks_stands_in_quotes_and_is_printed_so():
    process = compute("--method", "surrogate formula='rho + a*rho_k' k=2 constants=a=0.5", "--local", "--output", "table",
                      stdin=lines_of({"rewards": [1, 0, 0, 1]}))
    assert process.returncode == 0, process.stderr
    assert "surrogate formula='rho + a*rho_k' k=2 constants=a=0.5" in process.stdout


def test_tables_are_said_in_a_line():
    found, = results(compute("--method", "custom_table tables=(2,(0,1,1),(-3,-1,0))", "--local",
                             stdin=lines_of({"rewards": [1, 0]})))
    assert found["advantages"] == [1, -1]


@pytest.mark.parametrize("arguments, message", [
    (["grpo pass_at=4", "--pass-at", "8"], "pass_at is given twice"),
    (["grpo shape_rewards=false", "--shape-rewards"], "shape_rewards is given twice"),
    (["grpo ddof=1", "-p", "ddof=0"], "ddof is given twice"),
    (["grpo stages=center", "--stage", "center"], "--stage: the stages are given twice"),
    (["grpo small_group=Zero"], 'setting small_group: "Zero" is not one of zero, error, raw, clamp_k; did you mean "zero"?'),
    (["grpo stages=centre"], 'setting stages: "centre" is not stages, as in center,scale(ddof=1),clip(-5,5)'),
    (["grpo passat=4"], '"passat" is no setting and no parameter of grpo; it has ddof, epsilon; did you mean "pass_at"?'),
    (["grpo run='a"], "a quote ' without its partner"),
    (["k=4"], 'the first word must be the method, as in \'pass_at_k_grpo k=4\'; it is "k=4"'),
    (["grpo moments_only=true"], "moments_only (true): advctl prints advantages"),
    (["grpo missing=mask"], "missing is a setting of Python alone"),
    (["grpo rewards=1"], '"rewards" is no setting'),
], ids=str)
def test_a_bad_line_is_wrong_usage(arguments, message):
    process = compute("--method", *arguments, "--local", stdin=TEXT)
    assert process.returncode == 2 and process.stdout == ""
    assert message in process.stderr
