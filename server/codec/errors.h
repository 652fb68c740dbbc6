// How a failed call is told: the canonical code, a message, and details that standard clients read:
// BadRequest (what is wrong, field by field), RetryInfo (when to try again) and ErrorInfo (the
// cause, for programs); and two of ours, Mentions (what the texts of BadRequest name, as numbers)
// and UnknownFields (which fields the server does not know). gRPC carries them in the trailer
// `grpc-status-details-bin`, HTTP as JSON.
#ifndef ADVANTAGED_SERVER_CODEC_ERRORS_H_
#define ADVANTAGED_SERVER_CODEC_ERRORS_H_

#include <cstddef>

#include "server/codec/call_status.h"

namespace grpc {
class Status;
}

namespace advantaged {

namespace rpc {
class Status;
}

// Clients of the C core and of Java refuse trailers above 8 KiB, and then report that instead of
// the error. So where the listed violations do not all fit, their descriptions are cut, and if that
// is not enough the last ones only count in the entry "and N more". This is what message and
// details may take together, as sent: the message percent-encoded, the details in base64; the
// margin is for the other trailers.
inline constexpr std::size_t kMaxErrorBytes = 8192 - 512;

// For gRPC.
grpc::Status ToGrpcStatus(const CallStatus& status);

// The status with its details, of about `max_bytes` at most, serialized. `status` is not OK.
rpc::Status ToRpcStatus(const CallStatus& status, std::size_t max_bytes);

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_CODEC_ERRORS_H_
