"""A real server for the tools."""

import pytest
from running_server import Server


@pytest.fixture(name="server", scope="module")
def run_server(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("server"))
    yield server
    assert server.stop() == 0, server.log()
