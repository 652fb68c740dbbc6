// Fields of a request that the contract of this server does not have, because that of its client is
// newer. To leave them out would be to compute something else than what was asked for.
#ifndef ADVANTAGED_SERVER_CODEC_UNKNOWN_FIELDS_H_
#define ADVANTAGED_SERVER_CODEC_UNKNOWN_FIELDS_H_

#include <vector>

#include "server/codec/call_status.h"

namespace google::protobuf {
class Message;
}

namespace advantaged {

// The answer to a request with these fields, of which there is one at least: UNIMPLEMENTED.
CallStatus RefusedAsUnknown(std::vector<UnknownField> fields);

// Takes all unknown fields out of a message and of those in it, and frees them: a message that is
// cleared would keep their memory, and not say so.
void DropUnknownFields(google::protobuf::Message& message);

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_CODEC_UNKNOWN_FIELDS_H_
