#include "server/grpc/rpc/message_bytes.h"

#include <google/protobuf/message_lite.h>
#include <grpcpp/support/proto_buffer_reader.h>

#include <new>

namespace advantaged {

bool ParseShort(grpc::ByteBuffer& bytes, google::protobuf::MessageLite& message) {
  bool good = bytes.Length() <= kMaxShortBytes;
  if (good) {
    grpc::ProtoBufferReader reader(&bytes);
    good = reader.status().ok() && message.ParseFromZeroCopyStream(&reader);
  }
  bytes.Clear();
  return good;
}

grpc_slice NewBytes(std::size_t size) {
  // Theirs is one allocation for both bytes and count.
  constexpr std::size_t kSmall = 1U << 12;
  if (size <= kSmall) return grpc_slice_malloc(size);
  return grpc_slice_new(::operator new(size), size, [](void* bytes) { ::operator delete(bytes); });
}

grpc::ByteBuffer Serialize(const google::protobuf::MessageLite& message) {
  grpc_slice memory = NewBytes(message.ByteSizeLong());
  message.SerializeWithCachedSizesToArray(GRPC_SLICE_START_PTR(memory));
  const grpc::Slice slice(memory, grpc::Slice::STEAL_REF);
  return {&slice, 1};
}

}  // namespace advantaged
