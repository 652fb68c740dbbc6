"""The methods, typed: `methods.PassAtKGrpo(k=4)` is the method `pass_at_k_grpo`.

One class a method, its fields the parameters by their names in the contract; equations, sources and
ranges stand in proto/advantaged/v1/method.proto and in what `advctl methods` prints. `None` keeps the
default. Ranges are checked where the method is computed.
"""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from advantaged import _suggest
from advantaged._generated.names import Base as BaseMethod
from advantaged._generated.names import MethodName as MethodName
from advantaged._generated.names import Scale as MaxAtKScale
from advantaged._generated.names import Variant as MaxAtKVariant

_METHODS: dict[str, type[Method]] = {}


class Method:
    """A method with its parameters; one of the classes below."""

    name: ClassVar[str]

    def __init_subclass__(cls, name: str) -> None:
        cls.name = name
        _METHODS[name] = cls

    def parameters(self) -> dict[str, Any]:
        """The parameters that are set, by name."""
        return {field: value for field in _fields(type(self)) if (value := getattr(self, field)) is not None}


@dataclasses.dataclass(frozen=True)
class Reinforce(Method, name="reinforce"):
    """A_i = r_i."""


@dataclasses.dataclass(frozen=True)
class Rloo(Method, name="rloo"):
    """Leave-one-out baseline."""


@dataclasses.dataclass(frozen=True)
class Grpo(Method, name="grpo"):
    """Mean baseline, divided by the standard deviation."""

    ddof: int | None = None
    epsilon: float | None = None


@dataclasses.dataclass(frozen=True)
class DrGrpo(Method, name="dr_grpo"):
    """Mean baseline, no scale."""


@dataclasses.dataclass(frozen=True)
class PassAtKReinforce(Method, name="pass_at_k_reinforce"):
    """REINFORCE_K: Pass@K without a baseline."""

    k: int
    keep_factor_k: bool | None = None


@dataclasses.dataclass(frozen=True)
class PassAtKRloo(Method, name="pass_at_k_rloo"):
    """RLOO_K: Pass@K with a leave-one-out baseline."""

    k: int
    keep_factor_k: bool | None = None


@dataclasses.dataclass(frozen=True)
class PassAtKGrpo(Method, name="pass_at_k_grpo"):
    """GRPO_K: GRPO weighted by leave-one-out failure."""

    k: int
    keep_factor_k: bool | None = None


@dataclasses.dataclass(frozen=True)
class PassAtKShaped(Method, name="pass_at_k_shaped"):
    """Pass@K-shaped GRPO (Chen et al.)."""

    k: int


@dataclasses.dataclass(frozen=True)
class PassAtKVarianceStabilized(Method, name="pass_at_k_variance_stabilized"):
    """Pass@K on the scale where its estimate is equally noisy everywhere."""

    k: int


@dataclasses.dataclass(frozen=True)
class CombinedShaped(Method, name="combined_shaped"):
    """Shaped and plain GRPO mixed by the success rate."""

    k: int


@dataclasses.dataclass(frozen=True)
class CombinedDirect(Method, name="combined_direct"):
    """GRPO_K and plain GRPO mixed by the success rate."""

    k: int


@dataclasses.dataclass(frozen=True)
class SkewR(Method, name="skew_r"):
    """GRPO weighted by the failure rate."""


@dataclasses.dataclass(frozen=True)
class StdRegularized(Method, name="std_regularized"):
    """GRPO with a standard-deviation regularizer."""

    std_coefficient: float


@dataclasses.dataclass(frozen=True)
class EntropyRegularized(Method, name="entropy_regularized"):
    """GRPO with an entropy regularizer."""

    entropy_coefficient: float


@dataclasses.dataclass(frozen=True)
class BiasedPassAtK(Method, name="biased_pass_at_k"):
    """A base method weighted by (1-rho)^(K-1)."""

    k: int
    base: BaseMethod
    keep_factor_k: bool | None = None


@dataclasses.dataclass(frozen=True)
class Focal(Method, name="focal"):
    """A base method weighted by (1-rho)^gamma."""

    gamma: float
    base: BaseMethod


@dataclasses.dataclass(frozen=True)
class MaxAtK(Method, name="max_at_k"):
    """Expected maximum of K rewards."""

    k: int
    variant: MaxAtKVariant | None = None
    scale: MaxAtKScale | None = None


@dataclasses.dataclass(frozen=True)
class MaxRl(Method, name="max_rl"):
    """Maximum-likelihood RL."""


@dataclasses.dataclass(frozen=True)
class WeightedReinforce(Method, name="weighted_reinforce"):
    """Correct and wrong responses weighted apart."""

    positive_weight: float


@dataclasses.dataclass(frozen=True)
class Opo(Method, name="opo"):
    """Length-weighted optimal baseline; the batch needs `lengths`."""


class Table(typing.NamedTuple):
    """A(correct) and A(wrong) of groups of `n` for c = 0 .. n correct responses: n+1 numbers each."""

    n: int
    advantage_correct: tuple[float, ...]
    advantage_wrong: tuple[float, ...]


@dataclasses.dataclass(frozen=True)
class CustomTable(Method, name="custom_table"):
    """The caller's own tables, one for each group size; as `Table` or as mappings with its fields."""

    tables: Iterable[Table | Mapping[str, Any]]

    def __post_init__(self) -> None:
        if not isinstance(self.tables, Iterable):
            raise TypeError(f"tables: {self.tables!r}; it must be a sequence of Tables")
        frozen = tuple(_table(table, f"tables[{i}]") for i, table in enumerate(self.tables))
        object.__setattr__(self, "tables", frozen)


def _table(table: Any, name: str) -> Table:
    try:
        n, correct, wrong = Table(**table) if isinstance(table, Mapping) else table
        return Table(n, tuple(correct), tuple(wrong))
    except (TypeError, ValueError):
        raise TypeError(f"{name}: {table!r}; it must be a Table, or a mapping with {', '.join(Table._fields)}") from None


@dataclasses.dataclass(frozen=True)
class Surrogate(Method, name="surrogate"):
    """The caller's own surrogate reward F, a formula in rho, rho_k, k and the constants."""

    formula: str
    k: int | None = None
    constants: Mapping[str, float] | Iterable[tuple[str, float]] | None = None
    leave_one_out_factor: bool | None = None
    regularizer: str | None = None
    regularizer_coefficient: float | None = None

    def __post_init__(self) -> None:
        if self.constants is not None:  # as pairs, so that the whole is hashable
            try:
                pairs = tuple(sorted(dict(self.constants).items()))
            except (TypeError, ValueError):
                raise TypeError(f"constants: {self.constants!r}; it must map names to numbers") from None
            object.__setattr__(self, "constants", pairs)


def names() -> tuple[str, ...]:
    """The names of all methods, in the order of the contract's documentation."""
    return tuple(_METHODS)


def _fields(method: type[Method]) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(method))  # type: ignore[arg-type]


def parameter_names(name: str) -> tuple[str, ...]:
    """Of the method `name`; ValueError if there is none."""
    return _fields(_find(name))


def from_name(name: str, **parameters: Any) -> Method:
    """The method `name` with `parameters`, e.g. from_name("pass_at_k_grpo", k=4).

    ValueError names an unknown method, TypeError an unknown or missing parameter, with what there is.
    """
    method = _find(name)
    known = _fields(method)
    for parameter in parameters:
        if parameter not in known:
            has = ", ".join(known) or "no parameters"
            raise TypeError(f"{parameter}: neither an argument nor a parameter of {name}, which has {has}"
                            f"{_suggest.hint(parameter, known)}")
    for field in dataclasses.fields(method):  # type: ignore[arg-type]
        if field.default is dataclasses.MISSING and field.name not in parameters:
            raise TypeError(f"{name} needs the parameter {field.name}")
    return method(**parameters)


def _find(name: str) -> type[Method]:
    method = _METHODS.get(name)
    if method is None:
        hint = _suggest.hint(name, _METHODS) or f"; there are {', '.join(_METHODS)}"
        raise ValueError(f"method: there is no {name!r}{hint}")
    return method


ALL_PARAMETERS = frozenset(field for method in _METHODS.values() for field in _fields(method))
"""The parameters of all methods."""
