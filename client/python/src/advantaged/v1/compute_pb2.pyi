from advantaged.v1 import method_pb2 as _method_pb2
from advantaged.v1 import stages_pb2 as _stages_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor
GROUP_OUTCOME_ALL_FAIL: GroupOutcome
GROUP_OUTCOME_ALL_PASS: GroupOutcome
GROUP_OUTCOME_CONSTANT: GroupOutcome
GROUP_OUTCOME_EMPTY: GroupOutcome
GROUP_OUTCOME_MIXED: GroupOutcome
GROUP_OUTCOME_UNSPECIFIED: GroupOutcome
GROUP_OUTCOME_VARIED: GroupOutcome
REPLY_FORM_ADVANTAGES: ReplyForm
REPLY_FORM_ADVANTAGES_FLOAT32_LE: ReplyForm
REPLY_FORM_ADVANTAGES_PER_GROUP: ReplyForm
REPLY_FORM_UNSPECIFIED: ReplyForm
SMALL_GROUP_POLICY_CLAMP_K: SmallGroupPolicy
SMALL_GROUP_POLICY_ERROR: SmallGroupPolicy
SMALL_GROUP_POLICY_RAW: SmallGroupPolicy
SMALL_GROUP_POLICY_UNSPECIFIED: SmallGroupPolicy
SMALL_GROUP_POLICY_ZERO: SmallGroupPolicy
TRAJECTORY_REWARD_EQUAL_OR_ERROR: TrajectoryReward
TRAJECTORY_REWARD_LAST: TrajectoryReward
TRAJECTORY_REWARD_SUM: TrajectoryReward
TRAJECTORY_REWARD_UNSPECIFIED: TrajectoryReward

class ComputeAdvantagesRequest(_message.Message):
    __slots__ = ["allow_recentering", "batch_moments", "constant_tolerance", "declared_small_group", "expected_group_size", "group_ids", "group_ids_fixed32_le", "group_size", "group_sizes", "group_sizes_fixed32_le", "group_statistics", "lengths", "lengths_fixed32_le", "method", "moments_only", "observe", "outcomes", "pass_at", "reply_form", "required_numerics_version", "response_count", "reward_bits", "rewards", "rewards_float32_le", "run", "shape_rewards", "small_group", "stages", "success_threshold", "trajectory_ids", "trajectory_ids_fixed32_le", "trajectory_reward", "valid", "zero_unless_mixed"]
    ALLOW_RECENTERING_FIELD_NUMBER: _ClassVar[int]
    BATCH_MOMENTS_FIELD_NUMBER: _ClassVar[int]
    CONSTANT_TOLERANCE_FIELD_NUMBER: _ClassVar[int]
    DECLARED_SMALL_GROUP_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_GROUP_SIZE_FIELD_NUMBER: _ClassVar[int]
    GROUP_IDS_FIELD_NUMBER: _ClassVar[int]
    GROUP_IDS_FIXED32_LE_FIELD_NUMBER: _ClassVar[int]
    GROUP_SIZES_FIELD_NUMBER: _ClassVar[int]
    GROUP_SIZES_FIXED32_LE_FIELD_NUMBER: _ClassVar[int]
    GROUP_SIZE_FIELD_NUMBER: _ClassVar[int]
    GROUP_STATISTICS_FIELD_NUMBER: _ClassVar[int]
    LENGTHS_FIELD_NUMBER: _ClassVar[int]
    LENGTHS_FIXED32_LE_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    MOMENTS_ONLY_FIELD_NUMBER: _ClassVar[int]
    OBSERVE_FIELD_NUMBER: _ClassVar[int]
    OUTCOMES_FIELD_NUMBER: _ClassVar[int]
    PASS_AT_FIELD_NUMBER: _ClassVar[int]
    REPLY_FORM_FIELD_NUMBER: _ClassVar[int]
    REQUIRED_NUMERICS_VERSION_FIELD_NUMBER: _ClassVar[int]
    RESPONSE_COUNT_FIELD_NUMBER: _ClassVar[int]
    REWARDS_FIELD_NUMBER: _ClassVar[int]
    REWARDS_FLOAT32_LE_FIELD_NUMBER: _ClassVar[int]
    REWARD_BITS_FIELD_NUMBER: _ClassVar[int]
    RUN_FIELD_NUMBER: _ClassVar[int]
    SHAPE_REWARDS_FIELD_NUMBER: _ClassVar[int]
    SMALL_GROUP_FIELD_NUMBER: _ClassVar[int]
    STAGES_FIELD_NUMBER: _ClassVar[int]
    SUCCESS_THRESHOLD_FIELD_NUMBER: _ClassVar[int]
    TRAJECTORY_IDS_FIELD_NUMBER: _ClassVar[int]
    TRAJECTORY_IDS_FIXED32_LE_FIELD_NUMBER: _ClassVar[int]
    TRAJECTORY_REWARD_FIELD_NUMBER: _ClassVar[int]
    VALID_FIELD_NUMBER: _ClassVar[int]
    ZERO_UNLESS_MIXED_FIELD_NUMBER: _ClassVar[int]
    allow_recentering: bool
    batch_moments: _containers.RepeatedCompositeFieldContainer[_stages_pb2.BatchMoments]
    constant_tolerance: float
    declared_small_group: SmallGroupPolicy
    expected_group_size: int
    group_ids: _containers.RepeatedScalarFieldContainer[int]
    group_ids_fixed32_le: bytes
    group_size: int
    group_sizes: _containers.RepeatedScalarFieldContainer[int]
    group_sizes_fixed32_le: bytes
    group_statistics: bool
    lengths: _containers.RepeatedScalarFieldContainer[int]
    lengths_fixed32_le: bytes
    method: _method_pb2.MethodSpec
    moments_only: bool
    observe: bool
    outcomes: bytes
    pass_at: _containers.RepeatedScalarFieldContainer[int]
    reply_form: ReplyForm
    required_numerics_version: int
    response_count: int
    reward_bits: bytes
    rewards: _containers.RepeatedScalarFieldContainer[float]
    rewards_float32_le: bytes
    run: str
    shape_rewards: bool
    small_group: SmallGroupPolicy
    stages: _containers.RepeatedCompositeFieldContainer[_stages_pb2.Stage]
    success_threshold: float
    trajectory_ids: _containers.RepeatedScalarFieldContainer[int]
    trajectory_ids_fixed32_le: bytes
    trajectory_reward: TrajectoryReward
    valid: bytes
    zero_unless_mixed: bool
    def __init__(self, method: _Optional[_Union[_method_pb2.MethodSpec, _Mapping]] = ..., rewards: _Optional[_Iterable[float]] = ..., rewards_float32_le: _Optional[bytes] = ..., reward_bits: _Optional[bytes] = ..., response_count: _Optional[int] = ..., group_size: _Optional[int] = ..., group_sizes: _Optional[_Iterable[int]] = ..., group_sizes_fixed32_le: _Optional[bytes] = ..., group_ids: _Optional[_Iterable[int]] = ..., group_ids_fixed32_le: _Optional[bytes] = ..., expected_group_size: _Optional[int] = ..., valid: _Optional[bytes] = ..., outcomes: _Optional[bytes] = ..., lengths: _Optional[_Iterable[int]] = ..., lengths_fixed32_le: _Optional[bytes] = ..., success_threshold: _Optional[float] = ..., shape_rewards: bool = ..., zero_unless_mixed: bool = ..., constant_tolerance: _Optional[float] = ..., stages: _Optional[_Iterable[_Union[_stages_pb2.Stage, _Mapping]]] = ..., allow_recentering: bool = ..., batch_moments: _Optional[_Iterable[_Union[_stages_pb2.BatchMoments, _Mapping]]] = ..., moments_only: bool = ..., trajectory_ids: _Optional[_Iterable[int]] = ..., trajectory_ids_fixed32_le: _Optional[bytes] = ..., trajectory_reward: _Optional[_Union[TrajectoryReward, str]] = ..., small_group: _Optional[_Union[SmallGroupPolicy, str]] = ..., reply_form: _Optional[_Union[ReplyForm, str]] = ..., group_statistics: bool = ..., pass_at: _Optional[_Iterable[int]] = ..., required_numerics_version: _Optional[int] = ..., declared_small_group: _Optional[_Union[SmallGroupPolicy, str]] = ..., run: _Optional[str] = ..., observe: bool = ...) -> None: ...

class ComputeAdvantagesResponse(_message.Message):
    __slots__ = ["advantages", "advantages_float32_le", "advantages_per_group", "batch_moments", "group_statistics", "method", "numerics_version", "summary", "timings", "warnings"]
    ADVANTAGES_FIELD_NUMBER: _ClassVar[int]
    ADVANTAGES_FLOAT32_LE_FIELD_NUMBER: _ClassVar[int]
    ADVANTAGES_PER_GROUP_FIELD_NUMBER: _ClassVar[int]
    BATCH_MOMENTS_FIELD_NUMBER: _ClassVar[int]
    GROUP_STATISTICS_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    NUMERICS_VERSION_FIELD_NUMBER: _ClassVar[int]
    SUMMARY_FIELD_NUMBER: _ClassVar[int]
    TIMINGS_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    advantages: _containers.RepeatedScalarFieldContainer[float]
    advantages_float32_le: bytes
    advantages_per_group: _containers.RepeatedScalarFieldContainer[float]
    batch_moments: _containers.RepeatedCompositeFieldContainer[_stages_pb2.BatchMoments]
    group_statistics: GroupStatistics
    method: _method_pb2.MethodSpec
    numerics_version: int
    summary: Summary
    timings: Timings
    warnings: _containers.RepeatedCompositeFieldContainer[Warning]
    def __init__(self, advantages: _Optional[_Iterable[float]] = ..., advantages_float32_le: _Optional[bytes] = ..., advantages_per_group: _Optional[_Iterable[float]] = ..., batch_moments: _Optional[_Iterable[_Union[_stages_pb2.BatchMoments, _Mapping]]] = ..., method: _Optional[_Union[_method_pb2.MethodSpec, _Mapping]] = ..., numerics_version: _Optional[int] = ..., warnings: _Optional[_Iterable[_Union[Warning, _Mapping]]] = ..., summary: _Optional[_Union[Summary, _Mapping]] = ..., group_statistics: _Optional[_Union[GroupStatistics, _Mapping]] = ..., timings: _Optional[_Union[Timings, _Mapping]] = ...) -> None: ...

class GroupStatistics(_message.Message):
    __slots__ = ["c", "group_ids", "mean", "n", "outcome", "pass_at_k", "priority", "sd", "success_rate"]
    C_FIELD_NUMBER: _ClassVar[int]
    GROUP_IDS_FIELD_NUMBER: _ClassVar[int]
    MEAN_FIELD_NUMBER: _ClassVar[int]
    N_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    PASS_AT_K_FIELD_NUMBER: _ClassVar[int]
    PRIORITY_FIELD_NUMBER: _ClassVar[int]
    SD_FIELD_NUMBER: _ClassVar[int]
    SUCCESS_RATE_FIELD_NUMBER: _ClassVar[int]
    c: _containers.RepeatedScalarFieldContainer[int]
    group_ids: _containers.RepeatedScalarFieldContainer[int]
    mean: _containers.RepeatedScalarFieldContainer[float]
    n: _containers.RepeatedScalarFieldContainer[int]
    outcome: _containers.RepeatedScalarFieldContainer[GroupOutcome]
    pass_at_k: _containers.RepeatedCompositeFieldContainer[PassAtKColumn]
    priority: _containers.RepeatedScalarFieldContainer[float]
    sd: _containers.RepeatedScalarFieldContainer[float]
    success_rate: _containers.RepeatedScalarFieldContainer[float]
    def __init__(self, group_ids: _Optional[_Iterable[int]] = ..., n: _Optional[_Iterable[int]] = ..., c: _Optional[_Iterable[int]] = ..., outcome: _Optional[_Iterable[_Union[GroupOutcome, str]]] = ..., success_rate: _Optional[_Iterable[float]] = ..., mean: _Optional[_Iterable[float]] = ..., sd: _Optional[_Iterable[float]] = ..., priority: _Optional[_Iterable[float]] = ..., pass_at_k: _Optional[_Iterable[_Union[PassAtKColumn, _Mapping]]] = ...) -> None: ...

class PassAtK(_message.Message):
    __slots__ = ["groups", "k", "mean"]
    GROUPS_FIELD_NUMBER: _ClassVar[int]
    K_FIELD_NUMBER: _ClassVar[int]
    MEAN_FIELD_NUMBER: _ClassVar[int]
    groups: int
    k: int
    mean: float
    def __init__(self, k: _Optional[int] = ..., mean: _Optional[float] = ..., groups: _Optional[int] = ...) -> None: ...

class PassAtKColumn(_message.Message):
    __slots__ = ["k", "value"]
    K_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    k: int
    value: _containers.RepeatedScalarFieldContainer[float]
    def __init__(self, k: _Optional[int] = ..., value: _Optional[_Iterable[float]] = ...) -> None: ...

class Summary(_message.Message):
    __slots__ = ["all_fail_groups", "all_pass_groups", "constant_groups", "empty_groups", "groups", "incomplete_groups", "masked_responses", "max_absolute_advantage", "mean_absolute_advantage", "mean_success_rate", "mixed_groups", "negative_weight", "no_signal_share", "pass_at_k", "positive_weight", "responses", "sd_absolute_advantage", "small_groups", "suspicious_groups", "varied_groups"]
    ALL_FAIL_GROUPS_FIELD_NUMBER: _ClassVar[int]
    ALL_PASS_GROUPS_FIELD_NUMBER: _ClassVar[int]
    CONSTANT_GROUPS_FIELD_NUMBER: _ClassVar[int]
    EMPTY_GROUPS_FIELD_NUMBER: _ClassVar[int]
    GROUPS_FIELD_NUMBER: _ClassVar[int]
    INCOMPLETE_GROUPS_FIELD_NUMBER: _ClassVar[int]
    MASKED_RESPONSES_FIELD_NUMBER: _ClassVar[int]
    MAX_ABSOLUTE_ADVANTAGE_FIELD_NUMBER: _ClassVar[int]
    MEAN_ABSOLUTE_ADVANTAGE_FIELD_NUMBER: _ClassVar[int]
    MEAN_SUCCESS_RATE_FIELD_NUMBER: _ClassVar[int]
    MIXED_GROUPS_FIELD_NUMBER: _ClassVar[int]
    NEGATIVE_WEIGHT_FIELD_NUMBER: _ClassVar[int]
    NO_SIGNAL_SHARE_FIELD_NUMBER: _ClassVar[int]
    PASS_AT_K_FIELD_NUMBER: _ClassVar[int]
    POSITIVE_WEIGHT_FIELD_NUMBER: _ClassVar[int]
    RESPONSES_FIELD_NUMBER: _ClassVar[int]
    SD_ABSOLUTE_ADVANTAGE_FIELD_NUMBER: _ClassVar[int]
    SMALL_GROUPS_FIELD_NUMBER: _ClassVar[int]
    SUSPICIOUS_GROUPS_FIELD_NUMBER: _ClassVar[int]
    VARIED_GROUPS_FIELD_NUMBER: _ClassVar[int]
    all_fail_groups: int
    all_pass_groups: int
    constant_groups: int
    empty_groups: int
    groups: int
    incomplete_groups: int
    masked_responses: int
    max_absolute_advantage: float
    mean_absolute_advantage: float
    mean_success_rate: float
    mixed_groups: int
    negative_weight: float
    no_signal_share: float
    pass_at_k: _containers.RepeatedCompositeFieldContainer[PassAtK]
    positive_weight: float
    responses: int
    sd_absolute_advantage: float
    small_groups: int
    suspicious_groups: int
    varied_groups: int
    def __init__(self, groups: _Optional[int] = ..., responses: _Optional[int] = ..., masked_responses: _Optional[int] = ..., all_fail_groups: _Optional[int] = ..., mixed_groups: _Optional[int] = ..., all_pass_groups: _Optional[int] = ..., constant_groups: _Optional[int] = ..., varied_groups: _Optional[int] = ..., empty_groups: _Optional[int] = ..., small_groups: _Optional[int] = ..., suspicious_groups: _Optional[int] = ..., mean_success_rate: _Optional[float] = ..., pass_at_k: _Optional[_Iterable[_Union[PassAtK, _Mapping]]] = ..., no_signal_share: _Optional[float] = ..., mean_absolute_advantage: _Optional[float] = ..., sd_absolute_advantage: _Optional[float] = ..., max_absolute_advantage: _Optional[float] = ..., positive_weight: _Optional[float] = ..., negative_weight: _Optional[float] = ..., incomplete_groups: _Optional[int] = ...) -> None: ...

class Timings(_message.Message):
    __slots__ = ["compute_us", "decode_us", "encode_us", "queue_us"]
    COMPUTE_US_FIELD_NUMBER: _ClassVar[int]
    DECODE_US_FIELD_NUMBER: _ClassVar[int]
    ENCODE_US_FIELD_NUMBER: _ClassVar[int]
    QUEUE_US_FIELD_NUMBER: _ClassVar[int]
    compute_us: float
    decode_us: float
    encode_us: float
    queue_us: float
    def __init__(self, decode_us: _Optional[float] = ..., compute_us: _Optional[float] = ..., encode_us: _Optional[float] = ..., queue_us: _Optional[float] = ...) -> None: ...

class Warning(_message.Message):
    __slots__ = ["code", "groups", "limit", "message"]
    class Code(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = []
    CODE_FIELD_NUMBER: _ClassVar[int]
    CODE_INCOMPLETE_GROUPS: Warning.Code
    CODE_NEGATIVE_ADVANTAGE_OF_CORRECT: Warning.Code
    CODE_PASS_AT_TOO_LARGE: Warning.Code
    CODE_SMALL_GROUPS: Warning.Code
    CODE_SUSPICIOUS_SPREAD: Warning.Code
    CODE_UNSPECIFIED: Warning.Code
    GROUPS_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    code: Warning.Code
    groups: int
    limit: int
    message: str
    def __init__(self, code: _Optional[_Union[Warning.Code, str]] = ..., message: _Optional[str] = ..., groups: _Optional[int] = ..., limit: _Optional[int] = ...) -> None: ...

class TrajectoryReward(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class SmallGroupPolicy(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class ReplyForm(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class GroupOutcome(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []
