"""Every method there is, on the real rewards; and the lists of methods."""

import json
import math

import pytest

from programs import DATA, advctl, compute, results

# Methods that need parameters, or more than rewards. All others run as they are.
PARAMETERS = {
    "pass_at_k_reinforce": ["k=4"],
    "pass_at_k_rloo": ["k=4", "keep_factor_k=true"],
    "pass_at_k_grpo": ["k=4"],
    "pass_at_k_shaped": ["k=4"],
    "pass_at_k_variance_stabilized": ["k=4"],
    "combined_shaped": ["k=4"],
    "combined_direct": ["k=4"],
    "std_regularized": ["std_coefficient=1"],
    "entropy_regularized": ["entropy_coefficient=1"],
    "biased_pass_at_k": ["k=4", "base=rloo"],
    "focal": ["gamma=0.5", "base=grpo"],
    "max_at_k": ["k=4", "variant=leave_one_out", "scale=unbiased"],
    "weighted_reinforce": ["positive_weight=0.5"],
    "custom_table": ["tables=" + json.dumps([{
        "n": 10, "advantage_correct": [c / 10 for c in range(11)],
        "advantage_wrong": [-c / 10 for c in range(11)]}])],
    "surrogate": ["formula=a*asin(sqrt(rho_k))", "k=4", "constants=a=0.5", "regularizer=entropy",
                  "regularizer_coefficient=0.1", "leave_one_out_factor=true"],
}
WITHOUT_BASELINE = {"reinforce", "pass_at_k_reinforce", "max_at_k", "weighted_reinforce",
                    "custom_table"}


# At K = 4 a group teaches nothing where every choice of K, or of K-1 others, holds a correct response.
WRONG_NEEDED = {"pass_at_k_reinforce": 3, "pass_at_k_rloo": 3, "pass_at_k_grpo": 3,
                "pass_at_k_shaped": 4}


def listed(*where):
    return json.loads(advctl("methods", "--output", "json", *where).stdout)["methods"]


NAMES = [method["name"] for method in listed("--local")]


@pytest.mark.parametrize("name", NAMES)
def test_real_rewards(server, name, tmp_path):
    path = DATA
    if name == "opo":
        path = tmp_path / "with_lengths.jsonl"
        path.write_text("".join(
            json.dumps({**json.loads(line), "lengths": [100 + 10 * i for i in range(10)]}) + "\n"
            for line in DATA.read_text(encoding="utf-8").splitlines()), encoding="utf-8")
    settings = [flag for setting in PARAMETERS.get(name, []) for flag in ("-p", setting)]
    arguments = ["--method", name, *settings, "--pass-at", "1,4,8", path]
    process = compute(*arguments, "--server", server[0])
    groups = results(process)
    assert compute(*arguments, "--local").stdout == process.stdout

    assert len(groups) == 492
    rewards = [json.loads(line)["rewards"] for line in path.read_text(encoding="utf-8").splitlines()]
    signal = 0
    for group, reward in zip(groups, rewards):
        assert group["n"] == 10 and group["c"] == sum(reward)
        assert math.isclose(group["pass_at_k"]["1"], group["rho"], abs_tol=1e-15)
        assert group["zero_variance"] == (group["c"] in (0, 10))
        # Equal responses have equal advantages, unless their lengths differ.
        pairs = set(zip(reward, group["advantages"]))
        assert len(pairs) == (2 if 0 < group["c"] < 10 else 1)
        if group["zero_variance"] and name not in WITHOUT_BASELINE:
            assert set(group["advantages"]) == {0}
        signal += 0 < group["c"] < 10 and any(group["advantages"])
    assert signal == sum(0 < sum(reward) <= 10 - WRONG_NEEDED.get(name, 1) for reward in rewards)


def test_lists_agree(server):
    assert listed("--server", server[0]) == listed("--local")
    text = advctl("methods", "--local").stdout
    markdown = advctl("methods", "--local", "--output", "markdown").stdout
    rows = markdown.splitlines()
    assert rows[0] == "| Method | A(correct), A(wrong) | F | Parameters | Constant group | Source |"
    assert len(rows) == len(NAMES) + 2
    for name, row in zip(NAMES, rows[2:]):
        assert row.startswith(f"| `{name}` | ")
        assert row.replace("\\|", "").count("|") == 7
        assert f"\n{name}  " in f"\n{text}" or f"\n{name}\n" in f"\n{text}"


def test_surrogates_are_listed():
    surrogates = {method["name"]: method["surrogate"] for method in listed("--local")}
    assert surrogates["grpo"] == "2*asin(sqrt(rho))"
    assert surrogates["skew_r"] == "asin(sqrt(rho)) + std(rho)"
    assert surrogates["biased_pass_at_k"] == (
        "grpo: incomplete_beta(rho, 1/2, k - 1/2); reinforce, rloo, dr_grpo: rho_k/k")
    without = {"combined_shaped", "pass_at_k_variance_stabilized", "custom_table"}
    assert {name for name, text in surrogates.items() if not text} == without
    assert "\n    F = log(rho)\n" in advctl("methods", "--local").stdout
    markdown = advctl("methods", "--local", "--output", "markdown").stdout
    assert "| `(1-rho)/rho" not in markdown and "| `log(rho)` |" in markdown


def test_parameters_say_what_is_required():
    text = advctl("methods", "--local").stdout
    assert "grpo  ddof=0  epsilon=0\n" in text
    assert "focal  gamma (required)  base (required: reinforce, rloo, grpo, dr_grpo)\n" in text
    assert "surrogate  formula (required)  k (optional)  constants (optional)  leave_one_out_factor=false" in text
    assert "variant=plain (or leave_one_out, leave_one_out_minus_one)" in text
