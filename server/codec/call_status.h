// How a call ended, free of any transport.
#ifndef ADVANTAGED_SERVER_CODEC_CALL_STATUS_H_
#define ADVANTAGED_SERVER_CODEC_CALL_STATUS_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "advantaged/advantaged.h"

namespace advantaged {

// A field of a request that this server does not know.
struct UnknownField {
  std::string message;  // full name of its message's type
  std::uint32_t number = 0;

  bool operator==(const UnknownField&) const = default;
};

struct CallStatus {
  // The canonical codes; grpc::StatusCode has the same numbers.
  static constexpr int kOk = 0;
  static constexpr int kCancelled = 1;
  static constexpr int kInvalidArgument = 3;
  static constexpr int kDeadlineExceeded = 4;
  static constexpr int kPermissionDenied = 7;
  static constexpr int kResourceExhausted = 8;
  static constexpr int kFailedPrecondition = 9;
  static constexpr int kUnimplemented = 12;
  static constexpr int kInternal = 13;
  static constexpr int kUnavailable = 14;

  int code = kOk;
  std::string message = {};                       // for people; names the first violation
  Violations violations = {};                     // of an INVALID_ARGUMENT
  std::vector<UnknownField> unknown_fields = {};  // of an UNIMPLEMENTED: at least one
  // Of a RESOURCE_EXHAUSTED: when to try again, or nothing if that can never help.
  std::optional<std::chrono::milliseconds> retry_delay = {};

  bool ok() const { return code == kOk; }
};

// The refusal of a request with these violations, of which there is at least one.
CallStatus InvalidArgument(Violations violations);

// The end of work that asked its `stop` and heard that nobody waits for the result.
CallStatus Stopped();

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_CODEC_CALL_STATUS_H_
