"""Random batches of every method, good ones and bad ones, in two forms: arguments of advantaged_local.compute and the
contract's message."""

import advantaged_local
import numpy as np

from raw_server import Request

METHODS = {method["name"]: method["parameters"] for method in advantaged_local.list_methods()}
FORMULAS = [{"formula": "2*asin(sqrt(rho))"}, {"formula": "log(rho)"},
            {"formula": "a*rho^b", "constants": {"a": 0.75, "b": 0.5}}]
STAGES = [
    ("center", {}),
    ("center", {"weighting": "tokens"}),
    ("scale", {"ddof": 1, "epsilon": 1e-8}),
    ("scale", {"spread": "rewards", "epsilon": 0.1, "epsilon_inside_root": True}),
    ("scale", {"weighting": "tokens"}),
    ("clip", {"low": -1.0, "high": 1.5}),
    ("clip", {"high": 0.5}),
]


def draw_value(draw, parameter, sizes):
    kind, low, high = parameter["type"], parameter["minimum"], parameter["maximum"]
    if parameter["name"] == "k":
        return int(draw.integers(1, int(sizes.min()) + (2 if draw.random() < 0.1 else 0), endpoint=True))
    if kind == "tables":
        return [{"n": int(n), "advantage_correct": draw.normal(size=n + 1).tolist(),
                 "advantage_wrong": draw.normal(size=n + 1).tolist()} for n in np.unique(sizes)]
    if kind == "integer":
        return int(draw.integers(low, high, endpoint=True))
    values = {"flag": [False, True], "choice": parameter["choices"]}.get(kind) or [
        low, float(parameter["example"]), low + 3.0 if high is None else high]
    return values[draw.integers(len(values))]


def draw_parameters(draw, method, sizes):
    parameters = {}
    for parameter in METHODS[method]:
        required = parameter["default_value"] is None and not parameter["may_be_omitted"]
        if parameter["type"] == "text" or parameter["may_be_omitted"] or (not required and draw.random() < 0.5):
            continue
        parameters[parameter["name"]] = draw_value(draw, parameter, sizes)
    if method == "surrogate":
        parameters |= FORMULAS[draw.integers(len(FORMULAS))]
    return parameters


def draw_rewards(draw, rows):
    kind = draw.integers(5)
    if kind <= 1:
        return (draw.random(rows) < draw.random()).astype(np.float32)
    rewards = draw.normal(size=rows).astype(np.float32)
    if kind == 2:
        binary = (draw.random(rows) < 0.5).astype(np.float32)
        return np.where(np.arange(rows) // 8 % 2 == 0, rewards, binary)
    return rewards if kind == 3 else np.round(rewards)


def draw_groups(draw, arguments):
    """Sets one of the three forms; returns the declared sizes."""
    form = draw.integers(3)
    count = int(draw.integers(1, 30))
    if form == 0:
        size = int(draw.integers(2, 20))
        arguments["group_size"] = size
        return np.full(count, size, np.uint32)
    sizes = draw.integers(2, 20, size=count).astype(np.uint32)
    if form == 1:
        arguments["group_sizes"] = sizes
    else:
        names = draw.permutation(np.arange(count) * 7 + 3).astype(np.uint32)
        arguments["group_ids"] = draw.permutation(np.repeat(names, sizes))
    return sizes


def draw_batch(seed):
    """Arguments of compute()."""
    draw = np.random.default_rng(seed)
    method = list(METHODS)[seed % len(METHODS)]
    arguments = {"method": method}
    sizes = draw_groups(draw, arguments)
    rows = int(sizes.sum())

    def sometimes(name, value, share=0.25):
        if draw.random() < share:
            arguments[name] = value() if callable(value) else value

    arguments["parameters"] = draw_parameters(draw, method, sizes)
    arguments["rewards"] = draw_rewards(draw, rows)
    sometimes("valid", lambda: draw.random(rows) < 0.8)
    sometimes("outcomes", lambda: (draw.random(rows) < 0.5).astype(np.uint8))
    sometimes("lengths", lambda: draw.integers(0, 5000, size=rows).astype(np.uint32), 1 if method == "opo" else 0.5)
    sometimes("success_threshold", lambda: float(draw.normal()), 0.4)
    sometimes("shape_rewards", True, 0.1)
    sometimes("zero_unless_mixed", True, 0.1)
    sometimes("constant_tolerance", 0.3)
    sometimes("small_group", ["zero", "error", "raw", "clamp_k"][draw.integers(4)])
    sometimes("declared_small_group", ["zero", "error", "raw", "clamp_k"][draw.integers(4)])
    sometimes("pass_at", [1, 4, 2])
    sometimes("expected_group_size", int(sizes[0]), 0.1)
    sometimes("statistics", True, 0.5)
    sometimes("allow_recentering", True, 0.5)
    sometimes("stages", lambda: [STAGES[i] for i in draw.integers(len(STAGES), size=draw.integers(1, 4))])
    sometimes("moments_only", True, 0.1)
    sometimes("batch_moments", [(100.0, 0.25, 30.0)], 0.1)
    if draw.random() < 0.15:  # pairs of neighbours are one response
        arguments["trajectory_ids"] = (np.arange(rows) // 2).astype(np.uint32)
        sometimes("trajectory_reward", ["equal_or_error", "last", "sum"][draw.integers(3)], 0.9)
    # Masked rewards may be anything, others may not.
    masked = arguments.get("valid", np.ones(rows, bool)) == 0
    arguments["rewards"][masked] = np.nan
    if draw.random() < 0.05:
        arguments["rewards"][draw.integers(rows)] = np.inf
    return arguments


def bitmap(values):
    return np.packbits(values.astype(np.uint8), bitorder="little").tobytes()


def enum_number(field, choice):
    """Of a choice by its last words: they follow what the names have in common with that of 0, ..._UNSPECIFIED."""
    prefix = field.enum_type.values_by_number[0].name.removesuffix("UNSPECIFIED")
    return field.enum_type.values_by_name[prefix + choice.upper()].number


def set_one(message, name, values):
    """Sets a member of a oneof, even to a message without any values; choices by their last words."""
    member = getattr(message, name)
    member.SetInParent()
    fields = member.DESCRIPTOR.fields_by_name
    member.MergeFrom(type(member)(**{key: enum_number(fields[key], value) if fields[key].enum_type else value
                                     for key, value in values.items()}))


def to_message(arguments):
    """The same batch as the contract's message."""
    plain = {name: arguments[name] for name in (
        "group_size", "expected_group_size", "success_threshold", "shape_rewards", "zero_unless_mixed",
        "constant_tolerance", "pass_at", "allow_recentering", "moments_only") if name in arguments}
    request = Request(reply_form="REPLY_FORM_ADVANTAGES_FLOAT32_LE", observe=False,
                      group_statistics=arguments.get("statistics", False),
                      batch_moments=[dict(zip(("weight", "mean", "centred_squares"), moments))
                                     for moments in arguments.get("batch_moments", [])], **plain)
    set_one(request.method, arguments["method"], arguments["parameters"])
    for kind, options in arguments.get("stages", []):
        set_one(request.stages.add(), kind, options)
    for name in ("rewards", "group_sizes", "group_ids", "lengths", "trajectory_ids"):
        if name in arguments:
            getattr(request, name).extend(arguments[name].tolist())
    for name in ("valid", "outcomes"):
        if name in arguments:
            setattr(request, name, bitmap(arguments[name]))
    fields = type(request).DESCRIPTOR.fields_by_name
    for name in ("small_group", "declared_small_group", "trajectory_reward"):
        if name in arguments:
            setattr(request, name, enum_number(fields[name], arguments[name]))
    return request
