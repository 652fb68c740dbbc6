"""The log of a server, and what its tests send to find it there."""

import json

from running_server import eventually

PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
STAGES = ("queue_us", "decode_us", "compute_us", "encode_us")
ALL = "--log-level=debug"  # every call has its line


def lines(server):
    """The lines written so far; the last may be on its way."""
    text = server.log()
    return [json.loads(line) for line in text[:text.rfind("\n") + 1].splitlines()]


def calls(server, count):
    """The lines of calls, once there are so many."""
    def look():
        found = [line for line in lines(server) if line["message"] == "call"]
        return found if len(found) >= count else None
    found = eventually(look, f"{count} calls in the log")
    assert len(found) == count
    return found
