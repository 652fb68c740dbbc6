"""The C++ core inside this process: the interface of `Client`, the same bits, no server."""

from __future__ import annotations

import functools
from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from advantaged import _backend, _plan, methods, stages
from advantaged.errors import FailedPrecondition, InvalidArgument, Violation
from advantaged.result import Facts, GroupStatistics, Result, Warning

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from advantaged._arguments import Arguments


def is_installed() -> bool:
    """Whether advantaged[local] is."""
    try:
        import advantaged_local  # noqa: F401
    except ImportError:
        return False
    return True


class LocalBackend:
    """`compute` and `compute_tokens` of `Client`, in this process. Thread-safe; computing releases the GIL."""

    def __init__(self) -> None:
        try:
            from advantaged_local import _core
        except ImportError as error:
            raise ImportError("the in-process core is not installed: pip install 'advantaged[local]', or, in a clone, "
                              "pip install ./client/python_local") from error
        self._core = _core

    def compute(self, rewards: Any, **arguments: Unpack[Arguments]) -> Result:
        """As `Client.compute`; `deadline`, `run` and `observe` are for servers and mean nothing here."""
        return self.run(_backend.read_job(rewards, arguments))

    def compute_tokens(self, token_level_rewards: Any, response_mask: Any, **arguments: Unpack[Arguments]) -> Result:
        """As `Client.compute_tokens`."""
        tokens = _backend.Tokens(token_level_rewards, response_mask)
        return tokens.broadcast(self.compute(tokens.rewards, **tokens.arguments(arguments)))

    def run(self, job: _backend.Job) -> Result:
        """Computes what has been read already."""
        plan, batch = job.plan, job.read.batch
        required = plan.settings.get("required_numerics_version")
        if required is not None and required != self._core.numerics_version:
            raise FailedPrecondition(f"required_numerics_version is {required}; the in-process core's numerics "
                                     f"version is {self._core.numerics_version}")
        answer = self._core.compute(
            method=plan.method.name, parameters=_parameters(plan.method), rewards=batch.rewards,
            group_size=batch.group_size, group_sizes=batch.group_sizes, group_ids=batch.group_ids,
            valid=batch.valid, outcomes=batch.outcomes, lengths=batch.lengths, trajectory_ids=batch.trajectory_ids,
            statistics=plan.statistics, **_options(plan))
        if answer.violations:
            raise job.in_callers_words(InvalidArgument([Violation(*entry) for entry in answer.violations]))
        facts = functools.partial(_read_facts, answer, plan, job.read.labels)
        return job.result(answer.advantages, facts, "local")


@functools.lru_cache(maxsize=256)
def _parameters(method: methods.Method) -> dict[str, Any]:
    parameters = method.parameters()
    if "tables" in parameters:
        parameters["tables"] = [table._asdict() for table in parameters["tables"]]
    if "constants" in parameters:
        parameters["constants"] = dict(parameters["constants"])
    return parameters


def _options(plan: _plan.Plan) -> dict[str, Any]:
    settings = plan.settings
    options = {name: settings[name] for name in
               ("expected_group_size", "trajectory_reward", "success_threshold", "shape_rewards", "zero_unless_mixed",
                "constant_tolerance", "small_group", "allow_recentering", "moments_only") if name in settings}
    options["pass_at"] = list(settings.get("pass_at") or ())
    options["stages"] = [(stage.kind, {k: v for k, v in vars(stage).items() if v is not None}) for stage in plan.stages]
    options["batch_moments"] = [tuple(moments) for moments in settings.get("batch_moments") or ()]
    return options


def _read_facts(answer: Any, plan: _plan.Plan, labels: Sequence[Hashable] | None) -> Facts:
    name, parameters = answer.method
    return Facts(
        stats=_read_statistics(answer.statistics, labels) if plan.statistics else None,
        summary=_flat(answer.summary),
        method=methods.from_name(name, **parameters),
        numerics_version=answer.numerics_version if hasattr(answer, "numerics_version") else 0,
        batch_moments=tuple(stages.Moments(*moments) for moments in answer.batch_moments),
        warnings=tuple(Warning(*entry) for entry in answer.warnings),
        timings={})


def _flat(summary: dict[str, Any]) -> dict[str, float]:
    return summary


def _read_statistics(columns: Any, labels: Sequence[Hashable] | None) -> GroupStatistics:
    ids = columns.group_ids
    if labels is not None:
        ids = np.empty(len(columns.n), object)
        ids[:] = labels
    return GroupStatistics(group_ids=ids, n=columns.n, c=columns.c, outcome=columns.outcome,
                           success_rate=columns.success_rate, mean=columns.mean, sd=columns.sd,
                           priority=columns.priority, pass_at=columns.pass_at_k)
