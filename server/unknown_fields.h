// Fields of a request that the contract of this server does not have, because that of its client is
// newer. To leave them out would be to compute something else than what was asked for.
#ifndef ADVANTAGED_SERVER_UNKNOWN_FIELDS_H_
#define ADVANTAGED_SERVER_UNKNOWN_FIELDS_H_

#include "server/call_status.h"

namespace google::protobuf {
class Message;
}

namespace advantaged {

// Takes these fields out of `request` and of the messages in it, and frees them: a message that is
// cleared would keep their memory, and not say so. The status is the answer to such a request:
// UNIMPLEMENTED, or OK if there are none but those that may be ignored, with the numbers that the
// contract reserves for that.
CallStatus TakeUnknownFields(google::protobuf::Message& request);

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_UNKNOWN_FIELDS_H_
