// The names of the canonical status codes of calls.
#ifndef ADVANTAGED_BASE_CODE_NAMES_H_
#define ADVANTAGED_BASE_CODE_NAMES_H_

#include <array>

namespace advantaged {

// By code, as go-grpc-prometheus spells them.
inline constexpr std::array<const char*, 17> kCodeNames = {
    "OK",       "Canceled",       "Unknown",          "InvalidArgument",   "DeadlineExceeded",
    "NotFound", "AlreadyExists",  "PermissionDenied", "ResourceExhausted", "FailedPrecondition",
    "Aborted",  "OutOfRange",     "Unimplemented",    "Internal",          "Unavailable",
    "DataLoss", "Unauthenticated"};

}  // namespace advantaged

#endif  // ADVANTAGED_BASE_CODE_NAMES_H_
