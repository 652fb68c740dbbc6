"""Themes about what groups declare, what is left of them, and numbers that meet a limit of the same spelling."""

from assemble import Row, request_of, rows_of, settled_batch, settled_request
from draw_methods import NAMES, ON_REWARDS, parameters
from draw_rewards import REAL, binary, drawn
from exact import as_float32
from themes import lengths_for, masked, pass_at, with_one_length
from themes_of_batches import chain

NAN = float("nan")
LETTING_IN = ["ZERO", "RAW", "CLAMP_K"]


def declared(random):
    """Groups that declare too few, with and without an expected size, some of them masked."""
    for name in NAMES:
        for turn in range(6):
            expected = random.randint(3, 8)
            sizes = [random.choice([expected, random.randint(1, expected)]) for _ in range(random.randint(2, 4))]
            tables = [expected] if turn % 2 == 0 else range(1, expected + 1)
            options = {"method": {name: parameters(random, name, expected, tables)}, **pass_at(random, sizes),
                       "declared_small_group": "SMALL_GROUP_POLICY_" + LETTING_IN[turn % 3]}
            if turn % 2 == 0 or name == "custom_table":
                options["expected_group_size"] = expected
            masks = random.random() < 0.4 and (name != "custom_table" or turn % 2 == 1)
            kind = random.choice(REAL) if name in ON_REWARDS and random.random() < 0.5 else binary

            def draw(n):
                rows = lengths_for(random, name, rows_of(drawn(random, kind, n)))
                return with_one_length(masked(random, rows) if masks else rows)

            yield f"declared/{name}", *settled_request(random, options, [lambda n=n: draw(n) for n in sizes], sizes)


def empty(random):
    """All of a batch masked, which every stage lets pass, and groups that are empty whatever they declare."""
    for name in NAMES:
        for turn in range(3):
            expected = random.randint(2, 5)
            options = {"method": {name: parameters(random, name, expected, range(1, expected + 1))},
                       "allow_recentering": True, "expected_group_size": expected}
            if turn:
                options["stages"] = chain(random)
            groups = [[Row(NAN, valid=False, length=random.randint(0, 9)) for _ in range(random.randint(1, expected))]
                      for _ in range(random.randint(1, 3))]
            form = random.choice(["sizes", "ids"])
            yield f"empty/{name}", *settled_batch(lambda: request_of(options, groups, form, random))


def decimals(random):
    """Rewards that meet a threshold, or differ by a tolerance, of the same spelling."""
    for name in ("reinforce", "rloo", "grpo", "dr_grpo", "max_rl", "pass_at_k_grpo", "skew_r"):
        for turn in range(6):
            step, low = random.randint(1, 99) / 100, random.randint(-50, 50) / 100
            options = {"method": {name: parameters(random, name, 2)}}
            levels = [step, round(step - 0.01, 2), round(step + 0.01, 2)]
            if turn % 2 and name in ON_REWARDS:
                options["constant_tolerance"] = step
                levels = random.choice([[low, round(low + step, 2)], [low, round(low + step + 0.01, 2)]])
            else:
                options["success_threshold"] = step

            def draw():
                return rows_of([as_float32(random.choice(levels)) for _ in range(random.randint(2, 9))])

            yield f"decimals/{name}", *settled_request(random, options, [draw] * 4, [1, 2])


def shared_ids(random):
    """Trajectories whose padding, all masked, shares one id over all groups, now and then that of a response."""
    for name in ("reinforce", "rloo", "grpo", "dr_grpo", "max_at_k", "pass_at_k_grpo"):
        for _ in range(5):
            padding = random.choice([0, 1, 2, 4294967295])

            def draw(names):
                rows = []
                for reward in drawn(random, binary, 3):
                    name = next(names)
                    rows += [Row(reward, trajectory=name) for _ in range(random.randint(1, 3))]
                rows += [Row(NAN, valid=False, trajectory=padding) for _ in range(random.randint(1, 3))]
                random.shuffle(rows)
                return rows

            def batch():
                names = iter(range(100))
                options = {"method": {name: parameters(random, name, 3)}}
                return request_of(options, [draw(names) for _ in range(3)], random.choice(["sizes", "ids"]), random)

            yield f"trajectories/shared/{name}", *settled_batch(batch)
