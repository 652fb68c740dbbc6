// How a call ended, free of any transport.
#ifndef ADVANTAGED_SERVER_CALL_STATUS_H_
#define ADVANTAGED_SERVER_CALL_STATUS_H_

#include <chrono>
#include <optional>
#include <string>

#include "advantaged/advantaged.h"

namespace advantaged {

struct CallStatus {
  // The canonical codes; grpc::StatusCode has the same numbers.
  static constexpr int kOk = 0;
  static constexpr int kCancelled = 1;
  static constexpr int kInvalidArgument = 3;
  static constexpr int kDeadlineExceeded = 4;
  static constexpr int kPermissionDenied = 7;
  static constexpr int kResourceExhausted = 8;
  static constexpr int kFailedPrecondition = 9;
  static constexpr int kInternal = 13;
  static constexpr int kUnavailable = 14;

  int code = kOk;
  std::string message = {};    // for people; names the first violation
  Violations violations = {};  // of an INVALID_ARGUMENT
  // Of a RESOURCE_EXHAUSTED: when to try again, or nothing if that can never help.
  std::optional<std::chrono::milliseconds> retry_delay = {};

  bool ok() const { return code == kOk; }
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_CALL_STATUS_H_
