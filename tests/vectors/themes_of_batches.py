"""Themes that are about the batch as a whole: trajectories, stages."""

from assemble import request_of, rows_of, settled_batch, settled_request
from draw_methods import KEEPS_MEAN, NAMES, ON_REWARDS, parameters
from draw_rewards import binary, drawn, mixed_binary, normal, shaped, tied
from exact import as_float32
from themes import lengths_for, method, pass_at, sizes_of, spread_rows, with_outcomes


def different_ids(random):
    """Ids without end, none twice."""
    seen = set()
    while True:
        name = random.getrandbits(32)
        if name not in seen:
            seen.add(name)
            yield name


def trajectories(random):
    """Several rows for one response, under each rule of its reward."""
    for name in NAMES:
        for rule in ("EQUAL_OR_ERROR", "LAST", "SUM"):
            for _ in range(3):
                sizes = sizes_of(random, name, 6)
                options = {**method(random, name, sizes), "trajectory_reward": "TRAJECTORY_REWARD_" + rule,
                           **pass_at(random, sizes)}
                if rule == "EQUAL_OR_ERROR" and random.random() < 0.5:
                    del options["trajectory_reward"]
                if len(set(sizes)) == 1 and random.random() < 0.3:
                    options["expected_group_size"] = sizes[0]
                on_rewards = name in ON_REWARDS
                sent = not on_rewards and rule == "LAST"
                if rule == "SUM" and not on_rewards:
                    options["success_threshold"] = 0.5
                kind = random.choice([shaped, tied, binary]) if on_rewards or sent or rule == "SUM" else binary
                names = different_ids(random)

                def draw(n):
                    responses = with_outcomes(random, lengths_for(random, name, rows_of(drawn(random, kind, n))), sent)
                    return spread_rows(random, rule, responses, names)

                draws = [lambda n=n: draw(n) for n in sizes]
                yield f"trajectories/{name}", *settled_trajectories(random, options, draws)


def settled_trajectories(random, options, draws):
    """As settled_request; rows do not come in sizes that are alike."""
    return settled_request(random, options, draws, [1, 2])


def weighting(random, stage):
    """Adds a weighting now and then."""
    choice = random.choice([None, "RESPONSES", "TOKENS"])
    return {**stage, "weighting": "WEIGHTING_" + choice} if choice else stage


def scale(random):
    stage = weighting(random, {})
    if random.random() < 0.5:
        stage["spread"] = random.choice(["SPREAD_ADVANTAGES", "SPREAD_REWARDS"])
    if random.random() < 0.5:
        stage["ddof"] = random.choice([0, 1])
    if random.random() < 0.6:
        stage["epsilon"] = random.choice([1e-8, 1e-6, 1e-4, 0.25])
        if random.random() < 0.4:
            stage["epsilon_inside_root"] = True
    return {"scale": stage}


def clip(random):
    low, high = sorted([round(random.uniform(-2, -0.1), 2), round(random.uniform(0.1, 2), 2)])
    return {"clip": random.choice([{"low": low}, {"high": high}, {"low": low, "high": high}])}


def chain(random):
    """One to five stages."""
    kinds = random.choice([["center"], ["scale"], ["clip"], ["center", "scale"], ["center", "scale", "clip"],
                           ["scale", "clip", "center"], ["center", "scale", "clip", "center"],
                           ["clip", "scale", "clip", "center", "scale"], ["scale", "scale"]])
    draws = {"center": lambda: {"center": weighting(random, {})}, "scale": lambda: scale(random),
             "clip": lambda: clip(random)}
    return [draws[kind]() for kind in kinds]


def uses_tokens(stages):
    return any(options.get("weighting") == "WEIGHTING_TOKENS" for stage in stages for options in stage.values())


def staged_request(random, name):
    """A batch of few different values, so that one draw in a few has one answer."""
    sizes = sizes_of(random, name, 12)[:3]
    sizes = [max(size, 2) for size in sizes]
    options = {"method": {name: parameters(random, name, min(sizes), range(1, max(sizes) + 1))},
               "stages": chain(random)}
    if name in KEEPS_MEAN:
        options["allow_recentering"] = True
    kind = random.choice([normal, shaped, tied] if name in ON_REWARDS else [mixed_binary, mixed_binary, binary])
    groups = [rows_of(drawn(random, kind, n)) for n in sizes]
    if uses_tokens(options["stages"]) or name == "opo" or random.random() < 0.2:
        for rows in groups:
            for row in rows:
                row.length = random.randint(0, 2000)
            rows[0].length = random.randint(1, 2000)
    if random.random() < 0.25:
        for rows in groups:
            if len(rows) > 2:
                rows[-1].valid, rows[-1].reward = False, float("nan")
    return options, groups


def stages(random):
    """Centring, scaling and clipping, each option and several in a chain."""
    for name in NAMES:
        for _ in range(10):
            def draw():
                while True:
                    options, groups = staged_request(random, name)
                    if all(sum(row.valid for row in rows) >= 2 for rows in groups):
                        break
                form = random.choice(["sizes", "ids"])
                return request_of(options, groups, form, random)
            yield f"stages/{name}", *settled_batch(draw)


def staged_trajectories(random):
    """Stages count responses, not rows."""
    for turn in range(20):
        rule = ["EQUAL_OR_ERROR", "LAST", "SUM"][turn % 3]

        def draw():
            options = {"method": {"grpo": {}}, "stages": chain(random),
                       "trajectory_reward": "TRAJECTORY_REWARD_" + rule}
            names = different_ids(random)
            groups = [rows_of(drawn(random, shaped, random.randint(2, 6))) for _ in range(2)]
            for rows in groups:
                for row in rows:
                    row.length = random.randint(1, 500)
            groups = [spread_rows(random, rule, rows, names) for rows in groups]
            return request_of(options, groups, random.choice(["sizes", "ids"]), random)

        yield "stages/trajectories", *settled_batch(draw)


def without_spread(random):
    """A batch without any spread scales to 0, and so does one that clipping made equal."""
    for turn in range(6):
        value = as_float32(random.uniform(0.5, 3))
        n = random.randint(2, 9)
        stages_ = [[{"scale": {}}], [{"scale": {"epsilon": 0.5}}], [{"center": {}}, {"scale": {"ddof": 1}}],
                   [{"clip": {"high": 0.25}}, {"center": {}}, {"scale": {}}],
                   [{"scale": {"spread": "SPREAD_REWARDS"}}, {"clip": {"low": -1}}],
                   [{"clip": {"low": 4}}, {"scale": {"epsilon_inside_root": True}}]][turn]
        options = {"method": {"reinforce": {}}, "stages": stages_}
        yield "stages/no_spread", *settled_batch(lambda: request_of(options, [rows_of([value] * n)] * 2))
