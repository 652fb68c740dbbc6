"""Real servers for the tests that ask, each on free ports."""

import pytest
from running_server import Server, start

__all__ = ["start"]  # a fixture of the tests of clients, too


@pytest.fixture(params=["tcp", "unix"])
def listen(request, tmp_path):
    """An address of either kind."""
    return "127.0.0.1:0" if request.param == "tcp" else f"unix:{tmp_path}/a.sock"


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """One server for all tests of a file that do not look at its metrics."""
    server = Server(tmp_path_factory.mktemp("shared"))
    yield server
    assert server.stop() == 0, server.log()


@pytest.fixture(scope="module")
def stub(shared):
    """A stub on the shared server, its channel kept open: most tests need no more."""
    with shared.stub() as result:
        yield result
