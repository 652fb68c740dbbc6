"""A batch in shards: files that are larger than one call takes, and ranks that each hold a part of a batch (Ray).

    pieces = shards.cut(rewards, 1 << 20, groups=prompts)
    results = [client.compute(piece.rewards, **piece.arguments, method="rloo") for piece in pieces]
    for piece, result in zip(pieces, results):
        advantages[piece.rows] = result.advantages
    shards.merge_summaries(results)

Groups do not see each other: the advantages are those of one call, bit for bit. Stages see the whole batch. So every
shard is first asked for its moments, once for each of the moments that the stages need, and then sent those of the whole:

    moments = ()
    while len(moments) < len(found := shards.merge_moments(
            client.compute(piece.rewards, **piece.arguments, **settings, batch_moments=moments, moments_only=True)
            for piece in pieces)):
        moments = found
    results = [client.compute(piece.rewards, **piece.arguments, **settings, batch_moments=moments) for piece in pieces]

The advantages are then those of one call within the bound of docs/numerics.md, "Shards": almost always the same bits.
While replicas are being replaced, `required_numerics_version` keeps the shards to one version of the numerics.
"""

from __future__ import annotations

import functools
import itertools
import math
import operator
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import numpy as np
import numpy.typing as npt

from advantaged import _arguments, _batch, _containers, _groups, _suggest, _summary
from advantaged.errors import wrong
from advantaged.result import Result
from advantaged.stages import Moments
from advantaged.v1 import compute_pb2

if TYPE_CHECKING:
    from typing_extensions import Unpack

Indices = npt.NDArray[np.intp]
_NOTHING = Moments(0.0, 0.0, 0.0)


class Shard(NamedTuple):
    """Some whole groups of a batch, in their order."""

    rewards: npt.NDArray[Any]
    """A number per row, flat."""
    arguments: _arguments.Arrays
    """Their groups and the other arrays that were given, as `compute` takes them."""
    rows: Any
    """Where they stand in the batch, its rows counted one after the other where it is [prompt, response]: a slice, or
    indices. `advantages[shard.rows] = result.advantages` puts them back."""


def cut(rewards: Any, max_rows: int, **arrays: Unpack[_arguments.Arrays]) -> list[Shard]:
    """A batch, given as to `Client.compute`, in shards of at most `max_rows` rows, cut between groups; a group that is
    larger is a shard of its own.

    Raises InvalidArgument for what could not be seen in the shards: groups that are not those of the rewards, arrays of
    another length, a trajectory in two groups.
    """
    if max_rows < 1:
        raise wrong("max_rows", f"{max_rows}; it must be at least 1")
    for name in arrays:
        if name not in _arguments.ARRAYS:
            raise TypeError(f"cut() has no argument {name!r}{_suggest.hint(name, _arguments.ARRAYS)}")
    given = cast("dict[str, Any]", {name: value for name, value in arrays.items() if value is not None})
    values, form = _containers.read(rewards, "rewards")
    count = len(values)
    if count == 0:
        raise wrong("rewards", "the batch is empty")
    groups = _groups.read_groups(given.pop("groups", None), given.pop("group_sizes", None), given.pop("group_ids", None),
                                 form, count)
    order, ends = _lay_out(groups, count)
    columns = {name: _column(value, name, form, count) for name, value in given.items()}
    if "trajectory_ids" in columns:
        _check_trajectories(columns["trajectory_ids"], columns.get("valid"), order, ends)
    found = []
    for first, last in _ranges(ends, max_rows):
        begin, end = int(ends[first - 1]) if first else 0, int(ends[last - 1])
        rows: Any = slice(begin, end) if order is None else order[begin:end]
        arguments = {name: column.take(rows) for name, column in columns.items()}
        if groups.ids is not None:
            arguments["group_ids"] = _Column(groups.ids, groups.labels).take(rows)
        elif groups.sizes is not None:
            arguments["group_sizes"] = groups.sizes[first:last]
        else:
            arguments["groups"] = groups.size
        found.append(Shard(values[rows], cast(_arguments.Arrays, arguments), rows))
    return found


class _Column(NamedTuple):
    """A number per row, and what the numbers stand for (None: themselves)."""

    values: npt.NDArray[Any]
    labels: Sequence[Hashable] | None = None

    def take(self, rows: Any) -> Any:
        """Those of some rows, in the caller's words."""
        values = self.values[rows]
        return values if self.labels is None else [self.labels[i] for i in values.tolist()]

    def name(self, row: int) -> str:
        """What the row has, for a text."""
        value = int(self.values[row])
        return str(value) if self.labels is None else repr(self.labels[value])


def _column(value: Any, name: str, form: _containers.Form, count: int) -> _Column:
    if name == "trajectory_ids":
        ids = _containers.column(value, name)
        ids, rows = _containers.flat(ids) if form.has_rows else (ids, form)
        numbers, labels = _groups.dense(ids, name)
        return _Column(_batch.check_fits(numbers, rows, form, count, name), labels)
    array, rows = _containers.read(value, name)
    return _Column(_batch.check_fits(array, rows, form, count, name))


def _lay_out(groups: _groups.Groups, count: int) -> tuple[Indices | None, Indices]:
    """The rows put so that those of each group stand together (None: as they are), groups in order of first appearance;
    and where each group ends then."""
    if groups.ids is not None:
        if len(groups.ids) != count:
            raise wrong("group_ids", f"{len(groups.ids)} entries for {count} rewards")
        _, first, inverse, counts = np.unique(groups.ids, return_index=True, return_inverse=True, return_counts=True)
        by_appearance = np.argsort(first)
        rank = np.empty(len(first), np.intp)
        rank[by_appearance] = np.arange(len(first))
        return np.argsort(rank[inverse], kind="stable"), np.cumsum(counts[by_appearance])
    if groups.sizes is not None:
        if (total := int(groups.sizes.sum(dtype=np.uint64))) != count:
            raise wrong("group_sizes", f"sum to {total}; the batch has {count} responses")
        return None, np.cumsum(groups.sizes, dtype=np.intp)
    assert groups.size is not None
    if groups.size == 0 or count % groups.size:
        raise wrong("group_size", f"{groups.size} does not divide the {count} responses")
    return None, np.arange(groups.size, count + 1, groups.size)


def _check_trajectories(ids: _Column, valid: _Column | None, order: Indices | None, ends: Indices) -> None:
    """The rows of a response are in one group. Rows that are masked out may share an id with any."""
    count = len(ids.values)
    group_of = np.empty(count, np.intp)
    group_of[slice(None) if order is None else order] = np.repeat(np.arange(len(ends)), np.diff(ends, prepend=0))
    rows = np.arange(count) if valid is None else np.flatnonzero(valid.values)
    _, first, inverse = np.unique(ids.values[rows], return_index=True, return_inverse=True)
    elsewhere = np.flatnonzero(group_of[rows] != group_of[rows[first][inverse]])
    if len(elsewhere):
        row, other = int(rows[elsewhere[0]]), int(rows[first[inverse[elsewhere[0]]]])
        trajectory = f"trajectory {ids.name(row)}"
        raise wrong(f"trajectory_ids[{row}]", f"{trajectory} is in group {group_of[row]}, but row {other} of {trajectory} "
                                              f"is in group {group_of[other]}")


def _ranges(ends: Indices, max_rows: int) -> Iterator[tuple[int, int]]:
    """Of groups, the last exclusive: at most `max_rows` rows, or one group."""
    first = 0
    while first < len(ends):
        begin = int(ends[first - 1]) if first else 0
        last = max(first + 1, int(np.searchsorted(ends, begin + max_rows, side="right")))
        yield first, last
        first = last


def merge_moments(results: Iterable[Result]) -> tuple[Moments, ...]:
    """The moments of the whole batch, merged from those of its shards in this order. A shard without weight changes
    nothing."""
    columns = itertools.zip_longest(*(result.batch_moments for result in results), fillvalue=_NOTHING)
    return tuple(functools.reduce(Moments.merge, column) for column in columns)


def merge_summaries(results: Iterable[Result]) -> dict[str, float]:
    """The summary of the whole batch, from those of its shards: `Result.summary` of one call, counts exactly, means and
    weights but for the rounding of a double."""
    shards = list(results)
    if not shards:
        raise wrong("results", "empty; a batch has at least one shard")
    summaries = [result.summary for result in shards]
    merged: dict[str, float] = {}
    for name in dict.fromkeys(itertools.chain(_FIELDS, *summaries)):
        if name in shards[0].scheduled:
            merged[name] = shards[0].scheduled[name]  # a setting, and the same for all
        elif not name.startswith("pass_at_") and any(name in summary for summary in summaries):
            merged[name] = _MERGES.get(name, _add)(summaries, name)
    return _summary.flatten(merged, _pass_at(shards))


_FIELDS = [field.name for field in compute_pb2.Summary.DESCRIPTOR.fields if field.name != "pass_at_k"]
_Summaries = Sequence[Mapping[str, float]]


def _add(summaries: _Summaries, name: str) -> float:
    found = [summary.get(name, 0) for summary in summaries]
    return sum(found) if all(isinstance(value, int) for value in found) else math.fsum(found)


def _mean(pairs: Iterable[tuple[float, float]]) -> float | None:
    """Of means and what they weigh; None where nothing weighs anything."""
    weighed = [pair for pair in pairs if pair[1]]
    return math.fsum(itertools.starmap(operator.mul, weighed)) / sum(weight for _, weight in weighed) if weighed else None


def _over(*groups: str, empty: str = "") -> Any:
    """The merge of a mean over the groups, or responses, that these fields count, but for those that `empty` counts."""
    def merge(summaries: _Summaries, name: str) -> float:
        return _mean((summary.get(name, 0.0), sum(summary[field] for field in groups) - summary.get(empty, 0))
                     for summary in summaries) or 0.0

    return merge


def _spread(summaries: _Summaries, name: str) -> float:
    """The standard deviation (ddof 0) of |A|: its variance is the mean of the squares about the mean of all."""
    centre = _MERGES["mean_absolute_advantage"](summaries, "mean_absolute_advantage")
    return math.sqrt(_mean((summary[name] ** 2 + (summary["mean_absolute_advantage"] - centre) ** 2, summary["responses"])
                           for summary in summaries) or 0.0)


# How a field is merged that is no sum.
_MERGES: dict[str, Any] = {
    "mean_success_rate": _over("all_fail_groups", "mixed_groups", "all_pass_groups"),
    "no_signal_share": _over("groups", empty="empty_groups"),
    "mean_absolute_advantage": _over("responses"),
    "sd_absolute_advantage": _spread,
    "max_absolute_advantage": lambda summaries, name: max(summary[name] for summary in summaries),
}


def _pass_at(shards: Sequence[Result]) -> Iterator[tuple[int, float | None]]:
    """Each K with its mean over all groups that have as many responses."""
    for k in dict.fromkeys(itertools.chain.from_iterable(shard.facts.pass_at_groups for shard in shards)):
        yield k, _mean((shard.summary.get(f"pass_at_{k}", 0.0), shard.facts.pass_at_groups.get(k, 0))
                       for shard in shards)
