// Messages of protobuf and the bytes that gRPC carries.
#ifndef ADVANTAGED_SERVER_RPC_MESSAGE_BYTES_H_
#define ADVANTAGED_SERVER_RPC_MESSAGE_BYTES_H_

#include <grpcpp/support/byte_buffer.h>

namespace google::protobuf {
class MessageLite;
}

namespace advantaged {

// False if the bytes are no such message, which then means nothing. Their memory is given back.
bool Parse(grpc::ByteBuffer& bytes, google::protobuf::MessageLite& message);

grpc::ByteBuffer Serialize(const google::protobuf::MessageLite& message);

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_RPC_MESSAGE_BYTES_H_
