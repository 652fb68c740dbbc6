// What a call of one message has to be before anything else is done about it.
#ifndef ADVANTAGED_SERVER_READ_REQUEST_H_
#define ADVANTAGED_SERVER_READ_REQUEST_H_

#include <grpcpp/support/byte_buffer.h>

#include "server/call_status.h"

namespace google::protobuf {
class Message;
}

namespace advantaged {

// Reads `bytes`, whose memory is given back, into an empty message. Bytes that are no such message
// are INVALID_ARGUMENT, fields that this server does not know UNIMPLEMENTED.
CallStatus ReadRequest(grpc::ByteBuffer& bytes, google::protobuf::Message& request);

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_READ_REQUEST_H_
