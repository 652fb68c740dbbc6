"""grpcurl, which finds everything by reflection."""

import json

import pytest
from tool import SERVICE, run

BATCH = {"method": {"grpo": {}}, "rewards": [0, 1, 1, 0], "group_size": 4}


def grpcurl(server, *arguments):
    before, after = arguments[:-1], arguments[-1:]
    return run("grpcurl", "-plaintext", *before, server.grpc[0], *after)


def call(server, method, data):
    return grpcurl(server, "-d", json.dumps(data), method)


def test_it_lists_every_service(server):
    assert grpcurl(server, "list").stdout.split() == [
        SERVICE, "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection",
        "grpc.reflection.v1alpha.ServerReflection"]


@pytest.mark.parametrize("symbol", [SERVICE, "advantaged.v1.ComputeAdvantagesRequest", "grpc.health.v1.Health"])
def test_it_describes_a_symbol(server, symbol):
    done = run("grpcurl", "-plaintext", server.grpc[0], "describe", symbol)
    assert done.returncode == 0, done.stderr
    assert symbol in done.stdout


def test_it_calls(server):
    done = call(server, f"{SERVICE}/ComputeAdvantages", BATCH)
    assert json.loads(done.stdout)["advantages"] == [-1, 1, 1, -1], done.stderr


def test_it_streams(server):
    done = call(server, f"{SERVICE}/StreamAdvantages", {"id": "a", "batch": BATCH})
    assert json.loads(done.stdout)["batch"]["advantages"] == [-1, 1, 1, -1], done.stderr


def test_it_prints_the_fields_of_a_refusal(server):
    done = call(server, f"{SERVICE}/ComputeAdvantages", {**BATCH, "group_size": 3})
    assert done.returncode != 0
    assert '"field": "group_size"' in done.stderr and "not recognized" not in done.stderr, done.stderr
