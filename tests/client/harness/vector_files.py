"""The test vectors and what an answer must have in common with them."""

import json
import os
import pathlib

import numpy as np

FOLDER = pathlib.Path(os.environ["ADVANTAGED_VECTORS"])
THEMES = ["methods", "rewards", "outcomes", "masks", "trajectories", "stages", "sizes", "limits", "refusals"]
EXACT = ["groups", "responses", "masked_responses", "all_fail_groups", "mixed_groups", "all_pass_groups",
         "constant_groups", "varied_groups", "empty_groups", "small_groups", "suspicious_groups",
         "incomplete_groups", "max_absolute_advantage"]
CLOSE = ["no_signal_share", "mean_absolute_advantage", "positive_weight", "negative_weight"]


def vectors(theme):
    lines = (FOLDER / f"{theme}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def close(expected, got, scale=1.0):
    """Doubles that agree to about 12 digits; None is what does not apply, NaN in an answer."""
    if expected is None or isinstance(got, str):
        return expected is None and (got == "NaN" or got != got)
    return abs(expected - got) <= 1e-12 * max(abs(expected), scale)


def summary_faults(expected, got):
    """`got` has zeros left out or not, as JSON."""
    for field in EXACT:
        if got.get(field, 0) != expected.get(field, 0):
            yield f"summary.{field} is {got.get(field, 0)}, not {expected.get(field, 0)}"
    for field in CLOSE:
        if field in expected and field in got and not close(expected[field], got[field]):
            yield f"summary.{field} is {got[field]}, not {expected[field]}"
    if ("mean_success_rate" in expected) != ("mean_success_rate" in got):
        yield f"summary.mean_success_rate: {'absent' if 'mean_success_rate' in expected else 'there'}"
    elif "mean_success_rate" in expected and not close(expected["mean_success_rate"], got["mean_success_rate"]):
        yield f"summary.mean_success_rate is {got['mean_success_rate']}, not {expected['mean_success_rate']}"
    if "pass_at_k" in got or not expected["pass_at_k"]:
        wanted = [(entry["k"], entry["groups"], entry.get("mean", 0)) for entry in expected["pass_at_k"]]
        had = [(entry["k"], entry.get("groups", 0), entry.get("mean", 0)) for entry in got.get("pass_at_k", [])]
        if len(wanted) != len(had) or any(a[:2] != b[:2] or not close(a[2], b[2]) for a, b in zip(wanted, had)):
            yield f"summary.pass_at_k is {had}, not {wanted}"


def column_faults(request, expected, got):
    """Columns of group_statistics."""
    finite = [abs(reward) for reward in request["rewards"] if reward != "NaN"]
    scale = max([1.0, *finite])
    for field in ("n", "c", "outcome"):
        if got.get(field) != expected[field]:
            yield f"group_statistics.{field} is {got.get(field)}, not {expected[field]}"
    for field in ("success_rate", "mean", "sd"):
        wanted, had = expected[field], got.get(field, [])
        if len(wanted) != len(had) or not all(map(lambda a, b: close(a, b, scale), wanted, had)):
            yield f"group_statistics.{field} is {had}, not {wanted}"
    wanted, had = expected.get("pass_at_k", []), got.get("pass_at_k", [])
    if [column["k"] for column in wanted] != [column["k"] for column in had] or not all(
            close(a, b) for left, right in zip(wanted, had) for a, b in zip(left["value"], right["value"])):
        yield f"group_statistics.pass_at_k is {had}, not {wanted}"


def advantage_faults(expected, got):
    wanted = np.array(expected, np.float32)
    got = np.asarray(got, np.float32)
    if wanted.shape != got.shape:
        yield f"{got.size} advantages, not {wanted.size}"
    elif not np.array_equal(wanted, got):  # 0 and -0 are one
        i = int(np.flatnonzero(wanted != got)[0])
        yield f"advantages[{i}] is {got[i]!r}, not {wanted[i]!r}"


def faults(vector, answer):
    """What is wrong with an answer: {"advantages", "summary", "group_statistics" if asked for}, or
    {"error", "fields"}."""
    expected, request = vector["expected"], vector["request"]
    if "error" in expected or "error" in answer:
        wanted = (expected.get("error"), sorted(expected.get("fields", [])))
        had = (answer.get("error"), sorted(answer.get("fields", [])))
        if wanted != had:
            yield f"refused as {had}, not {wanted}: {answer.get('message', '')}"
        return
    yield from advantage_faults(expected["advantages"], answer["advantages"])
    if "summary" in answer:
        yield from summary_faults(expected["summary"], answer["summary"])
    if request.get("group_statistics") and "group_statistics" in answer:
        yield from column_faults(request, expected["group_statistics"], answer["group_statistics"])


def all_faults(theme_vectors, answers):
    """A line for each vector whose answer is wrong."""
    return [f"{vector['name']}: {fault}" for vector, answer in zip(theme_vectors, answers, strict=True)
            for fault in faults(vector, answer)]
