"""An audit around a trainer's own function, while it trains."""

from __future__ import annotations

import collections
import dataclasses
import functools
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from advantaged.audit import checks, readers, reference
from advantaged.audit.batch import Batch
from advantaged.audit.outcome import Finding, Outcome
from advantaged.audit.report import Report

# How many texts of calls that could not be read are kept.
_KEPT_TEXTS = 100


class Watch:
    """Calls a trainer's function and returns what it returns; keeps a copy of both for the report.

    Nothing that a watch does raises into the trainer: a call that cannot be read is a finding of the report. Only the
    constructor raises, ValueError or TypeError, for settings that no batch can be computed with, and for a `read` or
    `keep_rows` that no call can be read with.
    """

    def __init__(self, estimator: Callable[..., Any], read: readers.Reader | None = None, keep_rows: int = 500_000,
                 **settings: Any) -> None:
        """`estimator`: the trainer's function. `read`: a reader of `audit.readers`, or a function of one's own
        `read(arguments, keywords, returned)` that gives the Batch of a call; default `readers.verl` for a function with
        the parameter token_level_rewards, else `readers.plain`. `keep_rows`: the latest calls are kept, together at most
        so many rows, some hundred bytes each with a text as id. `settings`: method, parameters, stages: what the trainer
        is meant to compute.
        """
        if not callable(estimator):
            raise TypeError(f"estimator: {estimator!r}; it must be a function")
        if read is not None:
            _check_reader(read)
        if not isinstance(keep_rows, int) or keep_rows < 1:
            raise ValueError(f"keep_rows: {keep_rows!r}; it must be a whole number from 1 on")
        reference.check(settings)
        functools.update_wrapper(self, estimator, updated=())
        self._estimator = estimator
        self._read = read
        self._keep_rows = keep_rows
        self._settings = settings
        self._calls = 0
        self._unread: collections.deque[tuple[int, str]] = collections.deque(maxlen=_KEPT_TEXTS)
        self._unread_count = 0
        self.batches: collections.deque[Batch] = collections.deque()
        """The latest calls, the oldest first; their step is the number of the call, from 1, unless the reader gave one;
        several of one step say which call they were."""
        self._dropped = 0

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        returned = self._estimator(*arguments, **keywords)
        self._calls += 1
        try:
            self._keep((self._read or self._reader(keywords))(arguments, keywords, returned))
        except Exception as error:  # noqa: BLE001: the trainer goes on, whatever its calls look like
            self._unread_count += 1
            self._unread.append((self._calls, f"{_text(error)} (read= says how a call is read)"))
        return returned

    def _reader(self, keywords: Any) -> readers.Reader:
        try:
            names = [*inspect.signature(self._estimator).parameters, *keywords]
        except (TypeError, ValueError):  # some built-in functions have none
            names = list(keywords)
        return readers.of_signature(names)

    def _keep(self, batch: Batch) -> None:
        if not isinstance(batch, Batch):
            raise TypeError(f"read gave {type(batch).__name__}; it must give an advantaged.audit.Batch")
        if len(batch.rewards) > self._keep_rows:
            raise ValueError(f"{len(batch.rewards)} rows; keep_rows is {self._keep_rows}")
        arrays: dict[str, Any] = {name: value.copy() for name, value in vars(batch).items() if isinstance(value, np.ndarray)}
        step = batch.step or self._calls
        if any(kept.step == step for kept in self.batches):  # several calls of one step are several batches
            step = f"{step}, call {self._calls}"
        self.batches.append(dataclasses.replace(batch, **arrays, step=step))
        while sum(len(kept.rewards) for kept in self.batches) > self._keep_rows:
            self.batches.popleft()
            self._dropped += 1

    def report(self) -> Report:
        """Of the latest calls; it says how many earlier ones are not in it."""
        outcomes = self._calls_read()
        for batch in self.batches:
            try:
                outcomes += checks.examine(batch, self._settings)
            except Exception as error:  # noqa: BLE001: as above
                outcomes.append(Outcome("other_definition", batch.step, "unchecked", f"the audit failed: {_text(error)}"))
        return Report(self._settings, list(self.batches), outcomes)

    def _calls_read(self) -> list[Outcome]:
        check, outcomes = "unreadable_call", []
        if self._unread:
            found = [Finding(check, step, (), 0, 0.0, text) for step, text in self._unread]
            if self._unread_count > len(found):
                found.append(Finding(check, self._calls, (), 0, 0.0, f"{self._unread_count - len(found)} calls before these"))
            outcomes.append(Outcome(check, self._calls, "found", findings=tuple(found)))
        elif self._calls:
            outcomes.append(Outcome(check, self._calls, "well"))
        if self._dropped:
            outcomes.append(Outcome(check, self._calls, "unchecked",
                                    f"{self._dropped} earlier calls are not kept: keep_rows is {self._keep_rows}"))
        return outcomes


def _check_reader(read: Any) -> None:
    if not callable(read):
        raise TypeError(f"read: {read!r}; it must be a function of (arguments, keywords, returned), as readers.verl is")
    try:
        signature = inspect.signature(read)
    except (TypeError, ValueError):  # some built-in functions have none
        return
    try:
        signature.bind((), {}, None)
    except TypeError as error:
        raise TypeError(f"read: {read!r} does not take (arguments, keywords, returned): {error}") from None


def _text(error: Exception) -> str:
    try:
        return f"{type(error).__name__}: {error}"[:300]
    except Exception:  # noqa: BLE001: an error's own text may fail, too
        return type(error).__name__
