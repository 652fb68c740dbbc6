"""What does your trainer do today? An audit compares a trainer's own advantages with the definition, and changes nothing.

    python -m advantaged audit rollouts.jsonl --method grpo          a file: docs/integrations/audit.md has its format

    watch = advantaged.audit.Watch(my_estimator, method="grpo")      or around the function, for some steps
    advantages = watch(rewards, uids)                                my_estimator's own, untouched
    print(watch.report().text())

It finds groups that are split over ranks or cut by position, identities that are duplicated or mixed, singletons,
advantages in constant groups and in groups where all failed, rounding noise taken for signal, rows counted as responses,
numbers that are none, and says by how much the trainer's numbers differ from the method's and which known variant
explains them. What it could not check it says, too.
"""

from advantaged.audit import readers
from advantaged.audit.batch import Batch
from advantaged.audit.checks import audit, examine
from advantaged.audit.outcome import Finding, Outcome
from advantaged.audit.report import Report
from advantaged.audit.rows import read_batches
from advantaged.audit.watch import Watch

__all__ = ["Batch", "Finding", "Outcome", "Report", "Watch", "audit", "examine", "read_batches", "readers"]
