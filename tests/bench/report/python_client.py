"""Rows of a trainer in Python: a remote call with arrays as bytes, beside NumPy in the same process."""

import time

import grpc
import numpy
from advantaged.v1 import advantage_service_pb2_grpc, compute_pb2

from report import rows
from report.pairs import alternate, compare
from report.programs import Failed, advantaged, serving

GROUP = 8
EPSILON = 1e-6
CROSSOVER_SIZES = [1 << power for power in range(6, 21, 2)]


def loop(rewards):
    """As trainers write it."""
    advantages = numpy.empty_like(rewards)
    for begin in range(0, len(rewards), GROUP):
        group = rewards[begin:begin + GROUP]
        advantages[begin:begin + GROUP] = (group - group.mean()) / (group.std() + EPSILON)
    return advantages


def vectorised(rewards):
    groups = rewards.reshape(-1, GROUP)
    centred = groups - groups.mean(axis=1, keepdims=True)
    return (centred / (groups.std(axis=1, keepdims=True) + EPSILON)).reshape(-1)


def remote(stub):
    def call(rewards):
        request = compute_pb2.ComputeAdvantagesRequest(
            rewards_float32_le=rewards.tobytes(), group_size=GROUP, expected_group_size=GROUP,
            reply_form=compute_pb2.REPLY_FORM_ADVANTAGES_FLOAT32_LE)
        request.method.grpo.epsilon = EPSILON
        return numpy.frombuffer(stub.ComputeAdvantages(request).advantages_float32_le, dtype="<f4")
    return call


def rate(function, rewards, seconds):
    """Calls a second."""
    calls, begin = 0, time.perf_counter()
    while (took := time.perf_counter() - begin) < seconds or calls == 0:
        function(rewards)
        calls += 1
    return calls / took


def python_client(settings, tell):
    """Comparisons, and a note on where the remote call overtakes vectorised NumPy."""
    generator = numpy.random.default_rng(1)
    results = {}
    with serving(advantaged(settings.build)) as server:
        with grpc.insecure_channel(server.addresses[0], [("grpc.max_send_message_length", -1),
                                                         ("grpc.max_receive_message_length", -1)]) as channel:
            call = remote(advantage_service_pb2_grpc.AdvantageServiceStub(channel))
            for size in rows.PYTHON_SIZES:
                rewards = generator.random(size, dtype=numpy.float32)
                for baseline in loop, vectorised:
                    tell(f"from Python, {size} responses, beside NumPy {baseline.__name__}")
                    if not numpy.allclose(call(rewards), baseline(rewards), atol=1e-4):
                        raise Failed(f"{size} responses from Python: not what NumPy says")
                    before, after = alternate(settings.rounds, lambda: rate(baseline, rewards, settings.python_seconds),
                                              lambda: rate(call, rewards, settings.python_seconds))
                    results[f"python_{baseline.__name__}/{size}"] = compare(before, after)
            faster = []
            for size in CROSSOVER_SIZES:
                rewards = generator.random(size, dtype=numpy.float32)
                if rate(call, rewards, settings.python_seconds) > rate(vectorised, rewards, settings.python_seconds):
                    faster.append(size)
    where = (f"is faster than vectorised NumPy at these numbers of responses: {', '.join(map(str, faster))}" if faster
             else "is nowhere faster than vectorised NumPy")
    return results, f"A remote call from Python {where} (of {CROSSOVER_SIZES[0]} to {CROSSOVER_SIZES[-1]}, times 4)."
