"""advantaged_local beside the fastest ways we know to write the same in NumPy.

    python client/python_local/benchmark.py [--rounds N] [--check]

GRPO_K with K = 4 on 0/1 rewards in groups of 16: a whole call in Python, new output included, warm. All ways run in
one process by turns; a number is the median over the rounds. The NumPy ways get their table over c for nothing.
With --check the exit code is 1 unless advantaged_local is at least as fast as the fastest NumPy with the same bits, at
4096 and at 16384 responses.
"""

import argparse
import statistics
import sys
import time

import numpy as np

from advantaged_local import compute, version

GROUP, PARAMETERS = 16, {"k": 4}
SIZES = [64, 1024, 4096, 16384, 65536, 1 << 20]
PROMISED = [4096, 16384]


def advantaged(rewards):
    return compute(method="pass_at_k_grpo", parameters=PARAMETERS, rewards=rewards, group_size=GROUP).advantages


def with_statistics(rewards):
    result = compute(method="pass_at_k_grpo", parameters=PARAMETERS, rewards=rewards, group_size=GROUP, statistics=True)
    assert result.statistics is not None
    return result.advantages


def table():
    """Advantages of wrong and of correct responses for c = 0 ... 16."""
    rows = np.zeros((GROUP + 1, 2), np.float32)
    for c in range(GROUP + 1):
        advantages = advantaged((np.arange(GROUP) < c).astype(np.float32))
        rows[c] = [advantages[-1] if c < GROUP else 0, advantages[0] if c > 0 else 0]
    return rows


TABLE = table()
WRONG, CORRECT = np.ascontiguousarray(TABLE[:, 0]), np.ascontiguousarray(TABLE[:, 1])
SPREAD, FLAT = CORRECT - WRONG, TABLE.ravel()
ONES = np.ones(GROUP, np.float32)


def count_and_select(rewards):
    grouped = rewards.reshape(-1, GROUP)
    counts = grouped.sum(axis=1).astype(np.intp)
    return np.where(grouped != 0, CORRECT[counts, None], WRONG[counts, None]).ravel()


def count_and_look_up(rewards):
    counts = (rewards.reshape(-1, GROUP) @ ONES).astype(np.intp)
    return FLAT.take(np.repeat(2 * counts, GROUP) + rewards.astype(np.intp))


def count_and_look_up_rows(rewards):
    grouped = rewards.reshape(-1, GROUP)
    entries = grouped + (grouped @ ONES * 2)[:, None]
    return FLAT.take(entries.astype(np.intp)).ravel()


def count_and_scale(rewards):
    """Not the same bits: wrong + (correct - wrong) is rounded."""
    grouped = rewards.reshape(-1, GROUP)
    counts = (grouped @ ONES).astype(np.intp)
    return (grouped * SPREAD.take(counts)[:, None] + WRONG.take(counts)[:, None]).ravel()


SAME_BITS = [count_and_select, count_and_look_up, count_and_look_up_rows]
WAYS = [advantaged, with_statistics, *SAME_BITS, count_and_scale]


def measure(size, rounds):
    """Microseconds of each way, by name."""
    rewards = (np.random.default_rng(1).random(size) < 0.4).astype(np.float32)
    expected = advantaged(rewards)
    for way in SAME_BITS:
        assert np.array_equal(way(rewards), expected), way.__name__
    times = {way.__name__: [] for way in WAYS}
    calls = max(1, 16384 // size)
    for _ in range(rounds):
        for way in WAYS:
            start = time.perf_counter_ns()
            for _ in range(calls):
                way(rewards)
            times[way.__name__].append((time.perf_counter_ns() - start) / 1000 / calls)
    return {name: statistics.median(values) for name, values in times.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()

    print(f"advantaged-local {version}, numpy {np.__version__}; microseconds a call, median of {arguments.rounds}")
    print(f"| responses | {' | '.join(way.__name__ for way in WAYS)} | ratio to the fastest of the same bits |")
    print("| ---: " * (len(WAYS) + 2) + "|")
    slow = False
    for size in SIZES:
        times = measure(size, arguments.rounds)
        ratio = times["advantaged"] / min(times[way.__name__] for way in SAME_BITS)
        slow |= size in PROMISED and ratio > 1
        print(f"| {size} | {' | '.join(f'{value:.1f}' for value in times.values())} | {ratio:.2f} |")
    sys.exit(1 if arguments.check and slow else 0)


if __name__ == "__main__":
    main()
