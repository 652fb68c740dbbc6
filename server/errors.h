// How a call ended, as gRPC sends it: the canonical code, a message, and the trailer
// `grpc-status-details-bin` with BadRequest (what is wrong, field by field) and ErrorInfo (the
// cause, for programs).
#ifndef ADVANTAGED_SERVER_ERRORS_H_
#define ADVANTAGED_SERVER_ERRORS_H_

#include <cstddef>

#include "server/handler.h"

namespace grpc {
class Status;
}

namespace advantaged {

// Clients of the C core and of Java refuse trailers above 8 KiB, and then report that instead of
// the error. So where the listed violations do not all fit, their descriptions are cut, and if that
// is not enough the last ones only count in the entry "and N more". This is what message and
// details may take together, as sent: the message percent-encoded, the details in base64; the
// margin is for the other trailers.
inline constexpr std::size_t kMaxErrorBytes = 8192 - 512;

grpc::Status ToGrpcStatus(const CallStatus& status);

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_ERRORS_H_
