"""Numbers among the arguments of functions, checked: InvalidArgument names the argument, the value and the range."""

from __future__ import annotations

import math
import numbers
from typing import Any

from advantaged.errors import wrong


def number(value: Any, name: str, *, above: float = -math.inf, at_least: float = -math.inf, below: float = math.inf,
           at_most: float = math.inf) -> float:
    """A finite number in a range."""
    return float(_checked(value, name, numbers.Real, "a number", above, at_least, below, at_most))


def whole(value: Any, name: str, *, at_least: float = -math.inf, at_most: float = math.inf) -> int:
    """A whole number in a range."""
    return int(_checked(value, name, numbers.Integral, "a whole number", -math.inf, at_least, math.inf, at_most))


def _checked(value: Any, name: str, kind: type, words: str, above: float, at_least: float, below: float,
             at_most: float) -> Any:
    if (isinstance(value, kind) and not isinstance(value, bool) and math.isfinite(value)  # type: ignore[arg-type]
            and above < value and at_least <= value < below and value <= at_most):  # type: ignore[operator]
        return value
    limits = [f"{word} {limit:g}" for word, limit in (("above", above), ("at least", at_least), ("below", below),
                                                      ("at most", at_most)) if math.isfinite(limit)]
    raise wrong(name, f"{value!r}; it must be {words}{', ' * bool(limits)}{' and '.join(limits)}")
