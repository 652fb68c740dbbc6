// What a call of one message, or an item of a stream, has to be before anything else is done about
// it.
#ifndef ADVANTAGED_SERVER_GRPC_READ_REQUEST_H_
#define ADVANTAGED_SERVER_GRPC_READ_REQUEST_H_

#include <grpcpp/support/byte_buffer.h>

#include <functional>

#include "server/codec/call_status.h"

namespace google::protobuf {
class Message;
}

namespace advantaged {

// Reads `bytes` into an empty message; if that is well, their memory is given back. What is refused
// is seen before there is a message of it, which then stays empty:
//   UNIMPLEMENTED      fields that this server does not know
//   INVALID_ARGUMENT   a field with too many entries, a violation; or, without one, bytes that are
//                      no such message
//   CANCELLED          `stop`, which is asked now and then, says that nobody waits any more
CallStatus ReadRequest(grpc::ByteBuffer& bytes, google::protobuf::Message& request,
                       const std::function<bool()>& stop = {});

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_GRPC_READ_REQUEST_H_
