"""Groups of rows into a request, in each form; groups whose exact advantages have one float32 answer only."""

import dataclasses

from evaluate import evaluate
from exact import Ambiguous, BeyondFloat32
from request import bitmap

ATTEMPTS = 3000  # until a theme that cannot be settled is a mistake


@dataclasses.dataclass
class Row:
    """A row of a request; None: the request has no such field."""

    reward: float
    valid: bool = True
    outcome: bool | None = None
    length: int | None = None
    trajectory: int | None = None


def rows_of(rewards):
    return [Row(reward) for reward in rewards]


def request_of(options, groups, form="sizes", random=None):
    """The request; `form` is size, sizes or ids. With `random`, ids interleave the
    groups, each in its order."""
    rows = [(group, row) for group, members in enumerate(groups) for row in members]
    if form == "ids" and random:
        turns = [group for group, _ in rows]
        random.shuffle(turns)
        members = [iter(members) for members in groups]
        rows = [(group, next(members[group])) for group in turns]
    request = {"method": options["method"],
               "rewards": ["NaN" if row.reward != row.reward else row.reward for _, row in rows]}
    if form == "size":
        request["group_size"] = len(groups[0])
    elif form == "sizes":
        request["group_sizes"] = [len(members) for members in groups]
    else:
        ids = random.sample(range(2 ** 32), len(groups)) if random else list(range(len(groups)))
        request["group_ids"] = [ids[group] for group, _ in rows]
    if not all(row.valid for _, row in rows):
        request["valid"] = bitmap([row.valid for _, row in rows])
    if rows[0][1].outcome is not None:
        request["outcomes"] = bitmap([row.outcome for _, row in rows])
    if rows[0][1].length is not None:
        request["lengths"] = [row.length for _, row in rows]
    if rows[0][1].trajectory is not None:
        request["trajectory_ids"] = [row.trajectory for _, row in rows]
    return {**request, **{key: value for key, value in options.items() if key != "method"}}


def settled_group(options, draw):
    """A group from draw() that has one answer under the options, by itself."""
    alone = {key: value for key, value in options.items() if key not in ("stages", "pass_at")}
    for _ in range(ATTEMPTS):
        group = draw()
        try:
            evaluate(request_of(alone, [group]))
            return group
        except (Ambiguous, BeyondFloat32):
            continue
    raise RuntimeError(f"no unambiguous group in {ATTEMPTS} attempts: {options}")


def settled_batch(draw):
    """(request, expected) from draw(), which returns a request, once it has one answer."""
    for _ in range(ATTEMPTS):
        request = draw()
        try:
            return request, evaluate(request)
        except (Ambiguous, BeyondFloat32):
            continue
    raise RuntimeError(f"no unambiguous batch in {ATTEMPTS} attempts: {request}")


def forms_for(sizes):
    return ["size", "sizes", "ids"] if len(set(sizes)) == 1 else ["sizes", "ids"]


def settled_request(random, options, draws, sizes):
    """(request, expected): a group from each of `draws`, in a form drawn from those that fit."""
    groups = [settled_group(options, draw) for draw in draws]
    request = request_of(options, groups, random.choice(forms_for(sizes)), random)
    return request, evaluate(request)
