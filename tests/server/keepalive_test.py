"""Who is there and who is not: HTTP/2 pings in both directions. Takes a minute and a half."""

import select
import socket
import time

from raw_http2 import GREETING, frame
from running_server import PATIENCE, eventually

PING, GOAWAY = 6, 7
ACK = 1
# Of the server: it asks after 60 s, waits 20 s, and takes a ping every 10 s.
GIVES_UP_AFTER = 60 + 20
MAY_ASK_EVERY = 10


class Client:
    """A connection without calls."""

    def __init__(self, address, answers=True, asks_every=None):
        self.socket = socket.create_connection(address.split(":"), PATIENCE)
        self.socket.sendall(GREETING)
        self.answers = answers
        self.asks_every = asks_every
        self.asked = time.monotonic()
        self.received = b""
        self.was_asked = False
        self.dismissed = None  # what the server said at the end
        self.closed = False

    def ask(self):
        if self.asks_every and not self.closed and time.monotonic() > self.asked + self.asks_every:
            self.asked = time.monotonic()
            self.socket.sendall(frame(PING, payload=bytes(8)))

    def read(self):
        received = self.socket.recv(4096)
        self.closed = not received
        self.received += received
        while len(self.received) >= 9 and len(self.received) >= (size := 9 + self.received[2]):
            kind, flags, payload = self.received[3], self.received[4], self.received[9:size]
            self.received = self.received[size:]
            if kind == GOAWAY:
                self.dismissed = payload[8:]
            if kind == PING and not flags & ACK:
                self.was_asked = True
                if self.answers:
                    self.socket.sendall(frame(PING, ACK, payload=payload))


def test_pings(start):
    server = start()
    address = server.grpc[0]
    deaf = Client(address, answers=False)
    polite = Client(address)
    careful = Client(address, asks_every=MAY_ASK_EVERY + 0.5)
    impatient = Client(address, asks_every=1)
    clients = [deaf, polite, careful, impatient]
    deadline = time.monotonic() + GIVES_UP_AFTER + PATIENCE
    while not deaf.closed:
        assert time.monotonic() < deadline
        for client in clients:
            client.ask()
        sockets = {client.socket: client for client in clients if not client.closed}
        for ready in select.select(sockets, [], [], 0.1)[0]:
            sockets[ready].read()
    assert deaf.was_asked
    assert polite.was_asked and not polite.closed and polite.dismissed is None
    assert not careful.closed and careful.dismissed is None
    assert impatient.closed and impatient.dismissed == b"too_many_pings"
    # Counted a moment after the client has seen it.
    eventually(lambda: server.metrics().sum("advantaged_connections") == 2, "the two others counted as closed")
    for client in clients:
        client.socket.close()
