#include "server/read_request.h"

#include <google/protobuf/message.h>

#include "base/text.h"
#include "server/rpc/message_bytes.h"
#include "server/unknown_fields.h"

namespace advantaged {

CallStatus ReadRequest(grpc::ByteBuffer& bytes, google::protobuf::Message& request) {
  const bool parsed = Parse(bytes, request);
  // Also of a message that ends too early: it may have had some before.
  CallStatus status = TakeUnknownFields(request);
  if (parsed) return status;
  return {.code = CallStatus::kInvalidArgument,
          .message = Concat("the message is no ", request.GetDescriptor()->name())};
}

}  // namespace advantaged
