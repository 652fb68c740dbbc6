// Messages of protobuf and the bytes that gRPC carries.
#ifndef ADVANTAGED_SERVER_RPC_MESSAGE_BYTES_H_
#define ADVANTAGED_SERVER_RPC_MESSAGE_BYTES_H_

#include <grpc/slice.h>
#include <grpcpp/support/byte_buffer.h>

#include <cstddef>

namespace google::protobuf {
class MessageLite;
}

namespace advantaged {

// False if the bytes are no such message, which then means nothing. Their memory is given back.
bool Parse(grpc::ByteBuffer& bytes, google::protobuf::MessageLite& message);

// Memory for so many bytes that gRPC may send. Throws std::bad_alloc, where gRPC's own allocation
// would end the process; small pieces come from gRPC.
grpc_slice NewBytes(std::size_t size);

// May throw std::bad_alloc.
grpc::ByteBuffer Serialize(const google::protobuf::MessageLite& message);

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_RPC_MESSAGE_BYTES_H_
