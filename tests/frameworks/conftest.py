"""What the tests of the adapters share: where advantages are computed."""

import pytest
from advantaged.integrations import _client, _run
from running_server import Server


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """One running server for all tests of a file; its address is `server.grpc[0]`."""
    started = Server(tmp_path_factory.mktemp("server"), "--log-level=error")
    yield started
    assert started.stop() == 0, started.log()


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    """Runs of the tests before are over."""
    monkeypatch.setattr(_run, "_runs", {})


@pytest.fixture(params=["in-process", "server"])
def target(request, monkeypatch):
    """A test that takes it runs with the in-process core, then with a server, as ADVANTAGED_TARGET says."""
    _client.client.cache_clear()
    monkeypatch.delenv("ADVANTAGED_TARGET", raising=False)
    if request.param == "server":
        server = request.getfixturevalue("server")
        monkeypatch.setenv("ADVANTAGED_TARGET", server.grpc[0])
    yield request.param
    _client.client.cache_clear()
