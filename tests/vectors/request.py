"""A request, which is the ProtoJSON of ComputeAdvantagesRequest as a dict, as the responses of its groups."""

import base64
import dataclasses

from exact import as_float32

NAN = float("nan")
BASES = {"BASE_METHOD_REINFORCE": "reinforce", "BASE_METHOD_RLOO": "rloo", "BASE_METHOD_GRPO": "grpo",
         "BASE_METHOD_DR_GRPO": "dr_grpo"}


@dataclasses.dataclass
class Response:
    """One response: of one row, or of those with its trajectory id."""

    rows: list  # row numbers of the request, masked ones left out
    reward: float = NAN
    outcome: bool | None = None  # as sent
    length: int = 0

    @property
    def valid(self):
        return bool(self.rows)


def bitmap(bits):
    """base64 of bits, least significant first; the last byte is filled with zeros."""
    octets = bytearray((len(bits) + 7) // 8)
    for i, bit in enumerate(bits):
        octets[i // 8] |= bool(bit) << (i % 8)
    return base64.b64encode(octets).decode()


def bits_of(text, count):
    octets = base64.b64decode(text)
    return [bool(octets[i // 8] >> (i % 8) & 1) for i in range(count)]


def rewards_of(request):
    """As float32: a text of one is another number as a double, to be compared with a threshold."""
    return [NAN if reward == "NaN" else as_float32(reward) for reward in request["rewards"]]


def method_of(request):
    """Name and parameters, bases by the name of their method."""
    (name, parameters), = request["method"].items()
    return name, {key: BASES.get(value, value) if key == "base" else value for key, value in parameters.items()}


def group_of_each_row(request):
    """Numbers of the groups of all rows, in order of first appearance."""
    count = len(request["rewards"])
    if "group_size" in request:
        return [row // request["group_size"] for row in range(count)]
    if "group_sizes" in request:
        return [group for group, size in enumerate(request["group_sizes"]) for _ in range(size)]
    numbers = {}
    return [numbers.setdefault(name, len(numbers)) for name in request["group_ids"]]


def response_of_rows(request, rows, rewards, outcomes):
    """The response of rows in the order of the request, none of them masked."""
    lengths = request.get("lengths")
    rule = request.get("trajectory_reward", "TRAJECTORY_REWARD_EQUAL_OR_ERROR")
    reward = rewards[rows[-1]]
    if rule == "TRAJECTORY_REWARD_SUM":
        # In double, in this order, rounded once: what the contract says, so nothing is exact here.
        total = 0.0
        for row in rows:
            total += rewards[row]
        reward = as_float32(total)
    return Response(rows, reward, outcomes[rows[-1]] if outcomes else None,
                    sum(lengths[row] for row in rows) if lengths else 0)


def groups_of(request):
    """The responses of each group, masked ones included."""
    rewards = rewards_of(request)
    count = len(rewards)
    valid = bits_of(request["valid"], count) if "valid" in request else [True] * count
    outcomes = bits_of(request["outcomes"], count) if "outcomes" in request else None
    names = request.get("trajectory_ids", range(count))
    groups = {}
    for row, (group, name) in enumerate(zip(group_of_each_row(request), names)):
        groups.setdefault(group, {}).setdefault(name, []).append(row)
    result = []
    for group in range(len(groups)):
        responses = []
        for rows in groups[group].values():
            rows = [row for row in rows if valid[row]]
            responses.append(response_of_rows(request, rows, rewards, outcomes) if rows else Response([]))
        result.append(responses)
    return result
