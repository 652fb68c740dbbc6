from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

CONSTANT_GROUP_AS_BASE: ConstantGroup
CONSTANT_GROUP_FORMULA: ConstantGroup
CONSTANT_GROUP_UNSPECIFIED: ConstantGroup
CONSTANT_GROUP_ZERO: ConstantGroup
DESCRIPTOR: _descriptor.FileDescriptor
METHOD_INPUT_OUTCOMES: MethodInput
METHOD_INPUT_REWARDS: MethodInput
METHOD_INPUT_UNSPECIFIED: MethodInput
PARAMETER_TYPE_CHOICE: ParameterType
PARAMETER_TYPE_CONSTANTS: ParameterType
PARAMETER_TYPE_FLAG: ParameterType
PARAMETER_TYPE_INTEGER: ParameterType
PARAMETER_TYPE_REAL: ParameterType
PARAMETER_TYPE_TABLES: ParameterType
PARAMETER_TYPE_TEXT: ParameterType
PARAMETER_TYPE_UNSPECIFIED: ParameterType

class GetServerInfoRequest(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class GetServerInfoResponse(_message.Message):
    __slots__ = ["grpc_version", "instruction_set", "max_group_size", "max_request_bytes", "max_responses", "numerics_version", "protobuf_version", "version"]
    GRPC_VERSION_FIELD_NUMBER: _ClassVar[int]
    INSTRUCTION_SET_FIELD_NUMBER: _ClassVar[int]
    MAX_GROUP_SIZE_FIELD_NUMBER: _ClassVar[int]
    MAX_REQUEST_BYTES_FIELD_NUMBER: _ClassVar[int]
    MAX_RESPONSES_FIELD_NUMBER: _ClassVar[int]
    NUMERICS_VERSION_FIELD_NUMBER: _ClassVar[int]
    PROTOBUF_VERSION_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    grpc_version: str
    instruction_set: str
    max_group_size: int
    max_request_bytes: int
    max_responses: int
    numerics_version: int
    protobuf_version: str
    version: str
    def __init__(self, version: _Optional[str] = ..., numerics_version: _Optional[int] = ..., instruction_set: _Optional[str] = ..., max_request_bytes: _Optional[int] = ..., max_group_size: _Optional[int] = ..., grpc_version: _Optional[str] = ..., protobuf_version: _Optional[str] = ..., max_responses: _Optional[int] = ...) -> None: ...

class ListMethodsRequest(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class ListMethodsResponse(_message.Message):
    __slots__ = ["methods"]
    METHODS_FIELD_NUMBER: _ClassVar[int]
    methods: _containers.RepeatedCompositeFieldContainer[MethodDescription]
    def __init__(self, methods: _Optional[_Iterable[_Union[MethodDescription, _Mapping]]] = ...) -> None: ...

class MethodDescription(_message.Message):
    __slots__ = ["constant_group", "equation", "input", "keeps_mean", "name", "parameters", "shapes_rewards", "source", "surrogate"]
    CONSTANT_GROUP_FIELD_NUMBER: _ClassVar[int]
    EQUATION_FIELD_NUMBER: _ClassVar[int]
    INPUT_FIELD_NUMBER: _ClassVar[int]
    KEEPS_MEAN_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    SHAPES_REWARDS_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    SURROGATE_FIELD_NUMBER: _ClassVar[int]
    constant_group: ConstantGroup
    equation: str
    input: MethodInput
    keeps_mean: bool
    name: str
    parameters: _containers.RepeatedCompositeFieldContainer[ParameterDescription]
    shapes_rewards: bool
    source: str
    surrogate: str
    def __init__(self, name: _Optional[str] = ..., equation: _Optional[str] = ..., source: _Optional[str] = ..., input: _Optional[_Union[MethodInput, str]] = ..., constant_group: _Optional[_Union[ConstantGroup, str]] = ..., shapes_rewards: bool = ..., parameters: _Optional[_Iterable[_Union[ParameterDescription, _Mapping]]] = ..., surrogate: _Optional[str] = ..., keeps_mean: bool = ...) -> None: ...

class ParameterDescription(_message.Message):
    __slots__ = ["choices", "default_value", "description", "example", "maximum", "may_be_omitted", "minimum", "name", "type"]
    CHOICES_FIELD_NUMBER: _ClassVar[int]
    DEFAULT_VALUE_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    EXAMPLE_FIELD_NUMBER: _ClassVar[int]
    MAXIMUM_FIELD_NUMBER: _ClassVar[int]
    MAY_BE_OMITTED_FIELD_NUMBER: _ClassVar[int]
    MINIMUM_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    choices: _containers.RepeatedScalarFieldContainer[str]
    default_value: str
    description: str
    example: str
    maximum: float
    may_be_omitted: bool
    minimum: float
    name: str
    type: ParameterType
    def __init__(self, name: _Optional[str] = ..., description: _Optional[str] = ..., type: _Optional[_Union[ParameterType, str]] = ..., minimum: _Optional[float] = ..., maximum: _Optional[float] = ..., default_value: _Optional[str] = ..., choices: _Optional[_Iterable[str]] = ..., may_be_omitted: bool = ..., example: _Optional[str] = ...) -> None: ...

class MethodInput(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class ConstantGroup(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class ParameterType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []
