"""One training: its settings, where it computes, and what is said of it."""

from __future__ import annotations

import json
import logging
import pathlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from advantaged import methods, options
from advantaged.errors import InvalidArgument, wrong
from advantaged.integrations import _log
from advantaged.integrations._client import client
from advantaged.integrations._steady import DEADLINE, FALLBACK, Steady, read_deadline, read_fallback
from advantaged.integrations.spec import VARIABLE, Spec
from advantaged.result import Result

if TYPE_CHECKING:
    from typing_extensions import Self

# What the adapters read of the environment: for frameworks whose workers have another one.
VARIABLES = (VARIABLE, options.TARGET, options.OTHER_TARGET, FALLBACK, DEADLINE)
# Beside the checkpoints: what the run computes, for the day when it is resumed.
RECORD = "advantaged.json"
# What describes the prompts that are left, where the trainer has dropped some.
_OF_PROMPTS = ("pass_at_", "mean_success_rate")
_LOGGER = logging.getLogger("advantaged.integrations")


class RunSpec(Spec):
    """`Spec`, and the settings that adapters have beside those of `compute`: `fallback` and `deadline`, as `Steady` has
    them."""

    OWN = {"fallback": read_fallback, "deadline": read_deadline}
    own: dict[str, Any]

    @classmethod
    def read(cls, mapping: Any, *, where: str) -> Self:
        """As `Spec.read`."""
        entries = dict(mapping) if isinstance(mapping, Mapping) or hasattr(mapping, "keys") else dict(vars(mapping))
        own = {name: read_own(value, f"{where}.{name}") for name, read_own in cls.OWN.items()
               if (value := entries.pop(name, None)) is not None}
        made = super().read(entries, where=where)
        made.own = own
        return made

    def described(self) -> dict[str, Any]:
        """All settings, in plain values."""
        return {**super().described(), **self.own}


class Run:
    """`compute` for one training, whose settings are the same at every step but for schedules."""

    def __init__(self, spec: RunSpec, *, group_size: int | None = None, incomplete: str = "error",
                 is_filtered: bool = False, folder: str | None = None, has_steps: bool = True,
                 has_lengths: bool = True) -> None:
        """`group_size`: of every group, where the trainer says it; InvalidArgument if the settings say another.
        `incomplete`: what it gives groups that came with too few, a value of `declared_small_group`, which wins.
        `is_filtered`: it drops groups before they come here. `folder`: where it keeps checkpoints; the settings are
        remembered there. `has_steps`: it says its step, so that a resume goes on where it was. `has_lengths`: it says
        how long responses are."""
        self.spec = spec
        self._defaults: dict[str, Any] = {"statistics": False}
        if group_size is not None:
            self._defaults["expected_group_size"] = group_size
            for step in spec.turns():
                expected = spec.at(step).get("expected_group_size", group_size)
                if expected != group_size:
                    raise wrong("expected_group_size", f"{expected}; the trainer makes groups of {group_size}")
        self._incomplete = incomplete
        self._is_filtered = is_filtered
        self._folder = folder
        self._has_steps = has_steps
        self._has_lengths = has_lengths
        self._is_checked = self._is_announced = False

    @property
    def place(self) -> Steady:
        """Where it computes."""
        return client(self.spec.own.get("fallback"), self.spec.own.get("deadline"))

    def check(self) -> None:
        """Computes a small group by the settings of every point of the schedules: so a server that is not there, fields
        that it does not know, a K above the group size are errors before the training."""
        self._is_checked = True
        for step in self.spec.turns():
            try:
                self._try({**self._settings(step), **self._strict()}, 1.0, 0.0)
            except InvalidArgument as error:
                if not step:
                    raise
                raise InvalidArgument([violation._replace(description=f"{violation.description}, at step {step}")
                                       for violation in error.violations]) from None

    def needs_outcomes(self) -> bool:
        """Whether rewards other than 0 and 1 are refused where nothing says which responses are correct."""
        try:
            self._try({**self._settings(self.spec.turns()[0]), "success_threshold": None}, 0.5, 0.25)
        except InvalidArgument:
            return True
        return False

    def _strict(self) -> dict[str, Any]:
        """A group that is complete and too small is a mistake, unless the settings say what it gets."""
        return {} if "declared_small_group" in self.spec.described() else {"declared_small_group": "error"}

    def _try(self, settings: Mapping[str, Any], first: float, others: float) -> None:
        """A group with these rewards, which the server's metrics do not count; nothing where its size is unknown."""
        if "expected_group_size" in settings:
            size = int(settings["expected_group_size"])
        elif isinstance(settings["method"], methods.CustomTable):
            return
        else:
            size = max(2, getattr(settings["method"], "k", None) or 2)
        lengths = {"lengths": [1] * size} if self._has_lengths else {}
        self.place.compute([first] + [others] * (size - 1), groups=size, **lengths, **{**settings, "observe": False})

    def compute(self, step: int, rewards: Any, *, lengths: Any = None,
                **arguments: Any) -> tuple[Result, dict[str, float]]:
        """The result, and what the trainer's log says of this step. `rewards`: a number per response, NaN where there
        is none; `lengths`: its tokens in the loss; further arguments: arrays, and settings that win."""
        if not self._is_checked:
            self.check()
        settings = {**self._settings(step), **arguments}
        empty = 0
        if lengths is not None:
            settings["lengths"] = lengths
            if not np.asarray(lengths).any() and settings.get("empty_responses") != "drop":
                # No token is in the loss, so no weight by tokens matters; but `stages` and "opo" need some.
                empty = len(lengths)
                settings["lengths"] = np.ones(empty, np.uint32)
        result = self.place.compute(rewards, missing="mask", **settings)
        values = {"empty_responses": empty or result.empty_responses, **self._named(result.summary),
                  **self._numbers(settings)}
        if not self._is_announced:
            self._announce(step, result)
        return result, values

    def _settings(self, step: int | None) -> dict[str, Any]:
        settings: dict[str, Any] = {**self._defaults, **self.spec.at(step)}
        k = getattr(settings["method"], "k", None)
        if k is not None and "pass_at" not in settings:
            scheduled = self.spec.schedules.get("k")
            largest = k if scheduled is None else int(scheduled.largest)
            settings["pass_at"] = sorted({1, k, largest})
        # No trainer has a rule for groups that are smaller than K: they teach nothing then.
        incomplete = "zero" if k is not None and self._incomplete != "error" else self._incomplete
        settings.setdefault("declared_small_group", incomplete)
        return settings

    def _numbers(self, settings: Mapping[str, Any]) -> dict[str, float]:
        """Of the settings those that tell steps apart: K, and what else follows a schedule."""
        k = getattr(settings["method"], "k", None)
        found = {} if k is None else {"k": k}
        for name in self.spec.schedules:
            value = settings.get(name, getattr(settings["method"], name, None))
            found[name] = value
        return found

    def _named(self, summary: Mapping[str, float]) -> dict[str, float]:
        if not self._is_filtered:
            return dict(summary)
        return {f"{name}_after_filter" if name.startswith(_OF_PROMPTS) else name: value
                for name, value in summary.items()}

    def _announce(self, step: int, result: Result) -> None:
        """Once, of the first step: to the log, to the tracker and to the folder of the checkpoints."""
        self._is_announced = True
        place = self.place
        facts: dict[str, Any] = {**self.spec.described(), "numerics_version": result.numerics_version}
        if result.method is not None:
            for name, value in result.method.parameters().items():
                facts.setdefault(name, value)
        facts = json.loads(json.dumps(facts, default=str))
        self._remember(step, facts)
        _log.announce({**facts, "computed": place.target if result.backend == "remote" else "in-process"})
        if self.spec.schedules and not self._has_steps:
            _LOGGER.warning("advantaged: the trainer does not say its step; schedules (%s) count the calls of this "
                            "process, and a resumed run begins them again", ", ".join(self.spec.schedules))

    def _remember(self, step: int, facts: Mapping[str, Any]) -> None:
        if self._folder is None:
            return
        path = pathlib.Path(self._folder, RECORD)
        if step > 0 and path.is_file():
            before = _log.attempt(str(path), lambda: json.loads(path.read_text(encoding="utf-8")))
            if isinstance(before, dict) and before != facts:
                changed = [f"{name}: {before.get(name, 'not set')} -> {facts.get(name, 'not set')}"
                           for name in sorted({*before, *facts}) if before.get(name) != facts.get(name)]
                _LOGGER.warning("advantaged: this run is resumed at step %d with other settings than it had (%s): %s",
                                step, path, "; ".join(changed))
        _log.attempt(str(path), lambda: _write(path, facts))


_runs: dict[str, Run] = {}


def run_of(spec: RunSpec, **how: Any) -> Run:
    """The `Run` of these settings in this process, for trainers that call a function at each step."""
    key = json.dumps([spec.described(), how], default=str, sort_keys=True)
    return _runs.get(key) or _runs.setdefault(key, Run(spec, **how))


def _write(path: pathlib.Path, facts: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
