"""Requests that several tests send."""

import os
import json
import random

from advantaged.v1 import compute_pb2


def rloo(rewards=(1, 0, 0, 1), group_size=2, **fields):
    request = compute_pb2.ComputeAdvantagesRequest(rewards=rewards, group_size=group_size, **fields)
    request.method.rloo.SetInParent()
    return request


def slow():
    """Takes seconds of computing, and next to none to be made, sent and read, so that a caller on a busy machine has time
    for a look: Pass@K for 32 K of the smallest groups, as bits, whose outcomes are not their rewards. For a sanitizer
    fewer of them."""
    responses = int(os.environ.get("ADVANTAGED_SLOW_MEBI", "8")) << 20
    rewards, outcomes = (random.Random(seed).randbytes(responses // 8) for seed in (1, 2))
    request = compute_pb2.ComputeAdvantagesRequest(
        group_size=2, reward_bits=rewards, outcomes=outcomes, response_count=responses, pass_at=range(1, 33),
        reply_form=compute_pb2.REPLY_FORM_ADVANTAGES_FLOAT32_LE)
    request.method.rloo.SetInParent()
    return request


def every_method(server):
    """A MethodSpec of each method, as JSON: parameters at their default, or at 1, 2 or 0.5."""
    for method in json.loads(server.get("/v1/methods"))["methods"]:
        spec = {}
        for parameter in method["parameters"]:
            if "default_value" not in parameter and not parameter["may_be_omitted"]:
                spec[parameter["name"]] = {
                    "PARAMETER_TYPE_CHOICE": 1, "PARAMETER_TYPE_INTEGER": 2, "PARAMETER_TYPE_REAL": 0.5,
                    "PARAMETER_TYPE_TEXT": "log(rho)",
                    "PARAMETER_TYPE_TABLES": [{"n": 7, "advantage_correct": [0.1 * c for c in range(8)],
                                               "advantage_wrong": [-0.7 * c for c in range(8)]}],
                }[parameter["type"]]
        yield {method["name"]: spec}
