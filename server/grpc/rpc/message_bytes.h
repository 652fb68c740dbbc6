// Messages of protobuf and the bytes that gRPC carries.
#ifndef ADVANTAGED_SERVER_GRPC_RPC_MESSAGE_BYTES_H_
#define ADVANTAGED_SERVER_GRPC_RPC_MESSAGE_BYTES_H_

#include <grpc/slice.h>
#include <grpcpp/support/byte_buffer.h>

#include <cstddef>

namespace google::protobuf {
class MessageLite;
}

namespace advantaged {

// Of a message that has a few short texts: a field of two bytes may take a hundred in memory.
inline constexpr std::size_t kMaxShortBytes = std::size_t{16} << 10;

// False if the bytes are no such message or too many for a short one. Their memory is given back.
bool ParseShort(grpc::ByteBuffer& bytes, google::protobuf::MessageLite& message);

// Memory for so many bytes that gRPC may send. Throws std::bad_alloc, where gRPC's own allocation
// would end the process; small pieces come from gRPC.
grpc_slice NewBytes(std::size_t size);

// May throw std::bad_alloc.
grpc::ByteBuffer Serialize(const google::protobuf::MessageLite& message);

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_GRPC_RPC_MESSAGE_BYTES_H_
