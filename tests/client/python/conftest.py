"""What the tests of the Python client share: a running server, and the two backends that compute."""

import asyncio

import advantaged
import pytest
from running_server import Server, start

__all__ = ["start"]  # a fixture: start(*flags) gives a server of the test's own


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """One running server for all tests of a file; its address is `server.grpc[0]`."""
    started = Server(tmp_path_factory.mktemp("server"), "--log-level=error")
    yield started
    assert started.stop() == 0, started.log()


@pytest.fixture(scope="module")
def client(server):
    """A client of `server`."""
    with advantaged.Client(server.grpc[0]) as opened:
        yield opened


@pytest.fixture(scope="module")
def local():
    """The in-process core; where Python has none (Debian's own packages), a test that needs it says so."""
    pytest.importorskip("advantaged_local", reason="the in-process core is not installed in this Python")
    return advantaged.LocalBackend()


@pytest.fixture(scope="module", params=["remote", "local"])
def backend(request):
    """Whatever computes: a test that takes it runs with a client of a server, then in-process."""
    return request.getfixturevalue("client" if request.param == "remote" else "local")


@pytest.fixture(params=["blocking", "asyncio"])
def compute(request):
    """compute(target, ...) opens a client of either kind and gives a function that computes, blocking, and the client."""
    loop = asyncio.new_event_loop()
    clients = []

    def open_one(*arguments, **options):
        if request.param == "blocking":
            clients.append(client := advantaged.Client(*arguments, **options))
            return lambda *a, **b: client.compute(*a, **b), client
        clients.append(client := advantaged.AsyncClient(*arguments, **options))
        return lambda *a, **b: loop.run_until_complete(client.compute(*a, **b)), client

    yield open_one
    for client in clients:
        closed = client.close()
        if closed is not None:
            loop.run_until_complete(closed)
    loop.close()
