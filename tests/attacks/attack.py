"""An attack: what a hostile client does, and how the server says that it noticed.

Each subject of this room (`requests_attacks.py` …) has a list ATTACKS of them. An attack runs in a process of its own,
beside a good client, against a server that has the settings and the memory of a manifest:

    def flood(target, connections, rounds):
        for _ in rounds:          # until its time is over
            ...

    ATTACKS = [Attack(flood, 20, counted="advantaged_rejected_total", labels={"reason": "calls"}, short=True)]
"""

import dataclasses
import socket
import time
from collections.abc import Callable

PATIENCE = 10  # seconds after which an attacker gives a socket up
SOURCE = ("127.0.0.2", 0)  # an address of its own, as what counts by address sees it
EDGE_ONLY = ""  # in the place of a metric: what only an edge holds


@dataclasses.dataclass(frozen=True)
class Target:
    """Addresses of the server, each HOST:PORT."""

    grpc: str
    http: str

    def dial(self, http=False):
        """A connected socket."""
        host, port = (self.http if http else self.grpc).rsplit(":", 1)
        return socket.create_connection((host, int(port)), PATIENCE, SOURCE)


@dataclasses.dataclass(frozen=True)
class Attack:
    run: Callable  # (target, connections, rounds)
    connections: int
    counted: str  # the family of metrics that must have grown, or EDGE_ONLY
    labels: dict = dataclasses.field(default_factory=dict)
    short: bool = False  # one of those that every `make test` makes
    # The server lives, by the guard of its memory. Good calls wait meanwhile, or are refused: those only an edge serves.
    guarded: bool = False

    @property
    def needs_edge(self):
        return self.counted == EDGE_ONLY

    @property
    def name(self):
        return self.run.__name__


def rounds(seconds):
    """Counts up until the time is over."""
    end = time.monotonic() + seconds
    count = 0
    while time.monotonic() < end:
        yield count
        count += 1
