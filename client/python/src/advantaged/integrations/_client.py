"""Where the adapters of this process compute: ADVANTAGED_TARGET, else in-process."""

from __future__ import annotations

import functools

from advantaged.integrations._steady import Steady


@functools.lru_cache(maxsize=None)
def client(fallback: str | None = None, deadline: float | None = None) -> Steady:
    """Made at the first call with these settings, and shared by all that have them."""
    return Steady(fallback, deadline)
