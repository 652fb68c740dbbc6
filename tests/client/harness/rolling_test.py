"""Three replicas behind one name, under load, while an operator and the kernel do what they do: no call fails."""

import os
import signal
import threading
import time

import pytest
from name_server import NameServer
from running_server import eventually
from streams_of_batches import batches
from vector_files import faults

ADDRESSES = ["127.0.0.1", "127.0.0.2", "127.0.0.3"]
NEW_ADDRESSES = ["127.0.0.4", "127.0.0.5", "127.0.0.6"]
CLIENTS = 3
FROZEN_SECONDS = 10
# Clients hear of it by health within the delay; it is short because nobody else must.
DRAIN = "--drain-delay=1"
BY_NAME = os.environ.get("ADVANTAGED_DRIVER_TARGET", "grpc") == "grpc"


class Load:
    """Drivers that ask one vector after the other, as fast as they are answered, until the end."""

    def __init__(self, drive, *addresses, **flags):
        self.drivers = [drive(*addresses, **flags) for _ in range(CLIENTS)]
        self.vectors = batches(200)
        self.done = threading.Event()
        self.faults = []
        self.answers = [0] * CLIENTS
        self.threads = [threading.Thread(target=self._ask, args=(i,)) for i in range(CLIENTS)]
        for thread in self.threads:
            thread.start()

    def _ask(self, i):
        try:
            while not self.done.is_set():
                vector = self.vectors[self.answers[i] % len(self.vectors)]
                self.faults += faults(vector, self.drivers[i].ask(vector["request"]))
                self.answers[i] += 1
        except BaseException as error:
            self.faults.append(repr(error))

    def goes_on(self):
        """Waits until every client has had some more answers."""
        goals = [count + 20 for count in self.answers]
        eventually(lambda: self.faults or all(count >= goal for count, goal in zip(self.answers, goals)), "answers")
        assert not self.faults, self.faults[:5]

    def finish(self):
        """Nothing has failed, nor taken longer than a client's deadline, a minute."""
        self.done.set()
        for thread in self.threads:
            thread.join()
        assert not self.faults, self.faults[:5]
        for driver in self.drivers:
            driver.finish()


def served(server):
    return server.metrics().sum("advantaged_responses_total")


def assert_serves(server):
    """Clients have found it (again)."""
    before = served(server)
    eventually(lambda: served(server) > before, "calls to a replica that is there")


@pytest.fixture
def replicas(start):
    """Starts one: replicas(address). All have the port that the first one picked, as pods have."""
    port = 0

    def start_one(address):
        nonlocal port
        server = start(DRAIN, listen=[f"{address}:{port}"])
        port = server.grpc[0].rpartition(":")[2]
        return server

    return start_one


@pytest.fixture
def names():
    """The name's server, with the first addresses."""
    server = NameServer(ADDRESSES)
    yield server
    server.close()


def target(names, servers):
    """The name; for clients that resolve with the system, which knows none of ours, the list of addresses."""
    if BY_NAME:
        return [names.target(servers[0].grpc[0].rpartition(":")[2])]
    return [server.grpc[0] for server in servers]


def test_rolling_restart_kill_and_freeze_fail_no_call(drive, replicas, names):
    servers = [replicas(address) for address in ADDRESSES]
    load = Load(drive, *target(names, servers))
    for server in servers:
        assert_serves(server)
    for i, address in enumerate(ADDRESSES):  # a rolling restart
        assert servers[i].stop() == 0, servers[i].log()
        load.goes_on()
        servers[i] = replicas(address)
        assert_serves(servers[i])
    assert servers[0].stop(signal.SIGKILL) == -signal.SIGKILL
    load.goes_on()
    servers[0] = replicas(ADDRESSES[0])
    assert_serves(servers[0])
    servers[1].freeze()
    time.sleep(FROZEN_SECONDS)  # what happens then is the test; calls that it has wait for it
    servers[1].process.send_signal(signal.SIGCONT)
    assert_serves(servers[1])
    load.goes_on()
    load.finish()
    for server in servers:
        assert server.stop() == 0, server.log()


@pytest.mark.skipif(not BY_NAME, reason="this client resolves names with the system, which knows none of ours")
def test_rolling_update_to_new_addresses_fails_no_call(drive, replicas, names):
    """Pods that are replaced come back under other addresses, so clients must ask for the name again."""
    servers = [replicas(address) for address in ADDRESSES]
    load = Load(drive, *target(names, servers))
    for i, address in enumerate(NEW_ADDRESSES):
        old, servers[i] = servers[i], replicas(address)
        names.addresses = [*NEW_ADDRESSES[:i + 1], *ADDRESSES[i + 1:]]
        assert old.stop() == 0, old.log()
        load.goes_on()
    for server in servers:
        assert_serves(server)
    load.finish()


@pytest.mark.skipif(not BY_NAME, reason="this client resolves names with the system, which knows none of ours")
def test_replicas_that_are_added_get_calls(drive, replicas, names):
    """By an autoscaler, while no connection is lost that would make clients ask for the name again."""
    servers = [replicas(ADDRESSES[0])]
    names.addresses = ADDRESSES[:1]
    load = Load(drive, *target(names, servers), max_connection_age=0.5)
    assert_serves(servers[0])
    for count in (2, 3):
        servers.append(replicas(ADDRESSES[count - 1]))
        names.addresses = ADDRESSES[:count]
        for server in servers:
            assert_serves(server)
    load.finish()


def test_connections_that_reach_their_age_fail_no_call(drive, replicas):
    """Each client closes its own when it has made another."""
    server = replicas(ADDRESSES[0])
    load = Load(drive, server.grpc[0], max_connection_age=0.2)
    eventually(lambda: server.metrics().sum("advantaged_connections_total") >= 5 * CLIENTS, "other connections")
    load.goes_on()
    eventually(lambda: server.metrics().sum("advantaged_connections") <= 2 * CLIENTS, "old ones closed")
    load.finish()
