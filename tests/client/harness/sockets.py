"""What stands between a driver and a server: nobody yet, or a wire that can be held and cut."""

import selectors
import socket
import threading

from running_server import eventually


class Doorstep:
    """A port with a listener that hangs up on whoever comes: a server that is not up yet."""

    def __init__(self):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.address = "127.0.0.1:{}".format(self.socket.getsockname()[1])

    def await_caller(self, timeout):
        self.socket.settimeout(timeout)
        connection, _ = self.socket.accept()
        connection.close()

    def close(self):
        self.socket.close()


class Wire:
    """Forwards TCP connections to a server, until told to hold back what one side says."""

    REQUESTS, REPLIES = "requests", "replies"

    def __init__(self, server):
        self.server = server  # HOST:PORT; may be another one from the next connection on
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = "127.0.0.1:{}".format(self.listener.getsockname()[1])
        self.held_side = None
        self.held_bytes = 0
        self.pairs = {}  # of each socket, the side it speaks for and the socket it speaks to
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.listener, selectors.EVENT_READ)
        self.wake, self.woken = socket.socketpair()
        self.selector.register(self.woken, selectors.EVENT_READ)
        self.orders = []
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def hold(self, side):
        """From now on keeps what this side says to itself."""
        self._order(lambda: self._hold(side))

    def await_held(self, count):
        """Waits until so many bytes were held back: more than HTTP/2 says of itself, so a call is among them."""
        eventually(lambda: self.held_bytes >= count, f"{count} bytes held back")

    def cut(self):
        """Ends all connections, and holds nothing back on later ones."""
        self._order(self._cut)

    def close(self):
        self._order(None)
        self.thread.join()

    def _order(self, order):
        done = threading.Event()
        self.orders.append((order, done))
        self.wake.send(b"!")
        done.wait()

    def _hold(self, side):
        self.held_side, self.held_bytes = side, 0

    def _cut(self):
        for end in list(self.pairs):
            self._end(end)
        self.held_side = None

    def _end(self, end):
        """Ends a connection on both sides."""
        for one in (end, self.pairs.get(end, (None, None))[1]):
            if self.pairs.pop(one, None):
                self.selector.unregister(one)
                one.close()

    def _accept(self):
        client, _ = self.listener.accept()
        host, port = self.server.rsplit(":", 1)
        try:
            server = socket.create_connection((host, int(port)))
        except OSError:  # nobody there: as if the client had asked itself
            client.close()
            return
        for end, side, other in ((client, self.REQUESTS, server), (server, self.REPLIES, client)):
            self.pairs[end] = (side, other)
            self.selector.register(end, selectors.EVENT_READ)

    def _forward(self, end):
        side, other = self.pairs[end]
        try:
            said = end.recv(1 << 16)
            if side == self.held_side:
                self.held_bytes += len(said)
            elif said:
                other.sendall(said)
        except OSError:
            said = b""
        if not said:
            self._end(end)

    def _run(self):
        while True:
            for key, _ in self.selector.select():
                if key.fileobj is self.listener:
                    self._accept()
                elif key.fileobj in self.pairs:
                    self._forward(key.fileobj)
            while self.orders:
                self.woken.recv(1)
                order, done = self.orders.pop(0)
                (order or self._cut)()
                done.set()
                if order is None:
                    for one in (self.listener, self.wake, self.woken, self.selector):
                        one.close()
                    return
