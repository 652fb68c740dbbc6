from advantaged.v1 import catalog_pb2 as _catalog_pb2
from advantaged.v1 import compute_pb2 as _compute_pb2
from advantaged.v1 import describe_pb2 as _describe_pb2
from advantaged.v1 import stream_pb2 as _stream_pb2
from google.protobuf import descriptor as _descriptor
from typing import ClassVar as _ClassVar

DESCRIPTOR: _descriptor.FileDescriptor
