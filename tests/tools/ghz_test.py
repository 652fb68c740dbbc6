"""ghz, which finds methods by reflection and makes many calls."""

import json

import pytest
from tool import SERVICE, run

CALLS = 2000
BATCH = {"method": {"grpo": {}}, "rewards": [0, 1, 1, 0], "group_size": 4}


@pytest.mark.parametrize("method, data", [
    (f"{SERVICE}.ComputeAdvantages", BATCH),
    (f"{SERVICE}.DescribeMethod", {"method": {"rloo": {}}, "n": 8}),
    (f"{SERVICE}.ListMethods", {}),
    (f"{SERVICE}.GetServerInfo", {}),
    ("grpc.health.v1.Health.Check", {}),
])
def test_every_call_is_answered(server, method, data):
    done = run("ghz", "--insecure", "--call", method, "--data", json.dumps(data), "--total", CALLS, "--concurrency", 8,
               "--connections", 4, "--format", "json", server.grpc[0])
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["count"] == CALLS
    assert report["statusCodeDistribution"] == {"OK": CALLS}, report["errorDistribution"]
