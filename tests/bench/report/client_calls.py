"""What the Python client adds to a call, and the in-process core beside NumPy; run by client.py in the Python that has
both packages. Prints JSON: the measurements of each row, in microseconds."""

import argparse
import json
import pathlib
import statistics
import time
import uuid

import advantaged
import grpc
import numpy as np
from advantaged import _groups
from advantaged.v1 import advantage_service_pb2_grpc, compute_pb2

from report import rows
from report.pairs import alternate
from report.programs import Failed, serving
from report.programs import advantaged as server_command

GROUP = 16
GENERATOR = np.random.default_rng(1)
UNLIMITED = [("grpc.max_send_message_length", -1), ("grpc.max_receive_message_length", -1)]


def microseconds(function, calls):
    """Of one call, the median."""
    times = []
    for _ in range(calls):
        begin = time.perf_counter_ns()
        function()
        times.append(time.perf_counter_ns() - begin)
    return statistics.median(times) / 1000


def in_turn(baseline, candidate, settings):
    """Both are called `calls` times a turn."""
    for function in baseline, candidate:
        for _ in range(min(settings.calls, 20)):
            function()
    return alternate(settings.rounds, lambda: microseconds(baseline, settings.calls),
                     lambda: microseconds(candidate, settings.calls))


def check(name, ours, theirs):
    if not np.array_equal(ours, theirs):
        raise Failed(f"{name}: not the same bits")


def beside_the_stub(client, stub, size, binary, ids):
    """(stub, client): the generated stub, its message made before, floats in and out; and compute()."""
    rewards = (GENERATOR.random(size) < 0.4 if binary else GENERATOR.random(size)).astype(np.float32)
    numbers = np.repeat(np.arange(size // GROUP, dtype=np.uint32), GROUP)
    request = compute_pb2.ComputeAdvantagesRequest(
        rewards_float32_le=rewards.tobytes(), reply_form=compute_pb2.REPLY_FORM_ADVANTAGES_FLOAT32_LE,
        group_statistics=True, expected_group_size=GROUP)
    request.method.pass_at_k_grpo.k = 4
    if ids:
        request.group_ids_fixed32_le = numbers.tobytes()
    else:
        request.group_size = GROUP

    def call():
        return stub.ComputeAdvantages(request, timeout=60)

    def compute():
        return client.compute(rewards, groups=numbers if ids else GROUP, method="pass_at_k_grpo", k=4,
                              expected_group_size=GROUP)

    if not binary:
        request.method.grpo.SetInParent()

        def compute():  # noqa: F811
            return client.compute(rewards, groups=numbers if ids else GROUP, method="grpo", expected_group_size=GROUP)

    check("client beside the stub", compute().advantages, np.frombuffer(call().advantages_float32_le, "<f4"))
    return call, compute


def remote(settings, results):
    with serving(server_command(settings.build)) as server:
        with grpc.insecure_channel(server.addresses[0], UNLIMITED) as channel:
            stub = advantage_service_pb2_grpc.AdvantageServiceStub(channel)
            with advantaged.Client(server.addresses[0]) as client:
                for name, (size, binary, ids) in rows.CLIENT_CALLS.items():
                    results[f"client/{name}"] = in_turn(*beside_the_stub(client, stub, size, binary, ids), settings)


def group_ids(settings, results):
    """uuid strings in an object array, as verl has them."""
    prompts = [str(uuid.UUID(int=number)) for number in GENERATOR.permutation(1024).tolist()]
    uids = GENERATOR.permutation(np.array([prompt for prompt in prompts for _ in range(GROUP)], dtype=object))
    slower = argparse.Namespace(rounds=settings.rounds, calls=max(1, settings.calls // 10))
    results["client/uuids"] = in_turn(lambda: np.unique(uids, return_inverse=True)[1],
                                      lambda: _groups.dense(uids, "group_ids"), slower)


def count_and_look_up(rewards, flat):
    """The fastest NumPy that we know: count the ones of each group, look both advantages up."""
    counts = (rewards.reshape(-1, GROUP) @ np.ones(GROUP, np.float32)).astype(np.intp)
    return flat.take(np.repeat(2 * counts, GROUP) + rewards.astype(np.intp))


def local(settings, results):
    backend = advantaged.LocalBackend()
    table = np.zeros((GROUP + 1, 2), np.float32)
    for c in range(GROUP + 1):
        advantages = backend.compute((np.arange(GROUP) < c).astype(np.float32), groups=GROUP, method="pass_at_k_grpo",
                                     k=4).advantages
        table[c] = advantages[-1] if c < GROUP else 0, advantages[0] if c else 0
    for size in rows.LOCAL_SIZES:
        rewards = (GENERATOR.random(size) < 0.4).astype(np.float32)
        for statistics_too in (True, False):
            def compute(rewards=rewards, statistics_too=statistics_too):
                return backend.compute(rewards, groups=GROUP, method="pass_at_k_grpo", k=4, statistics=statistics_too)

            def numpy_call(rewards=rewards):
                return count_and_look_up(rewards, table.ravel())

            check("in-process beside NumPy", compute().advantages, numpy_call())
            name = f"local{'_statistics' if statistics_too else ''}/{size}"
            results[name] = in_turn(numpy_call, compute, settings)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--rounds", type=int, required=True)
    parser.add_argument("--calls", type=int, required=True)
    settings = parser.parse_args()
    results = {}
    remote(settings, results)
    group_ids(settings, results)
    local(settings, results)
    versions = f"grpcio {grpc.__version__}, NumPy {np.__version__}"
    print(json.dumps({"results": results, "versions": versions}))


if __name__ == "__main__":
    main()
