"""The client that the adapters of this process share: `Client()`, so ADVANTAGED_TARGET, else in-process."""

from __future__ import annotations

import functools

from advantaged.client import Client


@functools.lru_cache(maxsize=1)
def client() -> Client:
    """Made at the first call, and usable after a fork."""
    return Client()
