"""A batch that is too large for one message, in parts: cut at group bounds, answered as if it had been one."""

from __future__ import annotations

import operator
import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from advantaged import stages
from advantaged._batch import Batch
from advantaged.errors import InvalidArgument, Violation, wrong
from advantaged.v1 import compute_pb2

_code = operator.attrgetter("code")
Indices = npt.NDArray[np.intp]


class Layout(NamedTuple):
    """Rows of a batch put so that the rows of each group stand together."""

    order: Indices | None
    """The rows in that order; None: as they are."""
    ends: Indices
    """Where each group ends, groups in the order of the batch."""


def lay_out(batch: Batch) -> Layout:
    """Groups in order of first appearance, their rows in their order."""
    count = len(batch.rewards)
    _check_sizes(batch, count)
    if batch.group_size is not None:
        return Layout(None, np.arange(batch.group_size, count + 1, batch.group_size))
    if batch.group_sizes is not None:
        return Layout(None, np.cumsum(batch.group_sizes, dtype=np.intp))
    assert batch.group_ids is not None
    _, first, inverse, counts = np.unique(batch.group_ids, return_index=True, return_inverse=True, return_counts=True)
    by_appearance = np.argsort(first)
    rank = np.empty(len(first), np.intp)
    rank[by_appearance] = np.arange(len(first))
    return Layout(np.argsort(rank[inverse], kind="stable"), np.cumsum(counts[by_appearance]))


def _check_sizes(batch: Batch, count: int) -> None:
    """Sizes that do not add up cannot be cut; the core's words, which no server gets to say here."""
    if batch.group_size is not None and count % batch.group_size:
        raise wrong("group_size", f"{batch.group_size} does not divide the {count} responses")
    if batch.group_sizes is not None and (total := int(batch.group_sizes.sum(dtype=np.uint64))) != count:
        raise wrong("group_sizes", f"sum to {total}; the batch has {count} responses")


class Part(NamedTuple):
    """Some whole groups."""

    batch: Batch
    rows: Any
    """Of the whole batch: a slice, or indices."""
    first_group: int
    groups: int


def parts(batch: Batch, layout: Layout, first: int, last: int) -> Part:
    """Groups `first` to `last` (exclusive)."""
    begin = int(layout.ends[first - 1]) if first else 0
    end = int(layout.ends[last - 1])
    rows: Any = slice(begin, end) if layout.order is None else layout.order[begin:end]
    part = batch.take(rows)
    if batch.group_size is not None:
        part = part._replace(group_size=batch.group_size)
    elif batch.group_sizes is not None:
        part = part._replace(group_sizes=np.ascontiguousarray(batch.group_sizes[first:last]))
    return Part(part, rows, first, last - first)


def cut(ends: Indices, rows: int) -> Iterator[tuple[int, int]]:
    """Ranges of groups of at most `rows` rows each, or of one group."""
    first = 0
    while first < len(ends):
        begin = int(ends[first - 1]) if first else 0
        last = max(first + 1, int(np.searchsorted(ends, begin + rows, side="right")))
        yield first, last
        first = last


def moments_needed(chain: Sequence[stages.Stage]) -> int:
    """How many moments these stages need: one for each weighting of the rewards, and of what each clip leaves."""
    needed = set()
    clips = 0
    for stage in chain:
        if isinstance(stage, stages.Clip):
            clips += 1
        elif isinstance(stage, stages.Scale) and stage.spread == "rewards":
            needed.add(("rewards", stage.weighting))
        elif isinstance(stage, (stages.Center, stages.Scale)):
            needed.add((str(clips), stage.weighting))
    return len(needed)


def of_whole(error: InvalidArgument, part: Part) -> InvalidArgument:
    """The error of a part with the indices of the whole batch."""
    def row(match: re.Match[str]) -> str:
        index = int(match[2])
        return f"{match[1]}{part.rows.start + index if isinstance(part.rows, slice) else int(part.rows[index])}"

    def group(match: re.Match[str]) -> str:
        return f"{match[1]}{part.first_group + int(match[2])}"

    found = []
    for field, description in error.violations:
        field = re.sub(r"^(group_sizes\[)(\d+)", group, field)
        field = re.sub(r"^((?:rewards|group_ids|lengths|trajectory_ids|valid|outcomes)\[)(\d+)", row, field)
        description = re.sub(r"\b(group )(\d+)", group, description)
        found.append(Violation(field, re.sub(r"\b(row )(\d+)", row, description)))
    return InvalidArgument(found, str(error))


def merge(answers: Sequence[compute_pb2.ComputeAdvantagesResponse]) -> compute_pb2.ComputeAdvantagesResponse:
    """One answer of those of the parts; their advantages and statistics are not in them."""
    whole = compute_pb2.ComputeAdvantagesResponse()
    whole.CopyFrom(answers[0])
    for field in ("decode_us", "compute_us", "encode_us", "queue_us"):
        setattr(whole.timings, field, sum(getattr(answer.timings, field) for answer in answers))
    for answer in answers[1:]:
        # One of each kind: their texts count groups, and differ.
        known = set(map(_code, whole.warnings))
        whole.warnings.extend(warning for warning in answer.warnings if _code(warning) not in known)
        if answer.HasField("summary"):
            merge_summaries(whole.summary, answer.summary)
    whole.warnings.sort(key=_code)  # the server's order
    return whole


def merge_summaries(a: compute_pb2.Summary, b: compute_pb2.Summary) -> None:
    """Adds `b` to `a`: counts and weights are sums, means are weighted by what they are means over."""
    _merge_mean(a, "mean_success_rate", _known(a), b, _known(b))
    if a.pass_at_k and b.pass_at_k:
        for mine, other in zip(a.pass_at_k, b.pass_at_k):
            _merge_mean(mine, "mean", mine.groups, other, other.groups)
            mine.groups += other.groups
    _merge_mean(a, "no_signal_share", a.groups - a.empty_groups, b, b.groups - b.empty_groups)
    magnitude = [stages.Moments(s.responses, s.mean_absolute_advantage, s.sd_absolute_advantage ** 2 * s.responses)
                 for s in (a, b)]
    merged = magnitude[0].merge(magnitude[1])
    a.mean_absolute_advantage = merged.mean
    a.sd_absolute_advantage = (merged.centred_squares / merged.weight) ** 0.5 if merged.weight else 0
    a.max_absolute_advantage = max(a.max_absolute_advantage, b.max_absolute_advantage)
    for field in a.DESCRIPTOR.fields:
        if field.cpp_type == field.CPPTYPE_UINT32 or field.name in ("positive_weight", "negative_weight"):
            setattr(a, field.name, getattr(a, field.name) + getattr(b, field.name))


def _known(summary: compute_pb2.Summary) -> int:
    return summary.all_fail_groups + summary.mixed_groups + summary.all_pass_groups


def _merge_mean(a: Any, field: str, weight_a: int, b: Any, weight_b: int) -> None:
    if weight_b:
        total = weight_a + weight_b
        mine = getattr(a, field) * weight_a if weight_a else 0.0
        setattr(a, field, (mine + getattr(b, field) * weight_b) / total)
