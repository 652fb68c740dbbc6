"""What the tests of the audit share: batches, the method's own advantages of them, and the command."""

import json
import subprocess
import sys

import numpy as np
from advantaged import LocalBackend
from advantaged.audit import Batch, Report

N = 8
VERL = {"method": "grpo", "ddof": 1, "epsilon": 1e-6}


def ids(count):
    return [f"g{i // N}" for i in range(count)]


def rewards(seed, groups=6, binary=False):
    generator = np.random.default_rng(seed)
    drawn = generator.integers(0, 2, groups * N) if binary else generator.normal(size=groups * N).round(2)
    return drawn.astype(np.float64)


def ours(values, groups, **settings):
    return np.array(LocalBackend().compute(values, group_ids=groups, **settings).advantages, np.float64)


def clean(seed, settings, **others):
    values = rewards(seed, binary=seed % 2 == 0 or settings["method"] != "grpo")
    groups = ids(len(values))
    return Batch(values, ours(values, groups, **settings), groups, **others)


def kinds(findings):
    return {finding.kind for finding in findings}


def by_kind(batch, settings):
    return {finding.kind: finding for finding in Report.of([batch], settings).findings}


def states(batch, settings):
    """Of each check, its states."""
    found = {}
    for outcome in Report.of([batch], settings).outcomes:
        found.setdefault(outcome.check, []).append(outcome.state)
    return {check: states[0] if len(states) == 1 else sorted(states) for check, states in found.items()}


def lines(**columns):
    """A file of rows; a column is a list by its key."""
    return "\n".join(json.dumps(dict(zip(columns, row))) for row in zip(*columns.values()))


def lines_of(batch):
    return lines(reward=batch.rewards.tolist(), advantage=batch.advantages.tolist(), group=batch.groups)


def command(text, *flags):
    """`python -m advantaged audit -` on a file."""
    return subprocess.run([sys.executable, "-m", "advantaged", "audit", "-", *flags], input=text, capture_output=True,
                          text=True, check=False)
