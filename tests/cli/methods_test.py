"""Every method there is, on the real rewards; and the lists of methods."""

import json
import math

import pytest

from programs import DATA, advctl, compute, results

TABLE_OF_TEN = json.dumps([{"n": 10, "advantage_correct": [c / 10 for c in range(11)],
                            "advantage_wrong": [-c / 10 for c in range(11)]}])
# With the examples of their parameters a group teaches nothing where it has fewer wrong responses than that: with K = 2,
# where every other response of one that is correct is correct, too.
WRONG_NEEDED = {"pass_at_k_shaped": 2}


def listed(*where):
    return json.loads(advctl("methods", "--output", "json", *where).stdout)["methods"]


METHODS = {method["name"]: method for method in listed("--local")}


@pytest.mark.parametrize("name", METHODS)
def test_real_rewards(server, name, tmp_path):
    path = DATA
    if name == "opo":
        path = tmp_path / "with_lengths.jsonl"
        path.write_text("".join(
            json.dumps({**json.loads(line), "lengths": [100 + 10 * i for i in range(10)]}) + "\n"
            for line in DATA.read_text(encoding="utf-8").splitlines()), encoding="utf-8")
    examples = {parameter["name"]: parameter["example"] for parameter in METHODS[name]["parameters"]}
    if "tables" in examples:
        examples["tables"] = TABLE_OF_TEN
    settings = [flag for parameter, text in examples.items() for flag in ("-p", f"{parameter}={text}")]
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
        if group["zero_variance"] and METHODS[name]["constant_group"] != "CONSTANT_GROUP_FORMULA" and examples.get("base") != "reinforce":
            assert set(group["advantages"]) == {0}
        signal += 0 < group["c"] < 10 and any(group["advantages"])
    assert signal == sum(0 < sum(reward) <= 10 - WRONG_NEEDED.get(name, 1) for reward in rewards)


def test_lists_agree(server):
    assert listed("--server", server[0]) == listed("--local")
    text = advctl("methods", "--local").stdout
    for name in METHODS:
        assert f"\n{name}  " in f"\n{text}" or f"\n{name}\n" in f"\n{text}"


def test_the_table_that_other_tests_read_is_fresh():
    kept = DATA.parent.parent / "tests" / "catalogue" / "methods.json"
    assert json.loads(kept.read_text(encoding="utf-8"))["methods"] == list(METHODS.values()), "make generate"


def test_surrogates_are_listed():
    surrogates = {method["name"]: method["surrogate"] for method in listed("--local")}
    assert surrogates["grpo"] == "2*asin(sqrt(rho))"
    assert surrogates["skew_r"] == "asin(sqrt(rho)) + std(rho)"
    assert surrogates["biased_pass_at_k"] == (
        "grpo: incomplete_beta(rho, 1/2, k - 1/2); reinforce, rloo, dr_grpo: rho_k/k")
    assert all(not surrogates[name] for name in ("combined_shaped", "pass_at_k_variance_stabilized", "custom_table"))
    assert "\n    F = log(rho)\n" in advctl("methods", "--local").stdout


def test_parameters_say_what_is_required():
    text = advctl("methods", "--local").stdout
    assert "grpo  ddof=0  epsilon=0\n" in text
    assert "focal  gamma (required)  base (required: reinforce, rloo, grpo, dr_grpo)\n" in text
    assert "surrogate  formula (required)  k (optional)  constants (optional)  leave_one_out_factor=false" in text
    assert "variant=plain (or leave_one_out, leave_one_out_minus_one)" in text
