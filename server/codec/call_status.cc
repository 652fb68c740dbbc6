#include "server/codec/call_status.h"

#include <utility>

#include "base/text.h"

namespace advantaged {

CallStatus InvalidArgument(Violations violations) {
  const Violation& first = violations.listed().front();
  std::string message = Concat(first.field, first.field.empty() ? "" : ": ", first.description);
  if (violations.count() > 1) Append(message, Concat(" (and ", violations.count() - 1, " more)"));
  return {CallStatus::kInvalidArgument, std::move(message), std::move(violations)};
}

CallStatus Stopped() {
  return {.code = CallStatus::kCancelled, .message = "stopped: the caller gave up"};
}

}  // namespace advantaged
