"""The same batch in every form that the contract has for it."""

import math
import struct

import numpy as np
from advantaged.v1 import compute_pb2
from google.protobuf import json_format
from groups import ON_REWARDS, outcomes_of
from request import bitmap, bits_of, group_of_each_row, groups_of, method_of, rewards_of

FLOATS, BYTES, BITS = "rewards", "rewards_float32_le", "reward_bits"
PER_ROW = ["rewards", "group_ids", "lengths", "trajectory_ids"]
BITMAPS = ["valid", "outcomes"]
SIBLINGS = {"group_sizes": "group_sizes_fixed32_le", "group_ids": "group_ids_fixed32_le",
            "lengths": "lengths_fixed32_le", "trajectory_ids": "trajectory_ids_fixed32_le"}


def valid_rewards(request):
    rewards = rewards_of(request)
    valid = bits_of(request["valid"], len(rewards)) if "valid" in request else [True] * len(rewards)
    return [reward for reward, one in zip(rewards, valid) if one]


def is_binary(request):
    return all(reward in (0, 1) for reward in valid_rewards(request))


def may_be_bits(request):
    summed = request.get("trajectory_reward") == "TRAJECTORY_REWARD_SUM"
    return is_binary(request) and "success_threshold" not in request and not summed


def may_be_per_group(request):
    """Where the contract allows one pair of advantages per group."""
    name, _ = method_of(request)
    if "stages" in request or request.get("shape_rewards"):
        return False
    if name not in ON_REWARDS:
        return True
    rewards = [response.reward for group in groups_of(request) for response in group if response.valid]
    return name != "opo" and all(reward in (0, 1) for reward in rewards)


def with_ids(request):
    """The same groups by id."""
    ids = [7 + 3 * group for group in group_of_each_row(request)]
    return {**{key: value for key, value in request.items() if key not in ("group_size", "group_sizes")},
            "group_ids": ids}


def with_sizes(request):
    """The same groups one after the other by size, and where each row of it stands in the original."""
    groups = group_of_each_row(request)
    order = sorted(range(len(groups)), key=lambda row: groups[row])
    moved = {key: [request[key][row] for row in order] for key in PER_ROW if key in request and key != "group_ids"}
    for key in BITMAPS:
        if key in request:
            bits = bits_of(request[key], len(groups))
            moved[key] = bitmap([bits[row] for row in order])
    sizes = [groups.count(group) for group in range(max(groups) + 1)]
    rest = {key: value for key, value in request.items() if key not in ("group_size", "group_ids")}
    return {**rest, **moved, "group_sizes": sizes}, order


def encode(request, payload, siblings=False, reply_form=None):
    """The message, with rewards as floats, bytes or bits, and other arrays as bytes if `siblings`."""
    plain = {key: value for key, value in request.items()
             if key != "rewards" and not (siblings and key in SIBLINGS)}
    message = json_format.ParseDict(plain, compute_pb2.ComputeAdvantagesRequest())
    rewards = [math.nan if reward == "NaN" else reward for reward in request["rewards"]]
    if payload == BITS:
        message.response_count = len(rewards)
        message.reward_bits = np.packbits(np.array(rewards) == 1, bitorder="little").tobytes()
    elif payload == BYTES:
        message.rewards_float32_le = np.array(rewards, "<f4").tobytes()
    else:
        message.rewards.extend(np.array(rewards, np.float32))
    if siblings:
        for field, sibling in SIBLINGS.items():
            if field in request:
                setattr(message, sibling, struct.pack(f"<{len(request[field])}I", *request[field]))
    if reply_form:
        message.reply_form = reply_form
    return message


def advantages_of(request, response):
    """One float32 per row, from whichever field of the reply has them."""
    if response.advantages_float32_le:
        return np.frombuffer(response.advantages_float32_le, "<f4")
    if not response.advantages_per_group:
        return np.array(response.advantages, np.float32)
    advantages = np.zeros(len(request["rewards"]), np.float32)
    on_rewards = method_of(request)[0] in ON_REWARDS
    for group, members in enumerate(groups_of(request)):
        correct, wrong = response.advantages_per_group[2 * group:2 * group + 2]
        members = [member for member in members if member.valid]
        which = [member.reward == 1 for member in members] if on_rewards else outcomes_of(request, members)
        for member, one in zip(members, which):
            advantages[member.rows] = correct if one else wrong
    return advantages


def rename(field):
    """A field path as the plain form has it."""
    for plain, sibling in {**SIBLINGS, FLOATS: BYTES}.items():
        if field == sibling or field.startswith(sibling + "["):
            return plain + field[len(sibling):]
    return field
