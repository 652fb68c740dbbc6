"""An audit around a trainer's own function, while it trains."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from advantaged import _containers
from advantaged.audit.batch import Batch, Floats
from advantaged.audit.report import Report


class Watch:
    """Calls `estimator(rewards, groups, ...)` and returns what it returns; keeps a copy of both for the report.

    `read(arguments, keywords, returned)` gives a Batch where the function's shape is another. Settings (method,
    parameters, stages) are what the trainer is meant to compute.
    """

    def __init__(self, estimator: Callable[..., Any],
                 read: Callable[[Sequence[Any], Mapping[str, Any], Any], Batch] | None = None, **settings: Any) -> None:
        self._estimator = estimator
        self._read = read or _read
        self._settings = settings
        self.batches: list[Batch] = []

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        returned = self._estimator(*arguments, **keywords)
        batch = self._read(arguments, keywords, returned)
        self.batches.append(Batch(**{**vars(batch), "step": batch.step or len(self.batches) + 1}))
        return returned

    def report(self) -> Report:
        """Of all calls so far."""
        return Report.of(self.batches, self._settings)


def _read(arguments: Sequence[Any], keywords: Mapping[str, Any], returned: Any) -> Batch:
    """(rewards, groups) in, advantages, or a tuple that begins with them, out; token-level ones by their rows."""
    rewards, groups = arguments[:2]
    advantages = returned[0] if isinstance(returned, tuple) else returned
    return Batch(_flat(rewards, token_level_is_sum=True), _flat(advantages, token_level_is_sum=False),
                 list(groups.tolist() if hasattr(groups, "tolist") else groups))


def _flat(values: Any, token_level_is_sum: bool) -> Floats:
    """A number per row. Token-level rewards add up; token-level advantages are the same for all tokens that count."""
    array = _containers.read(values, "values")[0].astype(np.float64)
    if getattr(values, "ndim", 1) != 2:
        return array
    tokens: Floats = array.reshape(tuple(values.shape))
    if token_level_is_sum:
        summed: Floats = tokens.sum(1)
        return summed
    largest: Floats = tokens[np.arange(len(tokens)), np.abs(tokens).argmax(1)]
    return largest
