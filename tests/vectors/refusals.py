"""Batches that must be refused, with the code and the field path of each violation, as the proto's comments say."""

NAN = float("nan")
RLOO = {"method": {"rloo": {}}}
TABLE = {"n": 2, "advantage_correct": [0, 1, 0], "advantage_wrong": [0, -1, 0]}
PARAMETERS = [
    ("pass_at_k_reinforce", {}, "k"), ("pass_at_k_rloo", {"k": 0}, "k"), ("pass_at_k_grpo", {"k": 3}, "k"),
    ("pass_at_k_shaped", {"k": 3}, "k"), ("pass_at_k_variance_stabilized", {"k": 3}, "k"),
    ("combined_shaped", {"k": 1048577}, "k"), ("combined_direct", {}, "k"),
    ("biased_pass_at_k", {"k": 2}, "base"), ("biased_pass_at_k", {"base": "BASE_METHOD_GRPO"}, "k"),
    ("focal", {"base": "BASE_METHOD_GRPO"}, "gamma"), ("focal", {"gamma": 1}, "base"),
    ("focal", {"gamma": -0.5, "base": "BASE_METHOD_RLOO"}, "gamma"),
    ("focal", {"gamma": "Infinity", "base": "BASE_METHOD_RLOO"}, "gamma"),
    ("max_at_k", {"k": 2, "variant": "VARIANT_LEAVE_ONE_OUT"}, "k"), ("max_at_k", {}, "k"),
    ("grpo", {"ddof": 2}, "ddof"), ("grpo", {"epsilon": -1e-6}, "epsilon"), ("grpo", {"epsilon": "NaN"}, "epsilon"),
    ("std_regularized", {}, "std_coefficient"), ("std_regularized", {"std_coefficient": -1}, "std_coefficient"),
    ("entropy_regularized", {"entropy_coefficient": "NaN"}, "entropy_coefficient"),
    ("weighted_reinforce", {"positive_weight": -1}, "positive_weight"), ("custom_table", {}, "tables"),
    ("custom_table", {"tables": [{**TABLE, "n": 3}]}, "tables[0].advantage_correct tables[0].advantage_wrong"),
    ("custom_table", {"tables": [TABLE, TABLE]}, "tables[1].n"),
    ("custom_table", {"tables": [{"n": 1, "advantage_correct": [0, 1], "advantage_wrong": [0, 1]}]}, "tables"),
    ("surrogate", {}, "formula"), ("surrogate", {"formula": "rho +"}, "formula"),
    ("surrogate", {"formula": "rho_k/k"}, "k"), ("surrogate", {"formula": "rho", "k": 2}, "k"),
    ("surrogate", {"formula": "rho", "constants": {"a": 1}}, "constants[a]"),
]
# name: request without the method, fields
BATCHES = {
    "no_rewards": ({"rewards": [], "group_size": 2}, "rewards"),
    "no_groups": ({"rewards": [1, 0]}, "group_size"),
    "two_forms_of_groups": ({"rewards": [1, 0], "group_size": 2, "group_sizes": [2]}, "group_size"),
    "size_0": ({"rewards": [1, 0], "group_size": 0}, "group_size"),
    "size_that_does_not_divide": ({"rewards": [1, 0, 1], "group_size": 2}, "group_size"),
    "sizes_of_fewer": ({"rewards": [1, 0, 1], "group_sizes": [2]}, "group_sizes"),
    "sizes_of_more": ({"rewards": [1, 0, 1], "group_sizes": [2, 2]}, "group_sizes"),
    "size_0_among_sizes": ({"rewards": [1, 0], "group_sizes": [2, 0]}, "group_sizes[1]"),
    "too_small_a_group": ({"rewards": [1, 0, 1], "group_sizes": [2, 1]}, "group_sizes[1]"),
    "too_small_a_group_by_id": ({"rewards": [1, 0, 1], "group_ids": [7, 9, 7]}, "group_ids[1]"),
    "ids_of_fewer": ({"rewards": [1, 0, 1], "group_ids": [7, 7]}, "group_ids"),
    "expected_size": ({"rewards": [1, 0, 1, 0], "group_size": 4, "expected_group_size": 8}, "group_size"),
    "expected_size_among_sizes": (
        {"rewards": [1, 0, 1, 0, 1], "group_sizes": [2, 3], "expected_group_size": 2}, "group_sizes[1]"),
    "expected_size_by_id": (
        {"rewards": [1, 0, 1, 0, 1], "group_ids": [5, 5, 6, 6, 6], "expected_group_size": 2}, "group_ids[2]"),
    "expected_size_0": ({"rewards": [1, 0], "group_size": 2, "expected_group_size": 0}, "expected_group_size"),
    "nan": ({"rewards": [1, NAN, 0, NAN], "group_size": 2}, "rewards[1] rewards[3]"),
    "nan_beside_a_mask": ({"rewards": [NAN, NAN, 1, 0], "valid": "Dg==", "group_size": 4}, "rewards[1]"),
    "beyond_float32": ({"rewards": [1, 0, 3e38, -3e38], "group_size": 2}, "rewards[2]"),
    "mask_of_other_size": ({"rewards": [1, 0], "valid": "AwM=", "group_size": 2}, "valid"),
    "outcomes_of_other_size": ({"rewards": [1, 0], "outcomes": "AwM=", "group_size": 2}, "outcomes"),
    "stray_bits": ({"rewards": [1, 0], "valid": "Bw==", "group_size": 2}, "valid[0]"),
    "lengths_of_fewer": ({"rewards": [1, 0], "lengths": [5], "group_size": 2}, "lengths"),
    "threshold_and_outcomes": (
        {"rewards": [1, 0], "outcomes": "AQ==", "success_threshold": 0.5, "group_size": 2}, "success_threshold"),
    "threshold_of_nan": ({"rewards": [1, 0], "success_threshold": "NaN", "group_size": 2}, "success_threshold"),
    "shaping_what_cannot_be": ({"rewards": [1, 0], "shape_rewards": True, "group_size": 2}, "shape_rewards"),
    "unmixed_unknown": ({"rewards": [1, 0, 1, 0.25], "zero_unless_mixed": True, "group_size": 2}, "rewards[3]"),
    "tolerance": ({"rewards": [1, 0], "constant_tolerance": -1, "group_size": 2}, "constant_tolerance"),
    "small_group": ({"rewards": [1, 0, 1, NAN], "valid": "Bw==", "group_size": 2,
                     "small_group": "SMALL_GROUP_POLICY_ERROR"}, "small_group"),
    "pass_at_0": ({"rewards": [1, 0], "pass_at": [1, 0], "group_size": 2}, "pass_at[1]"),
    "pass_at_twice": ({"rewards": [1, 0], "pass_at": [2, 1, 2], "group_size": 2}, "pass_at[2]"),
    "pass_at_33": ({"rewards": [1, 0], "pass_at": list(range(1, 34)), "group_size": 2}, "pass_at"),
    "trajectory_ids_of_fewer": ({"rewards": [1, 0], "trajectory_ids": [1], "group_size": 2}, "trajectory_ids"),
    "rows_that_differ": ({"rewards": [1, 0, 0.5], "trajectory_ids": [8, 9, 8], "group_size": 3}, "rewards[2]"),
    "rows_in_two_groups": (
        {"rewards": [1, 0, 1, 1], "trajectory_ids": [7, 8, 9, 7], "group_size": 2}, "trajectory_ids[3]"),
    "rule_without_ids": ({"rewards": [1, 0], "trajectory_reward": "TRAJECTORY_REWARD_LAST", "group_size": 2},
                         "trajectory_reward"),
    "sum_beyond_float32": (
        {"rewards": [3e38, 3e38, 0], "trajectory_ids": [8, 8, 9], "group_size": 3,
         "trajectory_reward": "TRAJECTORY_REWARD_SUM"}, "rewards[0]"),
    "empty_stage": ({"rewards": [1, 0], "group_size": 2, "stages": [{}]}, "stages[0]"),
    "clip_without_limits": ({"rewards": [1, 0], "group_size": 2, "stages": [{"clip": {}}]}, "stages[0].clip"),
    "clip_upside_down": (
        {"rewards": [1, 0], "group_size": 2, "stages": [{"center": {}}, {"clip": {"low": 1, "high": -1}}]},
        "stages[1].clip"),
    "stage_ddof": ({"rewards": [1, 0], "group_size": 2, "stages": [{"scale": {"ddof": 2}}]}, "stages[0].scale.ddof"),
    "stage_epsilon": (
        {"rewards": [1, 0], "group_size": 2, "stages": [{"scale": {"epsilon": -1}}]}, "stages[0].scale.epsilon"),
    "tokens_without_lengths": (
        {"rewards": [1, 0], "group_size": 2, "stages": [{"center": {"weighting": "WEIGHTING_TOKENS"}}]}, "lengths"),
    "no_tokens": ({"rewards": [1, 0], "group_size": 2, "lengths": [0, 0],
                   "stages": [{"center": {"weighting": "WEIGHTING_TOKENS"}}]}, "lengths"),
    "several": ({"rewards": [1, NAN, 1, 0], "group_size": 2, "constant_tolerance": -1, "pass_at": [0]},
                "constant_tolerance pass_at[0]"),
}
OTHERS = {
    "no_method": ({"method": {}, "rewards": [1, 0], "group_size": 2}, "method"),
    "opo_without_lengths": ({"method": {"opo": {}}, "rewards": [1, 0], "group_size": 2}, "lengths"),
    "opo_without_tokens": (
        {"method": {"opo": {}}, "rewards": [1, 0, 1, 0], "lengths": [1, 2, 0, 0], "group_size": 2}, "lengths[2]"),
    "unknown_outcome": ({"method": {"skew_r": {}}, "rewards": [1, 0, 1, 0.25], "group_size": 2}, "rewards[3]"),
    "recentering": ({"method": {"max_at_k": {"k": 1}}, "rewards": [1, 0], "group_size": 2, "stages": [{"center": {}}]},
                    "stages[0].center"),
}

# Number 2 of the numerics.
LATER = {
    "threshold_0_in_float32": (
        {**RLOO, "rewards": [1, 0], "success_threshold": 1e-60, "group_size": 2}, "success_threshold"),
    "threshold_beyond_float32": (
        {**RLOO, "rewards": [1, 0], "success_threshold": -1e39, "group_size": 2}, "success_threshold"),
    "larger_than_expected": (
        {**RLOO, "rewards": [1, 0, 1, 0, 1], "group_sizes": [2, 3], "expected_group_size": 2,
         "declared_small_group": "SMALL_GROUP_POLICY_ZERO"}, "group_sizes[1]"),
    "larger_though_empty": (
        {**RLOO, "rewards": [1, 0, NAN, NAN, NAN], "valid": "Aw==", "group_sizes": [2, 3], "expected_group_size": 2},
        "group_sizes[1]"),
    "valid_rows_in_two_groups": (
        {**RLOO, "rewards": [1, NAN, 0, 1], "valid": "DQ==", "trajectory_ids": [7, 9, 9, 7], "group_size": 2},
        "trajectory_ids[3]"),
}

# Wrong as messages, not as batches: what clients have no words for. So are parameters that are not there, in languages
# where a method cannot be made without.
OF_MESSAGES = {"no_groups", "two_forms_of_groups", "mask_of_other_size", "outcomes_of_other_size", "stray_bits",
               "no_method", "empty_stage", "rule_without_ids"}
REQUIRED = {"k", "base", "gamma", "std_coefficient", "tables", "formula"}


def refused(request, fields):
    return request, {"error": "INVALID_ARGUMENT", "fields": fields.split()}


def refusals():
    """(name, whether only a message can be wrong like this, request, expected) of each."""
    for name, p, fields in PARAMETERS:
        paths = " ".join(f"method.{name}.{field}" for field in fields.split())
        missing = fields in REQUIRED and fields not in p and (name, fields) != ("surrogate", "k")
        yield name, missing, *refused({"method": {name: p}, "rewards": [1, 0], "group_size": 2}, paths)
    for name, (request, fields) in BATCHES.items():
        yield name, name in OF_MESSAGES, *refused({**RLOO, **request}, fields)
    for name, (request, fields) in OTHERS.items():
        yield name, name in OF_MESSAGES, *refused(request, fields)
    yield "numerics_version", True, {**RLOO, "rewards": [1, 0], "group_size": 2, "required_numerics_version": 999}, {
        "error": "FAILED_PRECONDITION", "fields": []}
    for name, (request, fields) in LATER.items():
        yield name, False, *refused(request, fields)
