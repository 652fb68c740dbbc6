"""The C++ core inside this process: the interface of `Client`, the same bits, no server."""

from __future__ import annotations

import functools
from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from advantaged import _backend, _catalog, _plan, _status, _summary, methods, stages
from advantaged._generated.signatures import Computes
from advantaged.errors import FailedPrecondition
from advantaged.result import Facts, GroupStatistics, Result, Warning

if TYPE_CHECKING:
    from advantaged_local import _core
    from advantaged_local.types import Statistics, Summary
    from advantaged._arguments import Arguments
    from advantaged._generated.names import MethodName
    from advantaged.methods import Method


def is_installed() -> bool:
    """Whether advantaged[local] is."""
    try:
        import advantaged_local  # noqa: F401
    except ImportError:
        return False
    return True


class LocalBackend(Computes):
    """`compute` and `compute_tokens` of `Client`, in this process. Thread-safe; computing releases the GIL.

    `deadline`, `run` and `observe` are for servers and mean nothing here.
    """

    def __init__(self) -> None:
        try:
            from advantaged_local import _core as core
        except ImportError as error:
            raise ImportError("the in-process core is not installed: pip install 'advantaged[local]', or, in a clone, "
                              "pip install ./client/python_local") from error
        self._core = core

    def _compute(self, rewards: Any, arguments: Arguments) -> Result:
        return self.run(_backend.read_job(rewards, arguments))

    def methods(self) -> list[dict[str, Any]]:
        """As `Client.methods`."""
        return self._core.list_methods()

    def describe(self, *asked: MethodName | Method, n: int | None = None, points: int | None = None,
                 rho: Sequence[float] | None = None) -> list[dict[str, Any]]:
        """As `Client.describe`."""
        found = []
        for method in asked:
            read = _plan.read_method(method, {})
            answer = self._core.describe(method=read.name, parameters=_parameters(read), n=n, points=points, rho=rho)
            if answer["violations"]:
                raise _status.from_core(answer["violations"])
            found.append(_catalog.read_local(answer))
        return found

    @property
    def numerics_version(self) -> int:
        """Version of the numerics that it computes by."""
        return self._core.numerics_version

    def __reduce__(self) -> tuple[Any, ...]:  # for Ray and multiprocessing
        return LocalBackend, ()

    def run(self, job: _backend.Job) -> Result:
        """Computes what has been read already."""
        plan, batch = job.plan, job.read.batch
        required = plan.settings.get("required_numerics_version")
        if required is not None and required != self._core.numerics_version:
            raise FailedPrecondition(f"required_numerics_version is {required}; the in-process core's numerics "
                                     f"version is {self._core.numerics_version}")
        answer = self._core.compute(
            rewards=batch.rewards, group_size=batch.group_size, group_sizes=batch.group_sizes,
            group_ids=batch.group_ids, valid=batch.valid, outcomes=batch.outcomes,
            lengths=batch.lengths if plan.reads_lengths else None,
            trajectory_ids=batch.trajectory_ids, **_settings(plan))
        if answer.violation_count:
            raise job.in_callers_words(_status.from_core(answer.violations))
        return job.result(answer.advantages, functools.partial(self._read_facts, answer, plan, job.read.labels), "local")

    def _read_facts(self, answer: _core.Result, plan: _plan.Plan, labels: Sequence[Hashable] | None) -> Facts:
        name, parameters = answer.method
        return Facts(
            stats=_read_statistics(answer.statistics, labels) if answer.statistics is not None else None,
            summary=_flat(answer.summary) if answer.summary is not None else {},
            method=methods.from_name(name, **parameters),
            numerics_version=self._core.numerics_version,
            batch_moments=tuple(stages.Moments(*moments) for moments in answer.batch_moments),
            warnings=tuple(Warning(code.removeprefix("CODE_").lower(), message, groups, limit)
                           for code, message, groups, limit in answer.warnings),
            timings={},
            pass_at_groups={entry["k"]: entry["groups"] for entry in answer.summary["pass_at_k"]} if answer.summary else {})


def _parameters(method: methods.Method) -> dict[str, Any]:
    """As the core takes them."""
    parameters = method.parameters()
    if "tables" in parameters:
        parameters["tables"] = [table._asdict() for table in parameters["tables"]]
    if "constants" in parameters:
        parameters["constants"] = dict(parameters["constants"])
    return parameters


def _settings(plan: _plan.Plan) -> dict[str, Any]:
    """Everything that is no array, as the core takes it; made once a plan."""
    kept = plan.local
    if not kept:
        kept.update((name, plan.settings[name]) for name in _TAKEN if plan.settings.get(name) is not None)
        kept.update(
            method=plan.method.name, parameters=_parameters(plan.method), statistics=plan.statistics,
            stages=[(stage.kind, {k: v for k, v in vars(stage).items() if v is not None}) for stage in plan.stages])
    return kept


# What the core takes as it is.
_TAKEN = ("expected_group_size", "trajectory_reward", "success_threshold", "shape_rewards", "zero_unless_mixed",
          "constant_tolerance", "small_group", "declared_small_group", "allow_recentering", "moments_only",
          "pass_at", "batch_moments")


def _flat(summary: Summary) -> dict[str, float]:
    fields = {name: value for name, value in summary.items() if name != "pass_at_k" and value is not None}
    return _summary.flatten(cast("dict[str, float]", fields),
                            ((entry["k"], entry["mean"]) for entry in summary["pass_at_k"]))


def _read_statistics(columns: Statistics, labels: Sequence[Hashable] | None) -> GroupStatistics:
    ids: Any = columns.get("group_ids")
    if labels is not None:
        ids = np.fromiter(labels, object, len(columns["n"]))
    elif ids is None:
        ids = np.arange(len(columns["n"]), dtype=np.uint32)
    return GroupStatistics(group_ids=ids, n=columns["n"], c=columns["c"], outcome=columns["outcome"],
                           success_rate=columns["success_rate"], mean=columns["mean"], sd=columns["sd"],
                           priority=columns["priority"], pass_at=columns["pass_at_k"])
