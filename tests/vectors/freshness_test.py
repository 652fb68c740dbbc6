"""The vectors in the repository are those that the generator writes, and cover what they are to cover."""

import collections
import json
import pathlib
import struct
import subprocess
import sys

import pytest
from draw_methods import NAMES

FOLDER = pathlib.Path(__file__).parent


def read(pattern):
    return [json.loads(line) for file in sorted(FOLDER.glob(pattern))
            for line in file.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def vectors():
    """Those of requests."""
    return [vector for vector in read("*.jsonl") if "request" in vector]


def test_the_vectors_are_what_the_generator_writes(tmp_path):
    subprocess.run([sys.executable, FOLDER / "generate.py", tmp_path], check=True)
    written = sorted(path.name for path in tmp_path.iterdir())
    assert written == sorted(path.name for path in FOLDER.glob("*.jsonl"))
    for name in written:
        same = (tmp_path / name).read_bytes() == (FOLDER / name).read_bytes()
        assert same, f"{name} is not what the generator writes: make vectors"


def test_names_are_unique():
    names = collections.Counter(vector["name"] for vector in read("*.jsonl"))
    assert [name for name, count in names.items() if count > 1] == []


def test_every_method_and_feature_is_there_often(vectors):
    assert len(vectors) >= 1000
    answered = [vector["request"] for vector in vectors if "error" not in vector["expected"]]
    methods = collections.Counter(name for request in answered for name in request["method"])
    assert sorted(methods) == sorted(NAMES)
    assert min(methods.values()) >= 40, methods
    fields = collections.Counter(field for request in answered for field in request)
    for field in ("group_size", "group_sizes", "group_ids", "expected_group_size", "valid", "outcomes", "lengths",
                  "success_threshold", "shape_rewards", "zero_unless_mixed", "constant_tolerance", "stages",
                  "trajectory_ids", "small_group", "declared_small_group", "pass_at"):
        assert fields[field] >= 20, (field, fields[field])


def test_masked_rewards_are_nan_now_and_then(vectors):
    masked = [vector for vector in vectors if "valid" in vector["request"] and "NaN" in vector["request"]["rewards"]]
    assert len(masked) >= 100


def test_moments_tell_the_order_of_the_products_apart():
    def number(digits):
        return struct.unpack(">d", bytes.fromhex(digits))[0]

    other = 0
    for vector in read("moments.jsonl"):
        (wa, mean_a, css_a), (wb, mean_b, css_b), merged = ([*map(number, vector[name])] for name in ("a", "b", "merged"))
        if wa and wb:
            d = mean_b - mean_a
            other += css_a + css_b + d * d * wa * (wb / (wa + wb)) != merged[2]
    assert other >= 30, other
