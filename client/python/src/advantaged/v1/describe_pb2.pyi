from advantaged.v1 import method_pb2 as _method_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor
SURROGATE_ANCHOR_UNSPECIFIED: SurrogateAnchor
SURROGATE_ANCHOR_ZERO_AT_HALF: SurrogateAnchor
SURROGATE_ANCHOR_ZERO_AT_ONE: SurrogateAnchor
SURROGATE_ANCHOR_ZERO_AT_ZERO: SurrogateAnchor
SURROGATE_KIND_CLOSED_FORM: SurrogateKind
SURROGATE_KIND_INTEGRATED: SurrogateKind
SURROGATE_KIND_NONE: SurrogateKind
SURROGATE_KIND_UNSPECIFIED: SurrogateKind

class DescribeMethodRequest(_message.Message):
    __slots__ = ["method", "n", "points", "rho"]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    N_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    RHO_FIELD_NUMBER: _ClassVar[int]
    method: _method_pb2.MethodSpec
    n: int
    points: int
    rho: _containers.RepeatedScalarFieldContainer[float]
    def __init__(self, method: _Optional[_Union[_method_pb2.MethodSpec, _Mapping]] = ..., n: _Optional[int] = ..., points: _Optional[int] = ..., rho: _Optional[_Iterable[float]] = ...) -> None: ...

class DescribeMethodResponse(_message.Message):
    __slots__ = ["curve", "equation", "n", "name", "parameters", "source", "table"]
    CURVE_FIELD_NUMBER: _ClassVar[int]
    EQUATION_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    N_FIELD_NUMBER: _ClassVar[int]
    PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    TABLE_FIELD_NUMBER: _ClassVar[int]
    curve: DescribedCurve
    equation: str
    n: int
    name: str
    parameters: _method_pb2.MethodSpec
    source: str
    table: DescribedTable
    def __init__(self, name: _Optional[str] = ..., equation: _Optional[str] = ..., source: _Optional[str] = ..., parameters: _Optional[_Union[_method_pb2.MethodSpec, _Mapping]] = ..., n: _Optional[int] = ..., table: _Optional[_Union[DescribedTable, _Mapping]] = ..., curve: _Optional[_Union[DescribedCurve, _Mapping]] = ...) -> None: ...

class DescribedCurve(_message.Message):
    __slots__ = ["advantage_correct", "advantage_wrong", "coefficient_sd", "data_term", "finite_n_surrogate", "finite_n_surrogate_derivative", "mean_square_advantage", "pass_at_k_mean", "pass_at_k_sd", "regularizer", "rho", "sign_change_rho", "surrogate", "surrogate_anchor", "surrogate_arg_max", "surrogate_derivative", "surrogate_error_bound", "surrogate_formula", "surrogate_kind", "weight_correct", "weight_wrong"]
    ADVANTAGE_CORRECT_FIELD_NUMBER: _ClassVar[int]
    ADVANTAGE_WRONG_FIELD_NUMBER: _ClassVar[int]
    COEFFICIENT_SD_FIELD_NUMBER: _ClassVar[int]
    DATA_TERM_FIELD_NUMBER: _ClassVar[int]
    FINITE_N_SURROGATE_DERIVATIVE_FIELD_NUMBER: _ClassVar[int]
    FINITE_N_SURROGATE_FIELD_NUMBER: _ClassVar[int]
    MEAN_SQUARE_ADVANTAGE_FIELD_NUMBER: _ClassVar[int]
    PASS_AT_K_MEAN_FIELD_NUMBER: _ClassVar[int]
    PASS_AT_K_SD_FIELD_NUMBER: _ClassVar[int]
    REGULARIZER_FIELD_NUMBER: _ClassVar[int]
    RHO_FIELD_NUMBER: _ClassVar[int]
    SIGN_CHANGE_RHO_FIELD_NUMBER: _ClassVar[int]
    SURROGATE_ANCHOR_FIELD_NUMBER: _ClassVar[int]
    SURROGATE_ARG_MAX_FIELD_NUMBER: _ClassVar[int]
    SURROGATE_DERIVATIVE_FIELD_NUMBER: _ClassVar[int]
    SURROGATE_ERROR_BOUND_FIELD_NUMBER: _ClassVar[int]
    SURROGATE_FIELD_NUMBER: _ClassVar[int]
    SURROGATE_FORMULA_FIELD_NUMBER: _ClassVar[int]
    SURROGATE_KIND_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_CORRECT_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_WRONG_FIELD_NUMBER: _ClassVar[int]
    advantage_correct: _containers.RepeatedScalarFieldContainer[float]
    advantage_wrong: _containers.RepeatedScalarFieldContainer[float]
    coefficient_sd: _containers.RepeatedScalarFieldContainer[float]
    data_term: _containers.RepeatedScalarFieldContainer[float]
    finite_n_surrogate: _containers.RepeatedScalarFieldContainer[float]
    finite_n_surrogate_derivative: _containers.RepeatedScalarFieldContainer[float]
    mean_square_advantage: _containers.RepeatedScalarFieldContainer[float]
    pass_at_k_mean: _containers.RepeatedScalarFieldContainer[float]
    pass_at_k_sd: _containers.RepeatedScalarFieldContainer[float]
    regularizer: _containers.RepeatedScalarFieldContainer[float]
    rho: _containers.RepeatedScalarFieldContainer[float]
    sign_change_rho: float
    surrogate: _containers.RepeatedScalarFieldContainer[float]
    surrogate_anchor: SurrogateAnchor
    surrogate_arg_max: float
    surrogate_derivative: _containers.RepeatedScalarFieldContainer[float]
    surrogate_error_bound: float
    surrogate_formula: str
    surrogate_kind: SurrogateKind
    weight_correct: _containers.RepeatedScalarFieldContainer[float]
    weight_wrong: _containers.RepeatedScalarFieldContainer[float]
    def __init__(self, rho: _Optional[_Iterable[float]] = ..., advantage_correct: _Optional[_Iterable[float]] = ..., advantage_wrong: _Optional[_Iterable[float]] = ..., weight_correct: _Optional[_Iterable[float]] = ..., weight_wrong: _Optional[_Iterable[float]] = ..., surrogate_derivative: _Optional[_Iterable[float]] = ..., surrogate: _Optional[_Iterable[float]] = ..., data_term: _Optional[_Iterable[float]] = ..., regularizer: _Optional[_Iterable[float]] = ..., finite_n_surrogate_derivative: _Optional[_Iterable[float]] = ..., finite_n_surrogate: _Optional[_Iterable[float]] = ..., coefficient_sd: _Optional[_Iterable[float]] = ..., mean_square_advantage: _Optional[_Iterable[float]] = ..., pass_at_k_mean: _Optional[_Iterable[float]] = ..., pass_at_k_sd: _Optional[_Iterable[float]] = ..., surrogate_kind: _Optional[_Union[SurrogateKind, str]] = ..., surrogate_anchor: _Optional[_Union[SurrogateAnchor, str]] = ..., surrogate_error_bound: _Optional[float] = ..., surrogate_formula: _Optional[str] = ..., surrogate_arg_max: _Optional[float] = ..., sign_change_rho: _Optional[float] = ...) -> None: ...

class DescribedTable(_message.Message):
    __slots__ = ["advantage_correct", "advantage_wrong", "c", "weight_correct", "weight_wrong"]
    ADVANTAGE_CORRECT_FIELD_NUMBER: _ClassVar[int]
    ADVANTAGE_WRONG_FIELD_NUMBER: _ClassVar[int]
    C_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_CORRECT_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_WRONG_FIELD_NUMBER: _ClassVar[int]
    advantage_correct: _containers.RepeatedScalarFieldContainer[float]
    advantage_wrong: _containers.RepeatedScalarFieldContainer[float]
    c: _containers.RepeatedScalarFieldContainer[int]
    weight_correct: _containers.RepeatedScalarFieldContainer[float]
    weight_wrong: _containers.RepeatedScalarFieldContainer[float]
    def __init__(self, c: _Optional[_Iterable[int]] = ..., advantage_correct: _Optional[_Iterable[float]] = ..., advantage_wrong: _Optional[_Iterable[float]] = ..., weight_correct: _Optional[_Iterable[float]] = ..., weight_wrong: _Optional[_Iterable[float]] = ...) -> None: ...

class SurrogateKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class SurrogateAnchor(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []
