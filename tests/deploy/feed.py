"""Batches of real rewards, as a trainer would send them."""

import json
import random

from advantaged.v1 import compute_pb2
from project import SOURCE

N = 10
GROUPS = [json.loads(line)["rewards"] for line in
          (SOURCE / "data/humaneval_runs.jsonl").read_text(encoding="utf-8").splitlines()]
EASY = [group for group in GROUPS if sum(group) >= 5]
HARD = [group for group in GROUPS if 0 < sum(group) < 5]
FAILED = [group for group in GROUPS if sum(group) == 0]
PASS_AT = (1, 4, 8)


def batch(groups, method="grpo", run=None):
    """A request; `method` is a name, with K = 4 where it has one."""
    request = compute_pb2.ComputeAdvantagesRequest(rewards=[reward for group in groups for reward in group], group_size=N,
                                                   pass_at=PASS_AT, run=run)
    spec = getattr(request.method, method)
    spec.SetInParent()
    if "k" in spec.DESCRIPTOR.fields_by_name:
        spec.k = 4
    return request


def drawn(success, count, rng=None):
    """Groups of the data whose mean success rate is about `success`: easy ones, hard ones, and such that fail altogether."""
    rng = rng or random.Random(0)
    mean = {id(kind): sum(map(sum, kind)) / N / len(kind) for kind in (EASY, HARD)}
    easy = max(0.0, min(1.0, success / mean[id(EASY)]))
    hard = (1 - easy) * min(1.0, success * 3)
    return [rng.choice(rng.choices((EASY, HARD, FAILED), (easy, hard, 1 - easy - hard))[0]) for _ in range(count)]
