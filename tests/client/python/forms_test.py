"""The forms that the client chooses by itself give the bits of plain floats, which are asked for through the stub."""

import collections
from concurrent import futures

import advantaged
import grpc
import numpy as np
import pytest
from advantaged import methods, stages
from advantaged.v1 import compute_pb2
from methods_test import NAMES, SAMPLES

SEEDS = 12
UNLIMITED = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]


class Recorder(grpc.GenericRpcHandler):
    """Hands calls on to a server, and keeps the requests and the replies."""

    def __init__(self, channel):
        self.channel = channel
        self.request, self.reply = None, None

    def service(self, details):
        if not details.method.startswith("/advantaged.v1."):
            return None  # health: unknown here, so the client takes the server to be well
        forward = self.channel.unary_unary(details.method)

        def answer(data, context):
            self.request = compute_pb2.ComputeAdvantagesRequest.FromString(data)
            try:
                reply = forward(data)
            except grpc.RpcError as error:
                context.set_trailing_metadata(error.trailing_metadata())
                context.abort(error.code(), error.details())
            self.reply = compute_pb2.ComputeAdvantagesResponse.FromString(reply)
            return reply

        return grpc.unary_unary_rpc_method_handler(answer)


@pytest.fixture(scope="module")
def recorder(server):
    """Between `recorded` and the server."""
    with server.channel() as channel:
        yield Recorder(channel)


@pytest.fixture(scope="module")
def recorded(recorder):
    """A client whose calls the recorder sees."""
    between = grpc.server(futures.ThreadPoolExecutor(2), handlers=[recorder], options=UNLIMITED)
    port = between.add_insecure_port("127.0.0.1:0")
    between.start()
    with advantaged.Client(f"127.0.0.1:{port}") as client:
        yield client
    between.stop(None).wait()


@pytest.fixture(scope="module")
def stub(server):
    with server.stub() as opened:
        yield opened


def draw(seed):
    """Arguments of compute(), mostly such that bits may be sent."""
    random = np.random.default_rng(seed)
    sample = SAMPLES[seed % len(SAMPLES)]
    sizes = np.full(random.integers(260, 500), 4) if random.random() < 0.7 or sample.name == "custom_table" else (
        random.integers(4, 9, size=350))
    rows = int(sizes.sum())
    kind = random.choice(["binary", "float", "mixed"], p=[0.7, 0.15, 0.15])
    rewards = (random.random(rows) < random.random()).astype(random.choice([np.float32, np.float64, np.int8, bool]))
    if kind == "float":
        rewards = random.normal(size=rows).astype(np.float32)
    elif kind == "mixed":
        rewards = np.where(np.arange(rows) < 40, random.normal(size=rows), rewards)
    arguments = {"method": sample, "rewards": rewards}
    form = random.integers(5)
    if form == 0 and (sizes == 4).all():
        arguments["groups"] = 4
    elif form == 1:
        arguments["groups"] = np.repeat(np.arange(len(sizes)), sizes)
    elif form == 2:
        arguments["groups"] = random.permutation(np.repeat(np.arange(len(sizes)), sizes) * 7 + 3)
    else:
        arguments["groups"] = sizes

    def sometimes(name, value, share):
        if random.random() < share:
            arguments[name] = value()

    sometimes("valid", lambda: random.random(rows) < 0.85, 0.4)
    if "valid" in arguments:  # what is masked may be anything
        rewards = rewards.astype(np.float32)
        rewards[~arguments["valid"]] = random.choice([np.nan, np.inf, 0.5, 1])
        arguments["rewards"] = rewards
    unknown = kind != "binary"
    sometimes("outcomes", lambda: random.random(rows) < 0.5, 0.6 if unknown else 0.1)
    if "outcomes" not in arguments:
        sometimes("success_threshold", lambda: 0.5, 0.6 if unknown else 0.1)
    sometimes("zero_unless_mixed", lambda: True, 0.1)
    sometimes("constant_tolerance", lambda: 0.25, 0.1)
    sometimes("small_group", lambda: str(random.choice(["zero", "raw", "clamp_k"])), 0.4)
    sometimes("declared_small_group", lambda: str(random.choice(["zero", "raw", "clamp_k"])), 0.3)
    sometimes("pass_at", lambda: [1, 3], 0.3)
    sometimes("stages", lambda: [stages.Scale(epsilon=1e-6), stages.Clip(low=-2.0)], 0.1)
    sometimes("lengths", lambda: random.integers(1, 999, size=rows), 1 if sample.name == "opo" else 0.1)
    if form != 2 and (sizes == 4).all() and random.random() < 0.15:
        arguments["rewards"] = np.repeat(rewards[::2], 2)
        arguments["trajectory_ids"] = np.arange(rows) // 2
        for name in ("outcomes", "valid"):
            if name in arguments:
                arguments[name] = np.repeat(arguments[name][::2], 2)
        arguments["rewards"][~np.asarray(arguments.get("valid", np.ones(rows)), bool)] = 0
        sometimes("trajectory_reward", lambda: str(random.choice(["last", "sum"])), 0.7)
        arguments["small_group"] = "zero"
        if sample.name not in ("reinforce", "rloo", "grpo", "dr_grpo", "max_rl", "opo", "weighted_reinforce", "skew_r"):
            arguments["method"] = methods.Grpo()
    return arguments


def plain(arguments):
    """The same batch as a request of packed floats that asks for packed floats."""
    request = compute_pb2.ComputeAdvantagesRequest(
        rewards=np.asarray(arguments["rewards"], np.float32), group_statistics=True, observe=False,
        **{name: arguments[name] for name in ("success_threshold", "zero_unless_mixed", "constant_tolerance", "pass_at")
           if name in arguments})
    fill(getattr(request.method, arguments["method"].name), arguments["method"].parameters())
    groups, rows = arguments["groups"], len(arguments["rewards"])
    if isinstance(groups, int):
        request.group_size = groups
    else:
        (request.group_ids if len(groups) == rows else request.group_sizes).extend(groups.tolist())
    for name in ("valid", "outcomes"):
        if name in arguments:
            setattr(request, name, np.packbits(arguments[name], bitorder="little").tobytes())
    for name in ("lengths", "trajectory_ids"):
        getattr(request, name).extend(np.asarray(arguments.get(name, ()), int).tolist())
    for name, prefix in (("small_group", "SMALL_GROUP_POLICY_"), ("declared_small_group", "SMALL_GROUP_POLICY_"),
                         ("trajectory_reward", "TRAJECTORY_REWARD_")):
        if name in arguments:
            setattr(request, name, getattr(compute_pb2, prefix + arguments[name].upper()))
    if "stages" in arguments:
        request.stages.add().scale.epsilon = 1e-6
        request.stages.add().clip.low = -2.0
    return request


def fill(message, parameters):
    """Parameters into a method's message, enums by their names."""
    message.SetInParent()
    for name, value in parameters.items():
        field = message.DESCRIPTOR.fields_by_name[name]
        if name == "tables":
            for n, correct, wrong in value:
                message.tables.add(n=n, advantage_correct=correct, advantage_wrong=wrong)
        elif name == "constants":
            message.constants.update(dict(value))
        elif field.enum_type:
            (number,) = [one.number for one in field.enum_type.values if one.name.endswith("_" + value.upper())
                         and one.name.count("_") == field.enum_type.values[0].name.count("_") + value.count("_")]
            setattr(message, name, number)
        else:
            setattr(message, name, value)


def test_automatic_forms_give_the_bits_of_plain_floats(recorded, recorder, stub):
    used = collections.Counter()
    refused = 0
    for seed in range(SEEDS * len(SAMPLES)):
        arguments = draw(seed)
        try:
            expected = stub.ComputeAdvantages(plain(arguments))
        except grpc.RpcError as error:
            with pytest.raises(advantaged.InvalidArgument) as caught:
                recorded.compute(**arguments)
            # Where there are many, their descriptions are cut.
            assert caught.value.violations[0].description.removesuffix("…") in error.details(), seed
            refused += 1
            continue
        result = recorded.compute(**arguments)
        assert result.advantages.tobytes() == np.array(expected.advantages, np.float32).tobytes(), (seed, arguments)
        assert result.summary["max_absolute_advantage"] == expected.summary.max_absolute_advantage
        assert result.stats.n.tolist() == list(expected.group_statistics.n)
        np.testing.assert_array_equal(result.stats.sd, list(expected.group_statistics.sd))
        bits, per_group = bool(recorder.request.reward_bits), bool(recorder.reply.advantages_per_group)
        used[arguments["method"].name] += 1
        used["bits"] += bits
        used["per group"] += per_group
        used["floats"] += not bits
        assert not recorder.request.rewards and not recorder.reply.advantages  # never what Python is slow with
    assert used.keys() >= {*NAMES}
    assert used["bits"] > used["per group"] > SEEDS * 4 and used["floats"] > SEEDS * 2
    assert refused < SEEDS * len(SAMPLES) / 5


BINARY = np.tile([1, 0, 0, 1], 512)
CHOICES = {  # whether bits are sent, whether two numbers a group come back
    "binary": ({}, True, True),
    "booleans": ({"rewards": BINARY.astype(bool)}, True, True),
    "a list": ({"rewards": BINARY.tolist()}, True, True),
    "ids in order": ({"groups": np.arange(2048) // 4}, True, True),
    "names in order": ({"groups": [f"p{i // 4}" for i in range(2048)]}, True, True),
    "ids in turn": ({"groups": np.arange(2048) % 512}, True, False),
    "masked NaN": ({"rewards": [None, *BINARY[1:]], "missing": "mask"}, True, True),
    "masked fractions": ({"rewards": [0.5, *BINARY[1:]], "valid": [False] + [True] * 2047}, True, True),
    "minus zero": ({"rewards": np.where(BINARY, 1, -0.0)}, True, True),
    "few": ({"rewards": BINARY[:512]}, False, False),
    "fractions": ({"rewards": BINARY * 0.5}, False, False),
    "threshold": ({"success_threshold": 0.5}, False, False),
    "outcomes": ({"outcomes": BINARY}, True, False),
    "opo": ({"method": "opo", "lengths": np.ones(2048, int)}, True, False),
    "stages": ({"stages": [stages.Center()]}, True, False),
    "shaped": ({"method": "skew_r", "shape_rewards": True}, True, False),
    "raw": ({"small_group": "raw"}, True, False),
    "clamped": ({"small_group": "clamp_k"}, True, True),
    "raw declared": ({"declared_small_group": "raw"}, True, False),
    "clamped declared": ({"declared_small_group": "clamp_k"}, True, True),
    "trajectories": ({"rewards": np.repeat(BINARY[::2], 2), "trajectory_ids": np.arange(2048) // 2}, True, False),
    "summed": ({"trajectory_ids": np.arange(2048), "trajectory_reward": "sum"}, False, False),
}


@pytest.mark.parametrize("kind", CHOICES)
def test_the_form_is_chosen_by_the_contract_s_rules(recorded, recorder, kind):
    changes, bits, per_group = CHOICES[kind]
    recorded.compute(**{"rewards": BINARY, "groups": 4, "method": "rloo", **changes})
    request, reply = recorder.request, recorder.reply
    assert bool(request.reward_bits) == bits != bool(request.rewards_float32_le)
    assert request.response_count == (2048 if bits else 0)
    assert bool(reply.advantages_per_group) == per_group != bool(reply.advantages_float32_le)


def test_lengths_are_sent_only_where_they_are_read(recorded, recorder):
    for arguments, sent in (({"method": "opo"}, True), ({"method": "rloo"}, False), ({"method": "rloo", "stages": [
            stages.Center(weighting="tokens")]}, True)):
        recorded.compute(BINARY, groups=4, lengths=np.ones(2048, int), **arguments)
        assert bool(recorder.request.lengths_fixed32_le) == sent


def test_names_and_flags_reach_the_server(recorded, recorder):
    recorded.compute([1, 0], groups=2, method="rloo", run="run-7", observe=False, required_numerics_version=2,
                     allow_recentering=True, expected_group_size=2)
    request = recorder.request
    assert request.run == "run-7" and request.HasField("observe") and not request.observe
    assert request.required_numerics_version == 2 and request.allow_recentering and request.expected_group_size == 2
    recorded.compute([1, 0], groups=2, method="rloo")
    assert not recorder.request.run and not recorder.request.HasField("observe")
    assert recorder.request.group_statistics
    recorded.compute([1, 0], groups=2, method="rloo", statistics=False)
    assert not recorder.request.group_statistics


def test_every_field_of_the_contract_has_its_argument():
    """A field that is added to the contract is added here, too."""
    siblings = {"rewards", "rewards_float32_le", "reward_bits", "response_count", "group_size", "reply_form",
                "group_statistics"}
    fields = {field.name.removesuffix("_fixed32_le") for field in compute_pb2.ComputeAdvantagesRequest.DESCRIPTOR.fields}
    arguments = set(advantaged.Arguments.__annotations__)
    assert fields - siblings <= arguments
    parameters = {name for sample in SAMPLES for name in sample.parameters()}
    client_s = {"groups", "missing", "empty_responses", "statistics", "out_dtype", "deadline", "step"}
    assert arguments == fields - siblings | parameters | client_s
