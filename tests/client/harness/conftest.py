"""Servers and the driver under test."""

import pytest
from drivers import Driver, driver_command, target_of
from running_server import Server, start
from sockets import Wire

__all__ = ["start"]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """One server for the tests of a file that leave it as it is."""
    server = Server(tmp_path_factory.mktemp("server"))
    yield server
    assert server.stop() == 0, server.log()


@pytest.fixture
def drive():
    """Starts drivers: drive(address, ..., deadline=seconds, max_connection_age=seconds); ends those that a failed test left."""
    drivers = []

    def start_one(*addresses, **settings):
        drivers.append(Driver(driver_command(), target_of(addresses), **settings))
        return drivers[-1]

    yield start_one
    for driver in drivers:
        driver.kill()


@pytest.fixture
def wire():
    """Puts wires before servers: wire(server)."""
    wires = []

    def start_one(server):
        wires.append(Wire(server.grpc[0]))
        return wires[-1]

    yield start_one
    for one in wires:
        one.close()
