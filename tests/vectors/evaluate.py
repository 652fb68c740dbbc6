"""The exact answer to a request: what the service must say, whatever path it takes."""

from groups import group_result
from request import groups_of, method_of
from stages import staged

COUNTS = {"ALL_FAIL": "all_fail_groups", "MIXED": "mixed_groups", "ALL_PASS": "all_pass_groups",
          "CONSTANT": "constant_groups", "VARIED": "varied_groups", "EMPTY": "empty_groups"}


def average(numbers):
    return sum(numbers) / len(numbers)


def summary_of(request, groups, responses, advantages):
    """The fields of Summary; real numbers are doubles that hold to about 12 digits."""
    tolerance = request.get("constant_tolerance", 0)
    pass_at = request.get("pass_at", [])
    known = [group for group in groups if group.n and group.outcomes is not None]
    summary = {"groups": len(groups), "responses": sum(group.n for group in groups),
               "masked_responses": sum(not response.valid for members in responses for response in members),
               "small_groups": sum(group.small for group in groups),
               "suspicious_groups": sum(group.n > 0 and group.suspicious for group in groups)}
    if "declared_small_group" in request:
        summary["incomplete_groups"] = sum(group.incomplete for group in groups)
    for kind, field in COUNTS.items():
        summary[field] = sum(group.kind(tolerance) == kind for group in groups)
    if known:
        summary["mean_success_rate"] = average([group.c / group.n for group in known])
    columns = [[group.statistics(pass_at)["pass_at_k"][i] for group in known if k <= group.n]
               for i, k in enumerate(pass_at)]
    summary["pass_at_k"] = [{"k": k, "groups": len(column), **({"mean": average(column)} if column else {})}
                            for k, column in zip(pass_at, columns)]
    filled = [group for group in groups if group.n]
    if filled and "stages" not in request:
        summary["no_signal_share"] = average([not any(group.advantages) for group in filled])
    absolute = list(map(abs, advantages))
    summary["mean_absolute_advantage"] = average(absolute) if absolute else 0.0
    summary["max_absolute_advantage"] = max(absolute, default=0.0)
    summary["positive_weight"] = sum(value for value in advantages if value > 0)
    summary["negative_weight"] = -sum(value for value in advantages if value < 0)
    return summary


def evaluate(request):
    """Returns `expected` of a vector. Raises Ambiguous where two float32 numbers keep the promise for an advantage,
    and BeyondFloat32 where the service must refuse."""
    name, p = method_of(request)
    responses = groups_of(request)
    tolerance = request.get("constant_tolerance", 0)
    groups = [group_result(request, members, name, p) for members in responses]
    everybody = [response for group in groups for response in group.responses]
    values = [value for group in groups for value in group.advantages]
    if "stages" in request and everybody:
        values = staged(request["stages"], values, [response.reward for response in everybody],
                        [response.length for response in everybody])
    advantages = [0.0] * len(request["rewards"])
    for response, value in zip(everybody, values):
        for row in response.rows:
            advantages[row] = value
    statistics = [group.statistics(request.get("pass_at", [])) for group in groups]
    columns = {key: [row[key] for row in statistics] for key in ("n", "c", "success_rate", "mean", "sd")}
    columns["outcome"] = ["GROUP_OUTCOME_" + group.kind(tolerance) for group in groups]
    if "pass_at" in request:
        columns["pass_at_k"] = [{"k": k, "value": [row["pass_at_k"][i] for row in statistics]}
                                for i, k in enumerate(request["pass_at"])]
    return {"advantages": advantages, "group_statistics": columns,
            "summary": summary_of(request, groups, responses, values)}
