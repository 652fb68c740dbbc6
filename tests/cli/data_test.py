"""The real rewards are what data/README.md says."""

import collections
import json

from programs import DATA, SOURCE_DIR

GROUPS = [json.loads(line) for line in DATA.read_text(encoding="utf-8").splitlines()]


def test_groups():
    assert len(GROUPS) == 492
    assert all(len(group["rewards"]) == 10 and set(group["rewards"]) <= {0, 1} for group in GROUPS)
    assert len({group["group"] for group in GROUPS}) == 492
    assert sum(0 < sum(group["rewards"]) < 10 for group in GROUPS) == 86


def test_success_rates():
    rewards = collections.defaultdict(list)
    for group in GROUPS:
        rewards[group["group"].split("/")[0]] += group["rewards"]
    readme = (SOURCE_DIR / "data" / "README.md").read_text(encoding="utf-8")
    for model, values in rewards.items():
        assert len(values) == 1640
        assert f"| {model} | 164 | {sum(values) / 1640:.4f} |" in readme
    assert sorted(round(sum(v) / 1640, 4) for v in rewards.values()) == [0.4512, 0.7695, 0.8482]
