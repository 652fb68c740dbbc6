from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

BASE_METHOD_DR_GRPO: BaseMethod
BASE_METHOD_GRPO: BaseMethod
BASE_METHOD_REINFORCE: BaseMethod
BASE_METHOD_RLOO: BaseMethod
BASE_METHOD_UNSPECIFIED: BaseMethod
DESCRIPTOR: _descriptor.FileDescriptor

class BiasedPassAtK(_message.Message):
    __slots__ = ["base", "k", "keep_factor_k"]
    BASE_FIELD_NUMBER: _ClassVar[int]
    KEEP_FACTOR_K_FIELD_NUMBER: _ClassVar[int]
    K_FIELD_NUMBER: _ClassVar[int]
    base: BaseMethod
    k: int
    keep_factor_k: bool
    def __init__(self, k: _Optional[int] = ..., base: _Optional[_Union[BaseMethod, str]] = ..., keep_factor_k: bool = ...) -> None: ...

class CombinedDirect(_message.Message):
    __slots__ = ["k"]
    K_FIELD_NUMBER: _ClassVar[int]
    k: int
    def __init__(self, k: _Optional[int] = ...) -> None: ...

class CombinedShaped(_message.Message):
    __slots__ = ["k"]
    K_FIELD_NUMBER: _ClassVar[int]
    k: int
    def __init__(self, k: _Optional[int] = ...) -> None: ...

class CustomTable(_message.Message):
    __slots__ = ["tables"]
    class Table(_message.Message):
        __slots__ = ["advantage_correct", "advantage_wrong", "n"]
        ADVANTAGE_CORRECT_FIELD_NUMBER: _ClassVar[int]
        ADVANTAGE_WRONG_FIELD_NUMBER: _ClassVar[int]
        N_FIELD_NUMBER: _ClassVar[int]
        advantage_correct: _containers.RepeatedScalarFieldContainer[float]
        advantage_wrong: _containers.RepeatedScalarFieldContainer[float]
        n: int
        def __init__(self, n: _Optional[int] = ..., advantage_correct: _Optional[_Iterable[float]] = ..., advantage_wrong: _Optional[_Iterable[float]] = ...) -> None: ...
    TABLES_FIELD_NUMBER: _ClassVar[int]
    tables: _containers.RepeatedCompositeFieldContainer[CustomTable.Table]
    def __init__(self, tables: _Optional[_Iterable[_Union[CustomTable.Table, _Mapping]]] = ...) -> None: ...

class DrGrpo(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class EntropyRegularized(_message.Message):
    __slots__ = ["entropy_coefficient"]
    ENTROPY_COEFFICIENT_FIELD_NUMBER: _ClassVar[int]
    entropy_coefficient: float
    def __init__(self, entropy_coefficient: _Optional[float] = ...) -> None: ...

class Focal(_message.Message):
    __slots__ = ["base", "gamma"]
    BASE_FIELD_NUMBER: _ClassVar[int]
    GAMMA_FIELD_NUMBER: _ClassVar[int]
    base: BaseMethod
    gamma: float
    def __init__(self, gamma: _Optional[float] = ..., base: _Optional[_Union[BaseMethod, str]] = ...) -> None: ...

class Grpo(_message.Message):
    __slots__ = ["ddof", "epsilon"]
    DDOF_FIELD_NUMBER: _ClassVar[int]
    EPSILON_FIELD_NUMBER: _ClassVar[int]
    ddof: int
    epsilon: float
    def __init__(self, ddof: _Optional[int] = ..., epsilon: _Optional[float] = ...) -> None: ...

class MaxAtK(_message.Message):
    __slots__ = ["k", "scale", "variant"]
    class Scale(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = []
    class Variant(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = []
    K_FIELD_NUMBER: _ClassVar[int]
    SCALE_FIELD_NUMBER: _ClassVar[int]
    SCALE_PUBLISHED: MaxAtK.Scale
    SCALE_REDUCED: MaxAtK.Scale
    SCALE_UNBIASED: MaxAtK.Scale
    SCALE_UNSPECIFIED: MaxAtK.Scale
    VARIANT_FIELD_NUMBER: _ClassVar[int]
    VARIANT_LEAVE_ONE_OUT: MaxAtK.Variant
    VARIANT_LEAVE_ONE_OUT_MINUS_ONE: MaxAtK.Variant
    VARIANT_PLAIN: MaxAtK.Variant
    VARIANT_UNSPECIFIED: MaxAtK.Variant
    k: int
    scale: MaxAtK.Scale
    variant: MaxAtK.Variant
    def __init__(self, k: _Optional[int] = ..., variant: _Optional[_Union[MaxAtK.Variant, str]] = ..., scale: _Optional[_Union[MaxAtK.Scale, str]] = ...) -> None: ...

class MaxRl(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class MethodSpec(_message.Message):
    __slots__ = ["biased_pass_at_k", "combined_direct", "combined_shaped", "custom_table", "dr_grpo", "entropy_regularized", "focal", "grpo", "max_at_k", "max_rl", "opo", "pass_at_k_grpo", "pass_at_k_reinforce", "pass_at_k_rloo", "pass_at_k_shaped", "pass_at_k_variance_stabilized", "reinforce", "rloo", "skew_r", "std_regularized", "surrogate", "weighted_reinforce"]
    BIASED_PASS_AT_K_FIELD_NUMBER: _ClassVar[int]
    COMBINED_DIRECT_FIELD_NUMBER: _ClassVar[int]
    COMBINED_SHAPED_FIELD_NUMBER: _ClassVar[int]
    CUSTOM_TABLE_FIELD_NUMBER: _ClassVar[int]
    DR_GRPO_FIELD_NUMBER: _ClassVar[int]
    ENTROPY_REGULARIZED_FIELD_NUMBER: _ClassVar[int]
    FOCAL_FIELD_NUMBER: _ClassVar[int]
    GRPO_FIELD_NUMBER: _ClassVar[int]
    MAX_AT_K_FIELD_NUMBER: _ClassVar[int]
    MAX_RL_FIELD_NUMBER: _ClassVar[int]
    OPO_FIELD_NUMBER: _ClassVar[int]
    PASS_AT_K_GRPO_FIELD_NUMBER: _ClassVar[int]
    PASS_AT_K_REINFORCE_FIELD_NUMBER: _ClassVar[int]
    PASS_AT_K_RLOO_FIELD_NUMBER: _ClassVar[int]
    PASS_AT_K_SHAPED_FIELD_NUMBER: _ClassVar[int]
    PASS_AT_K_VARIANCE_STABILIZED_FIELD_NUMBER: _ClassVar[int]
    REINFORCE_FIELD_NUMBER: _ClassVar[int]
    RLOO_FIELD_NUMBER: _ClassVar[int]
    SKEW_R_FIELD_NUMBER: _ClassVar[int]
    STD_REGULARIZED_FIELD_NUMBER: _ClassVar[int]
    SURROGATE_FIELD_NUMBER: _ClassVar[int]
    WEIGHTED_REINFORCE_FIELD_NUMBER: _ClassVar[int]
    biased_pass_at_k: BiasedPassAtK
    combined_direct: CombinedDirect
    combined_shaped: CombinedShaped
    custom_table: CustomTable
    dr_grpo: DrGrpo
    entropy_regularized: EntropyRegularized
    focal: Focal
    grpo: Grpo
    max_at_k: MaxAtK
    max_rl: MaxRl
    opo: Opo
    pass_at_k_grpo: PassAtKGrpo
    pass_at_k_reinforce: PassAtKReinforce
    pass_at_k_rloo: PassAtKRloo
    pass_at_k_shaped: PassAtKShaped
    pass_at_k_variance_stabilized: PassAtKVarianceStabilized
    reinforce: Reinforce
    rloo: Rloo
    skew_r: SkewR
    std_regularized: StdRegularized
    surrogate: Surrogate
    weighted_reinforce: WeightedReinforce
    def __init__(self, reinforce: _Optional[_Union[Reinforce, _Mapping]] = ..., rloo: _Optional[_Union[Rloo, _Mapping]] = ..., grpo: _Optional[_Union[Grpo, _Mapping]] = ..., dr_grpo: _Optional[_Union[DrGrpo, _Mapping]] = ..., pass_at_k_reinforce: _Optional[_Union[PassAtKReinforce, _Mapping]] = ..., pass_at_k_rloo: _Optional[_Union[PassAtKRloo, _Mapping]] = ..., pass_at_k_grpo: _Optional[_Union[PassAtKGrpo, _Mapping]] = ..., pass_at_k_shaped: _Optional[_Union[PassAtKShaped, _Mapping]] = ..., pass_at_k_variance_stabilized: _Optional[_Union[PassAtKVarianceStabilized, _Mapping]] = ..., combined_shaped: _Optional[_Union[CombinedShaped, _Mapping]] = ..., combined_direct: _Optional[_Union[CombinedDirect, _Mapping]] = ..., skew_r: _Optional[_Union[SkewR, _Mapping]] = ..., std_regularized: _Optional[_Union[StdRegularized, _Mapping]] = ..., entropy_regularized: _Optional[_Union[EntropyRegularized, _Mapping]] = ..., biased_pass_at_k: _Optional[_Union[BiasedPassAtK, _Mapping]] = ..., focal: _Optional[_Union[Focal, _Mapping]] = ..., max_at_k: _Optional[_Union[MaxAtK, _Mapping]] = ..., max_rl: _Optional[_Union[MaxRl, _Mapping]] = ..., weighted_reinforce: _Optional[_Union[WeightedReinforce, _Mapping]] = ..., opo: _Optional[_Union[Opo, _Mapping]] = ..., custom_table: _Optional[_Union[CustomTable, _Mapping]] = ..., surrogate: _Optional[_Union[Surrogate, _Mapping]] = ...) -> None: ...

class Opo(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class PassAtKGrpo(_message.Message):
    __slots__ = ["k", "keep_factor_k"]
    KEEP_FACTOR_K_FIELD_NUMBER: _ClassVar[int]
    K_FIELD_NUMBER: _ClassVar[int]
    k: int
    keep_factor_k: bool
    def __init__(self, k: _Optional[int] = ..., keep_factor_k: bool = ...) -> None: ...

class PassAtKReinforce(_message.Message):
    __slots__ = ["k", "keep_factor_k"]
    KEEP_FACTOR_K_FIELD_NUMBER: _ClassVar[int]
    K_FIELD_NUMBER: _ClassVar[int]
    k: int
    keep_factor_k: bool
    def __init__(self, k: _Optional[int] = ..., keep_factor_k: bool = ...) -> None: ...

class PassAtKRloo(_message.Message):
    __slots__ = ["k", "keep_factor_k"]
    KEEP_FACTOR_K_FIELD_NUMBER: _ClassVar[int]
    K_FIELD_NUMBER: _ClassVar[int]
    k: int
    keep_factor_k: bool
    def __init__(self, k: _Optional[int] = ..., keep_factor_k: bool = ...) -> None: ...

class PassAtKShaped(_message.Message):
    __slots__ = ["k"]
    K_FIELD_NUMBER: _ClassVar[int]
    k: int
    def __init__(self, k: _Optional[int] = ...) -> None: ...

class PassAtKVarianceStabilized(_message.Message):
    __slots__ = ["k"]
    K_FIELD_NUMBER: _ClassVar[int]
    k: int
    def __init__(self, k: _Optional[int] = ...) -> None: ...

class Reinforce(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class Rloo(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class SkewR(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class StdRegularized(_message.Message):
    __slots__ = ["std_coefficient"]
    STD_COEFFICIENT_FIELD_NUMBER: _ClassVar[int]
    std_coefficient: float
    def __init__(self, std_coefficient: _Optional[float] = ...) -> None: ...

class Surrogate(_message.Message):
    __slots__ = ["constants", "formula", "k", "leave_one_out_factor", "regularizer", "regularizer_coefficient"]
    class ConstantsEntry(_message.Message):
        __slots__ = ["key", "value"]
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: float
        def __init__(self, key: _Optional[str] = ..., value: _Optional[float] = ...) -> None: ...
    CONSTANTS_FIELD_NUMBER: _ClassVar[int]
    FORMULA_FIELD_NUMBER: _ClassVar[int]
    K_FIELD_NUMBER: _ClassVar[int]
    LEAVE_ONE_OUT_FACTOR_FIELD_NUMBER: _ClassVar[int]
    REGULARIZER_COEFFICIENT_FIELD_NUMBER: _ClassVar[int]
    REGULARIZER_FIELD_NUMBER: _ClassVar[int]
    constants: _containers.ScalarMap[str, float]
    formula: str
    k: int
    leave_one_out_factor: bool
    regularizer: str
    regularizer_coefficient: float
    def __init__(self, formula: _Optional[str] = ..., k: _Optional[int] = ..., constants: _Optional[_Mapping[str, float]] = ..., leave_one_out_factor: bool = ..., regularizer: _Optional[str] = ..., regularizer_coefficient: _Optional[float] = ...) -> None: ...

class WeightedReinforce(_message.Message):
    __slots__ = ["positive_weight"]
    POSITIVE_WEIGHT_FIELD_NUMBER: _ClassVar[int]
    positive_weight: float
    def __init__(self, positive_weight: _Optional[float] = ...) -> None: ...

class BaseMethod(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []
