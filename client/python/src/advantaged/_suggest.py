"""Help with a mistyped name."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def hint(typed: object, known: Iterable[str]) -> str:
    """"; did you mean 'grpo'?" with the closest of `known`; "" where none is close. Capital letters and dashes count as
    small letters and underscores, so that GRPO is grpo."""
    small = str(typed).strip().lower().replace("-", "_")
    by_small = {name.lower(): name for name in known}
    close = difflib.get_close_matches(small, by_small, 1)
    return f"; did you mean {by_small[close[0]]!r}?" if close else ""
