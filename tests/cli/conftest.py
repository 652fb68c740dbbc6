import pytest

import programs


@pytest.fixture(scope="session")
def server():
    with programs.server() as addresses:
        yield addresses
