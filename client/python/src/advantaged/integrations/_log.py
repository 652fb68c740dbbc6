"""Summaries to where the trainer logs: Weights & Biases or TensorBoard-like sinks that run in this process."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Mapping

PREFIX = "advantaged/"
_LOGGER = logging.getLogger("advantaged.integrations")

sinks: list[Callable[[dict[str, float]], None]] = []
"""Called with every summary, keys under "advantaged/": append your trainer's own logger where none is found."""


def log(summary: Mapping[str, float], scheduled: Mapping[str, float]) -> dict[str, float]:
    """The summary of a batch, and the values of schedules, under "advantaged/"; returned as logged.

    To `sinks`; to wandb where a run is active in this process (with the step's other values, not before); else to
    the logger "advantaged.integrations" at level INFO.
    """
    values = {f"{PREFIX}{name}": value for name, value in (*summary.items(), *scheduled.items())}
    wandb = sys.modules.get("wandb")
    has_run = wandb is not None and getattr(wandb, "run", None) is not None
    if wandb is not None and has_run:
        wandb.log(values, commit=False)
    for sink in sinks:
        sink(values)
    if not has_run and not sinks:
        _LOGGER.info("%s", values)
    return values
