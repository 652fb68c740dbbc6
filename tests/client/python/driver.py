"""The driver of the Python client for harness/ (its README says what a driver is).

    python driver.py TARGET [--deadline SECONDS] [--max-connection-age SECONDS] [--async]

TARGET "local": in-process; --async: AsyncClient
"""

import argparse
import asyncio
import base64
import json
import logging
import math
import sys

import advantaged
import numpy as np
from advantaged.result import OUTCOMES

# The harness reads what a driver writes; what the client logs while it waits is for other tests.
logging.getLogger("advantaged").addHandler(logging.NullHandler())

# In the request under the same name and in the same form.
SAME = ("group_sizes", "group_ids", "expected_group_size", "lengths", "trajectory_ids", "success_threshold",
        "shape_rewards", "zero_unless_mixed", "constant_tolerance", "allow_recentering", "moments_only", "pass_at",
        "required_numerics_version", "run", "observe")
NUMBERS = ("NaN", "Infinity", "-Infinity")
STAGES = {"center": advantaged.stages.Center, "scale": advantaged.stages.Scale, "clip": advantaged.stages.Clip}
PREFIXES = ("BASE_METHOD_", "VARIANT_", "SCALE_", "WEIGHTING_", "SPREAD_", "SMALL_GROUP_POLICY_", "TRAJECTORY_REWARD_")


def plain(value):
    """An enum of the contract as the client calls it, a number that JSON does not have; anything else as it is."""
    for prefix in PREFIXES:
        if isinstance(value, str) and value.startswith(prefix):
            return value.removeprefix(prefix).lower()
    return float(value) if isinstance(value, str) and value in NUMBERS else value


def bits(text, count):
    """A bitmap."""
    return np.unpackbits(np.frombuffer(base64.b64decode(text), np.uint8), count=count, bitorder="little").astype(bool)


def arguments(request):
    """compute()'s, of the request as JSON."""
    found = {name: plain(request[name]) for name in SAME if name in request}
    (name, parameters), = request["method"].items()
    found["method"] = advantaged.methods.from_name(name, **{key: plain(value) for key, value in parameters.items()})
    if "group_size" in request:
        found["groups"] = request["group_size"]
    for field in "valid", "outcomes":
        if field in request:
            found[field] = bits(request[field], len(request["rewards"]))
    for field in "small_group", "declared_small_group", "trajectory_reward":
        if field in request:
            found[field] = plain(request[field])
    if "stages" in request:
        found["stages"] = [STAGES[kind](**{key: plain(value) for key, value in parameters.items()})
                           for stage in request["stages"] for kind, parameters in stage.items()]
    if "batch_moments" in request:
        found["batch_moments"] = [advantaged.stages.Moments(**moments) for moments in request["batch_moments"]]
    return found


def numbers(values):
    return ["NaN" if isinstance(value, float) and math.isnan(value) else value for value in values.tolist()]


def statistics(stats):
    """Columns, under the contract's names."""
    columns = {name: numbers(getattr(stats, name)) for name in ("n", "c", "success_rate", "mean", "sd", "priority")}
    columns["outcome"] = [f"GROUP_OUTCOME_{OUTCOMES[outcome].upper()}" for outcome in stats.outcome]
    columns["pass_at_k"] = [{"k": k, "value": numbers(column)} for k, column in stats.pass_at.items()]
    return columns


def read(request):
    """The rewards and compute()'s arguments."""
    return np.array([float(reward) for reward in request["rewards"]], np.float32), arguments(request)


def mentioned(violation, mention):
    """With the caller's ids, which travel under numbers of the client's."""
    number, group_id = mention.number, mention.group_id
    if mention.kind == "trajectory" and mention.label is not None:
        number = mention.label
    if mention.kind == "group" and mention.label is not None:
        group_id = mention.label
    return {"kind": mention.kind, "number": "NaN" if number != number else number, "group_id": group_id,
            "text": violation.description[mention.begin:mention.end]}


def refused(error):
    violations = getattr(error, "violations", ())
    return {"error": error.code, "message": str(error),
            "violations": [{"field": "group_size" if one.field == "groups" else one.field, "description": one.description,
                            "mentions": [mentioned(one, mention) for mention in one.mentions]} for one in violations]}


def answered(request, result):
    found = {"advantages_float32_le": base64.b64encode(result.advantages.astype("<f4").tobytes()).decode(),
             "summary": result.summary}
    if request.get("group_statistics"):
        found["group_statistics"] = statistics(result.stats)
    return found


def answer(client, request):
    rewards, settings = read(request)
    try:
        return answered(request, client.compute(rewards, **settings))
    except advantaged.AdvantagedError as error:
        return refused(error)


async def answer_all(client):
    """The same with AsyncClient."""
    async with client:
        for line in sys.stdin:
            request = json.loads(line)
            rewards, settings = read(request)
            try:
                found = answered(request, await client.compute(rewards, **settings))
            except advantaged.AdvantagedError as error:
                found = refused(error)
            print(json.dumps(found), flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("target")
    parser.add_argument("--deadline", type=float, default=60)
    parser.add_argument("--max-connection-age", type=float, default=300)
    parser.add_argument("--async", action="store_true", dest="is_async")
    settings = parser.parse_args()
    options = {"deadline": settings.deadline, "max_connection_age": settings.max_connection_age}
    if settings.is_async:
        asyncio.run(answer_all(advantaged.AsyncClient(settings.target, **options)))
        return
    client = advantaged.LocalBackend() if settings.target == "local" else advantaged.Client(settings.target, **options)
    for line in sys.stdin:
        print(json.dumps(answer(client, json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
