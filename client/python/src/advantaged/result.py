"""What a computation says beside the advantages."""

from __future__ import annotations

import dataclasses
import functools
import types
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from advantaged import methods, stages

OUTCOMES = ("", "empty", "all_fail", "mixed", "all_pass", "constant", "varied")


@dataclasses.dataclass(frozen=True)
class GroupStatistics:
    """Statistics of each group: G entries each, in the order of the groups (of first appearance with ids).

    NaN stands for "does not apply", e.g. the success rate where outcomes are unknown.
    """

    group_ids: npt.NDArray[Any]
    """The ids as they were given; 0 .. G-1 where groups are contiguous."""
    n: npt.NDArray[np.uint32]
    """Valid responses."""
    c: npt.NDArray[np.uint32]
    """Correct valid responses; 0 where outcomes are unknown."""
    outcome: npt.NDArray[np.uint8]
    """What is known, as a number of the contract's GroupOutcome; `outcome_names` spells it."""
    success_rate: npt.NDArray[np.float64]
    """rho = c/n."""
    mean: npt.NDArray[np.float64]
    """Of the rewards."""
    sd: npt.NDArray[np.float64]
    """Of the rewards, ddof 0."""
    priority: npt.NDArray[np.float64]
    """1 - rho: the weight of the prompt in prioritized sampling (Kimi k1.5, arXiv 2501.12599)."""
    pass_at: Mapping[int, npt.NDArray[np.float64]]
    """Unbiased Pass@K by K, for each K asked."""

    @property
    def outcome_names(self) -> list[str]:
        """empty, all_fail, mixed, all_pass, constant or varied; the number of one that only a newer server knows."""
        return [OUTCOMES[outcome] if outcome < len(OUTCOMES) else str(outcome) for outcome in self.outcome.tolist()]

    def to_dict(self) -> dict[str, list[Any]]:
        """Columns by name, lists with an entry per group, for a data frame: the fields above, `outcome` by its name,
        Pass@K as pass_at_1, pass_at_4, ..."""
        columns = {field.name: getattr(self, field.name) for field in dataclasses.fields(self) if field.name != "pass_at"}
        columns.update((f"pass_at_{k}", values) for k, values in self.pass_at.items())
        return {**{name: values.tolist() for name, values in columns.items()}, "outcome": self.outcome_names}


class _CodeAndMessage(NamedTuple):
    code: str
    """negative_advantage_of_correct, suspicious_spread, small_groups, incomplete_groups, pass_at_too_large, or, by this
    client, missing_last_reward."""
    message: str


class Warning(_CodeAndMessage):
    """Something the caller may not expect; never an error. A pair of `code` and `message`, and two numbers."""

    groups: int
    """How many groups it is about; 0 where it is about all of a size, or about responses."""
    limit: int
    """What these groups miss: the n that the method needs, the declared size that is complete, or the largest K of
    `pass_at`; of negative_advantage_of_correct the least such c; else 0."""

    def __new__(cls, code: str, message: str, groups: int = 0, limit: int = 0) -> Warning:
        self = super().__new__(cls, code, message)
        self.groups, self.limit = groups, limit
        return self


class Facts(NamedTuple):
    """What an answer holds beside the advantages, read when first asked for."""

    stats: GroupStatistics | None
    summary: dict[str, float]
    method: methods.Method | None
    numerics_version: int
    batch_moments: tuple[stages.Moments, ...]
    warnings: tuple[Warning, ...]
    timings: dict[str, float]
    pass_at_groups: Mapping[int, int]
    """By K, over how many groups Pass@K of the summary is the mean."""


class Result:
    """The answer to one batch."""

    advantages: Any
    """Float32 (or `out_dtype`) in the container, on the device and in the shape of the rewards; 0 where masked."""
    backend: str
    """Who computed: "remote" or "local"."""
    fallbacks: int
    """Calls before this one that the client's fallback had to answer since the last answer of a server."""

    empty_responses: int
    """Responses without a token in the loss; the setting of this name says what they are."""

    scheduled: Mapping[str, float]
    """The settings that follow a schedule, by name, with their values at the `step` of the call."""

    def __init__(self, advantages: Any, read: Callable[[], Facts], backend: str, empty_responses: int = 0,
                 scheduled: Mapping[str, float] = types.MappingProxyType({})) -> None:
        self.advantages = advantages
        self.backend = backend
        self.empty_responses = empty_responses
        self.scheduled = dict(scheduled)
        self.fallbacks = 0
        self._read = read

    @functools.cached_property
    def facts(self) -> Facts:
        """All of the properties below at once."""
        return self._read()

    @property
    def stats(self) -> GroupStatistics:
        """Arrays with an entry per group."""
        if self.facts.stats is None:
            raise AttributeError("the call was made with statistics=False or moments_only=True")
        return self.facts.stats

    @property
    def summary(self) -> dict[str, float]:
        """The batch in a few numbers, flat, for a training log: the fields of Summary in the contract's
        compute.proto, Pass@K as pass_at_1, pass_at_4, ... (NaN for a K larger than every group), both that
        and the mean success rate only where outcomes are known; what is `scheduled`; and, if there were any,
        `empty_responses` and `fallbacks`."""
        counts = {"empty_responses": self.empty_responses, "fallbacks": self.fallbacks}
        return {**self.facts.summary, **self.scheduled, **{name: count for name, count in counts.items() if count}}

    @property
    def method(self) -> methods.Method | None:
        """The method as it was applied, every default filled in; None if this version does not know it."""
        return self.facts.method

    @property
    def numerics_version(self) -> int:
        """Version of the numerics that produced these bits."""
        return self.facts.numerics_version

    @property
    def batch_moments(self) -> tuple[stages.Moments, ...]:
        """The moments that the stages need, of this call's responses."""
        return self.facts.batch_moments

    @property
    def warnings(self) -> tuple[Warning, ...]:
        """Things the caller may not expect."""
        return self.facts.warnings

    @property
    def timings(self) -> dict[str, float]:
        """Microseconds on the server by stage: decode_us, compute_us, encode_us, queue_us; empty if local."""
        return self.facts.timings

    def __repr__(self) -> str:
        return f"Result(advantages={self.advantages!r}, summary={self.summary!r})"

    def __reduce__(self) -> tuple[Any, ...]:  # plain data, for Ray and multiprocessing
        return _restore, (self.advantages, tuple(self.facts), self.backend, self.empty_responses, self.fallbacks, self.scheduled)


def _restore(advantages: Any, facts: Sequence[Any], backend: str, empty_responses: int, fallbacks: int,
             scheduled: Mapping[str, float]) -> Result:
    result = Result(advantages, functools.partial(Facts, *facts), backend, empty_responses, scheduled)
    result.fallbacks = fallbacks
    return result
