"""HTTP/2 and gRPC by hand, for what no library of gRPC would send."""

import struct

import h2.config
import h2.connection
import h2.events

SETTINGS = 4


def frame(kind, flags=0, stream=0, payload=b""):
    """A frame of HTTP/2."""
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


GREETING = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(SETTINGS)  # of a client


def literal(name, value, indexed=False):
    """A header as HPACK writes one that stands in no table; `indexed`: from then on it stands in the dynamic one."""
    assert len(name) < 127 and len(value) < 127
    return (b"\x40" if indexed else b"\0") + bytes([len(name)]) + name + bytes([len(value)]) + value


def message_bytes(content, compressed=False):
    """A message of gRPC with its length in front."""
    return struct.pack(">BI", compressed, len(content)) + content


def request_headers(path, *more):
    return [(":method", "POST"), (":scheme", "http"), (":authority", "test"), (":path", path),
            ("content-type", "application/grpc"), ("te", "trailers"), *more]


def call(connection, path, message, encoding="identity"):
    """Header and trailer fields of a call whose only message is `message`, sent as it is over a connection of its own.

    Raises ConnectionError if the server closes the connection instead of answering.
    """
    http = h2.connection.H2Connection(h2.config.H2Configuration(client_side=True))
    http.initiate_connection()
    http.send_headers(1, request_headers(path, ("grpc-encoding", encoding)))
    left = memoryview(message)  # slices of it are no copies
    fields = {}
    while True:
        while left and (room := min(http.local_flow_control_window(1), http.max_outbound_frame_size)) > 0:
            http.send_data(1, bytes(left[:room]), end_stream=len(left) <= room)
            left = left[room:]
        connection.sendall(http.data_to_send())
        received = connection.recv(1 << 16)
        if not received:
            raise ConnectionError("the server closed the connection instead of answering")
        for event in http.receive_data(received):
            if isinstance(event, (h2.events.ResponseReceived, h2.events.TrailersReceived)):
                fields.update((name.decode(), value.decode()) if isinstance(name, bytes) else (name, value)
                              for name, value in event.headers)
            if isinstance(event, (h2.events.StreamEnded, h2.events.StreamReset)):
                return fields
