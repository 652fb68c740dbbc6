"""Summaries and configurations to where the trainer logs. What cannot be logged is said once, and stops no training."""

from __future__ import annotations

import logging
import math
import sys
from collections.abc import Callable, Mapping
from typing import Any

PREFIX = "advantaged/"
# Trackers with `run`, or a way to ask for it, and a `config` that takes more keys while the run goes on.
_TRACKERS = ("wandb", "trackio")
_LOGGER = logging.getLogger("advantaged.integrations")

sinks: list[Callable[[dict[str, float]], None]] = []
"""Called with every summary, keys under "advantaged/": append your trainer's own logger where none is found."""

_failed: set[str] = set()


def named(summary: Mapping[str, float]) -> dict[str, float]:
    """Keys under "advantaged/", without what is no number: a tracker that averages would show nothing else."""
    return {f"{PREFIX}{name}": value for name, value in summary.items() if math.isfinite(value)}


def log(summary: Mapping[str, float]) -> None:
    """To `sinks`; to wandb where a run is active in this process (with the step's other values, not before); else to
    the logger "advantaged.integrations" at level INFO."""
    values = named(summary)
    wandb = _active("wandb")
    if wandb is not None:
        attempt("wandb.log", lambda: wandb.log(values, commit=False))
    for sink in sinks:
        attempt(getattr(sink, "__qualname__", repr(sink)), lambda: sink(values))
    if wandb is None and not sinks:
        _LOGGER.info("%s", values)


def announce(facts: Mapping[str, Any]) -> None:
    """What this run computes: once to the log, and to the configuration of the tracker's run."""
    _LOGGER.info("advantaged: this run computes %s", facts)
    for name in _TRACKERS:
        tracker = _active(name)
        if tracker is not None:
            attempt(f"{name}.config", lambda: tracker.config.update({"advantaged": dict(facts)}, allow_val_change=True))


def attempt(what: str, act: Callable[[], Any]) -> Any:
    """act(), or None where it fails; of each `what` the first failure is logged."""
    try:
        return act()
    except Exception as error:  # trackers fail in ways of their own, and training goes on
        if what not in _failed:
            _failed.add(what)
            _LOGGER.warning("advantaged: %s failed, and training goes on without: %r", what, error)
        return None


def _active(name: str) -> Any:
    """The tracker's module, if a run is active in this process."""
    module = sys.modules.get(name)
    if module is None:
        return None
    if name == "trackio":
        current = getattr(sys.modules.get("trackio.context_vars"), "current_run", None)
        return module if current is not None and current.get() is not None else None
    return module if getattr(module, "run", None) is not None else None
