from advantaged.rpc import status_pb2 as _status_pb2
from advantaged.v1 import compute_pb2 as _compute_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class StreamAdvantagesRequest(_message.Message):
    __slots__ = ["batch", "id", "unordered"]
    BATCH_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    UNORDERED_FIELD_NUMBER: _ClassVar[int]
    batch: _compute_pb2.ComputeAdvantagesRequest
    id: str
    unordered: bool
    def __init__(self, id: _Optional[str] = ..., batch: _Optional[_Union[_compute_pb2.ComputeAdvantagesRequest, _Mapping]] = ..., unordered: bool = ...) -> None: ...

class StreamAdvantagesResponse(_message.Message):
    __slots__ = ["batch", "id", "status"]
    BATCH_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    batch: _compute_pb2.ComputeAdvantagesResponse
    id: str
    status: _status_pb2.Status
    def __init__(self, id: _Optional[str] = ..., batch: _Optional[_Union[_compute_pb2.ComputeAdvantagesResponse, _Mapping]] = ..., status: _Optional[_Union[_status_pb2.Status, _Mapping]] = ...) -> None: ...
