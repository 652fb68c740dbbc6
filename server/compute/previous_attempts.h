// What gRPC's clients say of a call that they send again (gRPC proposal A6).
#ifndef ADVANTAGED_SERVER_COMPUTE_PREVIOUS_ATTEMPTS_H_
#define ADVANTAGED_SERVER_COMPUTE_PREVIOUS_ATTEMPTS_H_

#include <string_view>

#include "server/compute/attempt.h"

namespace advantaged {

// The metadata with the number of attempts before this one; absent from the first.
inline constexpr char kPreviousAttempts[] = "grpc-previous-rpc-attempts";

// By the value of that metadata. What is no decimal number says nothing: a first attempt.
Attempt AttemptAfter(std::string_view previous_attempts);

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_COMPUTE_PREVIOUS_ATTEMPTS_H_
