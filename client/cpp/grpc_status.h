// From gRPC's status to absl's, with all its details.
#ifndef ADVANTAGED_CLIENT_CPP_GRPC_STATUS_H_
#define ADVANTAGED_CLIENT_CPP_GRPC_STATUS_H_

#include <absl/status/status.h>
#include <grpcpp/support/status.h>

#include <string>
#include <vector>

#include "advantaged/client/error.h"

namespace advantaged::client {

// Code, message, and each detail of the trailer `grpc-status-details-bin` as a payload under its
// type's address. A trailer that cannot be read costs the details, never the code and the message.
absl::Status FromGrpc(const grpc::Status& status);

// INVALID_ARGUMENT as a server says it: the message names the first of the violations, of which
// there is one at least, and counts the others.
absl::Status InvalidArgument(const std::vector<Violation>& violations);

// RESOURCE_EXHAUSTED of a request that the server does not take: IsTooLarge.
absl::Status TooLarge(const std::string& message);

// The status of a call that was refused as RESOURCE_EXHAUSTED. It is that of a request that is too
// large where the server says so, where gRPC itself does, and where it is `for_good`: gRPC proposal
// A6 forbids another try.
absl::Status Exhausted(absl::Status status, bool for_good);

// `status` with these violations instead of its own.
void SetViolations(const std::vector<Violation>& violations, absl::Status& status);

// Debian's absl::string_view is not std::string_view.
inline std::string Message(const absl::Status& status) {
  return {status.message().data(), status.message().size()};
}

}  // namespace advantaged::client

#endif  // ADVANTAGED_CLIENT_CPP_GRPC_STATUS_H_
