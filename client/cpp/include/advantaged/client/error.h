// How a call ended, as an absl::Status. Nothing in this library throws for what a server or a
// network does. The codes are the canonical ones:
//
//   INVALID_ARGUMENT     the request is wrong: Violations() has every field. Never tried again
//   FAILED_PRECONDITION  `required_numerics_version` is not the server's. Never tried again
//   RESOURCE_EXHAUSTED   the server was too busy until the deadline; or the request is larger than
//                        it takes: IsTooLarge(), never tried again
//   DEADLINE_EXCEEDED    no answer in time; the message says whether there was a connection, and
//                        if not, why not
//   UNAVAILABLE          no server there, or it broke off, five times in a row
#ifndef ADVANTAGED_CLIENT_ERROR_H_
#define ADVANTAGED_CLIENT_ERROR_H_

#include <absl/status/status.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace advantaged::client {

// Where a description names something of the batch: its bytes begin … end − 1, e.g. "group 3";
// equal where the description was cut before the place.
struct Mention {
  enum class Kind : std::uint8_t { kUnknown, kGroup, kTrajectory, kRow, kValue };
  Kind kind = Kind::kUnknown;
  double number = 0;                      // index of the group or row, trajectory id, or the value
  std::optional<std::uint32_t> group_id;  // of a group in a batch with group ids
  std::uint32_t begin = 0, end = 0;
};

// One field of a request and what is wrong with it.
struct Violation {
  std::string field;        // path from the batch, e.g. "rewards[17]" or "method.pass_at_k_grpo.k"
  std::string description;  // what is wrong, with the offending value
  std::vector<Mention> mentions = {};  // in the order of the description; none of an older server
};

// All that is wrong, of an INVALID_ARGUMENT: the first 100, then an entry without a field that
// counts the rest. Empty for every other status.
//
// They are the status's payloads under "type.googleapis.com/google.rpc.BadRequest" and, for the
// mentions, "type.googleapis.com/advantaged.rpc.Mentions".
std::vector<Violation> Violations(const absl::Status& status);

// When the server that refused a call as busy said to come back. Absent from every other status.
std::optional<std::chrono::milliseconds> RetryDelay(const absl::Status& status);

// Whether the request is larger than the server takes. The message says how large it is, how large
// it may be, and the setting of the server that says so.
bool IsTooLarge(const absl::Status& status);

// Whether no server answered in time: UNAVAILABLE, DEADLINE_EXCEEDED, or CANCELLED, with which a
// server that shuts down ends calls.
bool IsUnreachable(const absl::Status& status);

}  // namespace advantaged::client

#endif  // ADVANTAGED_CLIENT_ERROR_H_
