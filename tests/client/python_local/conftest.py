"""What the tests of the clients share."""

import pytest


@pytest.fixture(scope="module")
def server():
    """A running server, called without a client package."""
    import raw_server  # needs the server's environment variables, which not every test here has

    with raw_server.running() as started:
        yield started
