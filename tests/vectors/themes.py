"""What the batches are about: each theme is a generator of (name, request, expected)."""

from assemble import Row, rows_of, settled_request
from draw_methods import NAMES, ON_REWARDS, SHAPES_REWARDS, needs, parameters
from draw_rewards import REAL, binary, drawn, shaped, tied
from exact import as_float32
from groups import smallest_size
from request import method_of

NAN = float("nan")


def sizes_of(random, name, largest):
    """Sizes of a few groups, alike or ragged; now and then one of some hundreds."""
    most = min(largest, {"pass_at_k_variance_stabilized": 24, "custom_table": 8}.get(name, largest))
    least = needs(name)
    count = random.randint(1, 4)
    if random.random() < 0.5:
        return [random.randint(least, min(most, 16))] * count
    return [random.randint(least, most if group == 0 else min(most, 12)) for group in range(count)]


def method(random, name, sizes, every_size=False):
    """`every_size`: masking may leave any."""
    tables = range(1, max(sizes) + 1) if every_size else sizes
    return {"method": {name: parameters(random, name, min(sizes), tables)}}


def lengths_for(random, name, rows):
    """opo needs lengths; a length of 0 counts without weight."""
    if name == "opo":
        for row in rows:
            row.length = random.choice([0, 1, random.randint(1, 4096)])
        rows[0].length = random.randint(1, 4096)
    return rows


def pass_at(random, sizes):
    if random.random() < 0.3:
        return {"pass_at": sorted(random.sample(range(1, max(sizes) + 3), min(3, max(sizes))))}
    return {}


def methods(random):
    """Every method and each of its parameters on rewards of 0 and 1, in each form of groups."""
    for name in NAMES:
        for _ in range(20):
            sizes = sizes_of(random, name, random.choice([8, 64, 300]))
            options = {**method(random, name, sizes), **pass_at(random, sizes)}
            if len(set(sizes)) == 1 and random.random() < 0.3:
                options["expected_group_size"] = sizes[0]
            draws = [lambda n=n: lengths_for(random, name, rows_of(drawn(random, binary, n))) for n in sizes]
            yield f"methods/{name}", *settled_request(random, options, draws, sizes)


def rewards(random):
    """Methods on rewards, every kind of reward, with and without thresholds, outcomes and tolerance."""
    for name in ON_REWARDS:
        for kind in REAL:
            for _ in range(3):
                # Many different values would have one near the middle between two float32 numbers.
                few = kind.__name__ in ("tied", "signs", "constant", "neighbours")
                sizes = sizes_of(random, name, random.choice([8, 30, 250 if few else 30]))
                if kind.__name__ in ("constant", "signs"):
                    sizes = [max(size, 2) for size in sizes]
                options = {**method(random, name, sizes), **pass_at(random, sizes)}
                extra = random.random()
                if extra < 0.2:
                    options["success_threshold"] = random.choice([0.5, 0.7, 0, -1e-3])
                    if random.random() < 0.5:
                        options["zero_unless_mixed"] = True
                elif extra < 0.3:
                    options["constant_tolerance"] = random.choice([1e-6, 0.25, 1.0])
                draws = [lambda n=n: lengths_for(random, name, rows_of(drawn(random, kind, n))) for n in sizes]
                yield f"rewards/{name}/{kind.__name__}", *settled_request(random, options, draws, sizes)


def with_outcomes(random, rows, known):
    """Outcomes that mostly agree with rewards, where they are to be sent."""
    if known:
        right = random.choice([0, 0.5, 1, 0.5])
        for row in rows:
            row.outcome = random.random() < right
    return rows


def outcomes(random):
    """Outcomes beside real rewards: sent, by threshold; what the methods make of them, and shape_rewards."""
    for name in NAMES:
        for turn in range(8):
            sizes = sizes_of(random, name, 20)
            options = {**method(random, name, sizes), **pass_at(random, sizes)}
            shapes = turn % 2 == 0 and name in SHAPES_REWARDS
            if shapes:
                options["shape_rewards"] = True
            sent = random.random() < 0.6
            if not sent:
                options["success_threshold"] = random.choice([0.5, 0.7, 0, 0.05])
            if random.random() < 0.25:
                options["zero_unless_mixed"] = True
            if shapes and random.random() < 0.2:
                options["constant_tolerance"] = random.choice([1e-6, 1.25])
            kind = random.choice([shaped, tied, binary, random.choice(REAL)])
            draws = [lambda n=n: lengths_for(random, name, with_outcomes(
                random, rows_of(drawn(random, kind, n)), sent)) for n in sizes]
            yield f"outcomes/{name}", *settled_request(random, options, draws, sizes)


def masked(random, rows):
    """Some masked out: to few, to none, or hardly any; their rewards are anything."""
    share = random.choice([0, 0.2, 0.5, 0.8, 1])
    for row in rows:
        if random.random() < share:
            row.valid = False
            row.reward = random.choice([NAN, NAN, row.reward, 7.0])
    return rows


def with_one_length(rows):
    """opo refuses a group whose valid lengths are all 0."""
    valid = [row for row in rows if row.valid]
    if valid and valid[0].length is not None:
        valid[0].length = max(valid[0].length, 1)
    return rows


def masks(random):
    """Masks, empty groups, and each policy for what masking leaves too small."""
    policies = [None, "ZERO", "RAW", "CLAMP_K"]
    for name in NAMES:
        for turn in range(10):
            sizes = sizes_of(random, name, 12)
            options = {**method(random, name, sizes, every_size=True), **pass_at(random, sizes)}
            if policies[turn % 4]:
                options["small_group"] = "SMALL_GROUP_POLICY_" + policies[turn % 4]
            if smallest_size(*method_of(options)) == 1:
                options.pop("small_group", None)
            kind = random.choice(REAL) if name in ON_REWARDS and random.random() < 0.5 else binary
            sent = kind is binary and random.random() < 0.2
            draws = [lambda n=n: with_one_length(masked(random, lengths_for(random, name, with_outcomes(
                random, rows_of(drawn(random, kind, n)), sent)))) for n in sizes]
            request, expected = settled_request(random, options, draws, sizes)
            yield f"masks/{name}", request, expected


def spread_rows(random, rule, responses, names):
    """Each response as one to four rows, some of them masked, in a drawn order."""
    rows = []
    for response in responses:
        count = random.choice([1, 2, 3, 4])
        name = next(names)
        for turn in range(count):
            reward = {"EQUAL_OR_ERROR": response.reward, "LAST": response.reward,
                      "SUM": random.choice([0.0, 0.1, -0.25, response.reward])}[rule]
            rows.append(Row(as_float32(reward), outcome=response.outcome, trajectory=name,
                            length=None if response.length is None else response.length + turn))
            if random.random() < 0.15:
                rows.append(Row(NAN, valid=False, outcome=response.outcome, trajectory=name,
                                length=None if response.length is None else 77))
    random.shuffle(rows)
    if rule == "LAST":  # whatever stands before the last
        last = {row.trajectory: row for row in rows if row.valid}
        for row in rows:
            if row.valid and last[row.trajectory] is not row:
                row.reward = random.choice([0.0, 0.5, -3.0])
                row.outcome = random.random() < 0.5 if row.outcome is not None else None
    return rows
