#include "client/cpp/field_paths.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "base/text.h"
#include "client/cpp/grpc_status.h"

namespace advantaged::client {
namespace {

// "reward_bits[3]" and "group_ids_fixed32_le" under the names of the batch.
std::string PathInBatch(std::string_view path) {
  const std::size_t end = std::min(path.find_first_of("[."), path.size());
  std::string_view name = path.substr(0, end);
  if (name == "reward_bits" || name == "response_count") name = "rewards";
  for (const std::string_view sibling : {"_fixed32_le", "_float32_le"}) {
    if (name.ends_with(sibling)) name.remove_suffix(sibling.size());
  }
  return Concat(name, path.substr(end));
}

}  // namespace

absl::Status InWordsOfBatch(const absl::Status& status) {
  std::vector<Violation> violations = Violations(status);
  if (violations.empty()) return status;
  // The message begins with the first of them.
  std::string message = Message(status);
  const std::string& field = violations.front().field;
  if (!field.empty() && message.starts_with(field)) {
    message = PathInBatch(field) + message.substr(field.size());
  }
  for (Violation& violation : violations) violation.field = PathInBatch(violation.field);
  absl::Status result(status.code(), message);
  status.ForEachPayload(
      [&](const auto& url, const auto& payload) { result.SetPayload(url, payload); });
  SetViolations(violations, result);
  return result;
}

}  // namespace advantaged::client
