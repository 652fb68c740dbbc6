from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor
SPREAD_ADVANTAGES: Spread
SPREAD_REWARDS: Spread
SPREAD_UNSPECIFIED: Spread
WEIGHTING_RESPONSES: Weighting
WEIGHTING_TOKENS: Weighting
WEIGHTING_UNSPECIFIED: Weighting

class BatchMoments(_message.Message):
    __slots__ = ["centred_squares", "mean", "weight"]
    CENTRED_SQUARES_FIELD_NUMBER: _ClassVar[int]
    MEAN_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    centred_squares: float
    mean: float
    weight: float
    def __init__(self, weight: _Optional[float] = ..., mean: _Optional[float] = ..., centred_squares: _Optional[float] = ...) -> None: ...

class CenterStage(_message.Message):
    __slots__ = ["weighting"]
    WEIGHTING_FIELD_NUMBER: _ClassVar[int]
    weighting: Weighting
    def __init__(self, weighting: _Optional[_Union[Weighting, str]] = ...) -> None: ...

class ClipStage(_message.Message):
    __slots__ = ["high", "low"]
    HIGH_FIELD_NUMBER: _ClassVar[int]
    LOW_FIELD_NUMBER: _ClassVar[int]
    high: float
    low: float
    def __init__(self, low: _Optional[float] = ..., high: _Optional[float] = ...) -> None: ...

class ScaleStage(_message.Message):
    __slots__ = ["ddof", "epsilon", "epsilon_inside_root", "spread", "weighting"]
    DDOF_FIELD_NUMBER: _ClassVar[int]
    EPSILON_FIELD_NUMBER: _ClassVar[int]
    EPSILON_INSIDE_ROOT_FIELD_NUMBER: _ClassVar[int]
    SPREAD_FIELD_NUMBER: _ClassVar[int]
    WEIGHTING_FIELD_NUMBER: _ClassVar[int]
    ddof: int
    epsilon: float
    epsilon_inside_root: bool
    spread: Spread
    weighting: Weighting
    def __init__(self, weighting: _Optional[_Union[Weighting, str]] = ..., spread: _Optional[_Union[Spread, str]] = ..., ddof: _Optional[int] = ..., epsilon: _Optional[float] = ..., epsilon_inside_root: bool = ...) -> None: ...

class Stage(_message.Message):
    __slots__ = ["center", "clip", "scale"]
    CENTER_FIELD_NUMBER: _ClassVar[int]
    CLIP_FIELD_NUMBER: _ClassVar[int]
    SCALE_FIELD_NUMBER: _ClassVar[int]
    center: CenterStage
    clip: ClipStage
    scale: ScaleStage
    def __init__(self, center: _Optional[_Union[CenterStage, _Mapping]] = ..., scale: _Optional[_Union[ScaleStage, _Mapping]] = ..., clip: _Optional[_Union[ClipStage, _Mapping]] = ...) -> None: ...

class Weighting(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class Spread(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []
