"""Methods with their parameters, drawn for groups of at least so many responses.

Which methods there are, and which parameters each has, is the method table's; what they do is not.
"""

import pathlib
import sys

from surrogates import REGULARIZERS, SLOPES

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "catalogue"))
from catalogue import METHODS, is_required  # noqa: E402

NAMES = list(METHODS)
ON_REWARDS = [name for name in NAMES if METHODS[name]["input"] == "METHOD_INPUT_REWARDS"]
SHAPES_REWARDS = [name for name in NAMES if METHODS[name]["shapes_rewards"]]
# Whose mean carries meaning: centring needs allow_recentering.
KEEPS_MEAN = [name for name in NAMES if METHODS[name]["keeps_mean"]]
# Without a baseline: not 0 for a constant group, and defined for a single response.
WITHOUT_BASELINE = [name for name in NAMES if METHODS[name]["constant_group"] == "CONSTANT_GROUP_FORMULA"]
BASES = ["BASE_METHOD_REINFORCE", "BASE_METHOD_RLOO", "BASE_METHOD_GRPO", "BASE_METHOD_DR_GRPO"]


def table(random, n):
    def side():
        return [round(random.uniform(-2, 2), random.choice([0, 2, 6])) for _ in range(n + 1)]
    return {"n": n, "advantage_correct": side(), "advantage_wrong": side()}


def surrogate(random, most):
    formula = random.choice(sorted(SLOPES))
    p = {"formula": formula}
    if "rho_k" in formula or "k" in formula:
        p["k"] = random.randint(1, most)
    names = [name for name in "ab" if f"{name}*" in formula]
    if names:
        p["constants"] = {name: round(random.uniform(0.1, 3), 3) for name in names}
    if random.random() < 0.4:
        p["leave_one_out_factor"] = True
    if random.random() < 0.4:
        p["regularizer"] = random.choice(sorted(REGULARIZERS))
        p["regularizer_coefficient"] = random.choice([0, 0.25, 0.1, 1.7])
    return p


def parameters(random, name, most, sizes=()):
    """`most`: the size of the smallest group; `sizes`: all that may occur, for custom_table."""
    k = random.choice([1, 2, most, random.randint(1, most)])
    k = min(k, most)
    p = {}
    if name == "grpo":
        if random.random() < 0.6:
            p["ddof"] = random.choice([0, 1])
        if random.random() < 0.6:
            p["epsilon"] = random.choice([0, 1e-8, 1e-6, 1e-4, 0.5])
    elif name in ("std_regularized", "entropy_regularized", "weighted_reinforce"):
        key = {"std_regularized": "std_coefficient", "entropy_regularized": "entropy_coefficient",
               "weighted_reinforce": "positive_weight"}[name]
        p[key] = random.choice([0, 0.1, 0.5, 1, 2, 2.75, 1e-3, 30])
    elif name == "biased_pass_at_k":
        p = {"k": random.choice([1, 2, 4, 8, 32]), "base": random.choice(BASES)}
    elif name == "focal":
        p = {"gamma": random.choice([0, 0.5, 1, 2, 1.7, 7.25]), "base": random.choice(BASES)}
    elif name == "max_at_k":
        variant = random.choice([None, "PLAIN", "LEAVE_ONE_OUT", "LEAVE_ONE_OUT_MINUS_ONE"])
        if variant == "LEAVE_ONE_OUT":
            if most < 2:
                variant = "PLAIN"
            k = min(k, max(most - 1, 1))
        p["k"] = k
        scale = random.choice([None, "REDUCED", "UNBIASED", "PUBLISHED"])
        if variant:
            p["variant"] = "VARIANT_" + variant
        if scale:
            p["scale"] = "SCALE_" + scale
    elif name == "custom_table":
        p["tables"] = [table(random, n) for n in sorted(set(sizes))]
    elif name == "surrogate":
        p = surrogate(random, most)
    elif name.startswith(("pass_at_k", "combined")):
        p["k"] = k
        if "keep_factor_k" in (parameter["name"] for parameter in METHODS[name]["parameters"]) and random.random() < 0.5:
            p["keep_factor_k"] = random.random() < 0.7
    else:
        p = {parameter["name"]: k if parameter["name"] == "k" else value_of(random, parameter)
             for parameter in METHODS[name]["parameters"] if is_required(parameter) or random.random() < 0.6}
    return p


def value_of(random, parameter):
    """A number, a flag or a choice; choices as the contract calls them."""
    kind = parameter["type"].removeprefix("PARAMETER_TYPE_")
    if kind == "FLAG":
        return random.random() < 0.7
    if kind == "CHOICE":
        return random.choice({"base": BASES}[parameter["name"]])
    low, high = parameter["minimum"], parameter.get("maximum")
    if kind == "INTEGER":
        return random.randint(low, min(high, low + 8))
    most = low + 4 if high is None else high
    # Of few binary digits: one that is itself an advantage is no value between two float32 numbers.
    return random.choice([low, most, float(parameter["example"]), round(random.uniform(low, most) * 64) / 64])


def needs(name, p=None):
    """Fewest responses of a declared group, whatever K."""
    return 1 if name in WITHOUT_BASELINE or (p or {}).get("base") == "BASE_METHOD_REINFORCE" else 2
