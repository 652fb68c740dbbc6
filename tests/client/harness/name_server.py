"""A name server for one name, whose addresses the test sets: what a headless service of Kubernetes is to its clients."""

import socket
import struct
import threading

A, IN = 1, 1
# Also of the answer that there is none, so that nobody remembers it.
SECONDS_TO_LIVE = 0


class NameServer:
    """Answers, over UDP on a free port of the loopback, every question for addresses with `addresses` (IPv4)."""

    NAME = "advantaged.test"

    def __init__(self, addresses):
        self.addresses = list(addresses)
        self.asked = 0
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.thread = threading.Thread(target=self._serve)
        self.thread.start()

    def target(self, port):
        """As gRPC takes it: a name, and whom to ask for it."""
        return f"dns://127.0.0.1:{self.socket.getsockname()[1]}/{self.NAME}:{port}"

    def close(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
            end.sendto(b"", self.socket.getsockname())
        self.thread.join()
        self.socket.close()

    def _serve(self):
        while True:
            query, peer = self.socket.recvfrom(4096)
            if not query:
                return
            self.socket.sendto(self._answer(query), peer)

    def _answer(self, query):
        number, = struct.unpack_from("!H", query)
        end = query.index(b"\0", 12) + 1  # of the name, a list of labels, each after its length
        kind, = struct.unpack_from("!H", query, end)
        addresses = self.addresses if kind == A else []
        self.asked += kind == A
        header = struct.pack("!6H", number, 0x8580, 1, len(addresses), 0, 0)  # an answer, from who knows
        records = b"".join(struct.pack("!HHHIH", 0xC00C, A, IN, SECONDS_TO_LIVE, 4) + socket.inet_aton(address)
                           for address in addresses)
        return header + query[12:end + 4] + records
