#include "server/rpc/message_bytes.h"

#include <google/protobuf/message_lite.h>
#include <grpc/slice.h>
#include <grpcpp/support/proto_buffer_reader.h>

namespace advantaged {

bool Parse(grpc::ByteBuffer& bytes, google::protobuf::MessageLite& message) {
  bool good = false;
  {
    grpc::ProtoBufferReader reader(&bytes);
    good = reader.status().ok() && message.ParseFromZeroCopyStream(&reader);
  }
  bytes.Clear();
  return good;
}

grpc::ByteBuffer Serialize(const google::protobuf::MessageLite& message) {
  grpc_slice memory = grpc_slice_malloc(message.ByteSizeLong());
  message.SerializeWithCachedSizesToArray(GRPC_SLICE_START_PTR(memory));
  const grpc::Slice slice(memory, grpc::Slice::STEAL_REF);
  return {&slice, 1};
}

}  // namespace advantaged
