"""A server offered three times what it can do: short, and only what is true on a busy machine."""

import pytest
from overload import FLAGS, fairness, overload

SECONDS = 2
RESPONSES = 1 << 15  # sanitizers are slow


def failures(checks):
    return [check.row() for check in checks if check.anywhere and not check.holds()]


def test_overload(start, tmp_path):
    server = start(*FLAGS)
    checks = overload(tmp_path, server, SECONDS, SECONDS / 2, RESPONSES)
    assert not failures(checks)
    assert server.stop() == 0


@pytest.mark.parametrize("transport", ["tcp", "unix"])
def test_fairness(start, tmp_path, transport):
    server = start(*FLAGS, listen=["127.0.0.1:0" if transport == "tcp" else f"unix:{tmp_path}/a.sock"])
    assert not failures(fairness(tmp_path, server.grpc[0], SECONDS / 2, RESPONSES))
