#include "client/cpp/field_paths.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>

#include "base/text.h"
#include "client/cpp/grpc_status.h"

namespace advantaged::client {
namespace {

// The number at the beginning of `text`, which is cut off.
std::optional<std::size_t> TakeNumber(std::string_view& text) {
  std::size_t number = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(stop - text.data()));
  return number;
}

std::size_t RowOfBatch(std::size_t row, const Part& part) {
  return row < part.row_count ? part.RowOf(row) : row;
}

// "reward_bits" and "group_ids_fixed32_le" under the names of the batch.
std::string_view NameInBatch(std::string_view name) {
  if (name == "reward_bits" || name == "response_count") return "rewards";
  for (const std::string_view sibling : {"_fixed32_le", "_float32_le"}) {
    if (name.ends_with(sibling)) name.remove_suffix(sibling.size());
  }
  return name;
}

std::string PathInBatch(std::string_view path, const Part& part) {
  constexpr std::string_view kOfRows[] = {"rewards", "outcomes",  "valid",
                                          "lengths", "group_ids", "trajectory_ids"};
  const std::size_t end = std::min(path.find_first_of("[."), path.size());
  const std::string_view name = NameInBatch(path.substr(0, end));
  std::string_view rest = path.substr(end);
  const bool of_row = std::ranges::find(kOfRows, name) != std::end(kOfRows);
  if (rest.starts_with('[') && (of_row || name == "group_sizes")) {
    rest.remove_prefix(1);
    if (const auto index = TakeNumber(rest)) {
      const std::size_t whole = of_row ? RowOfBatch(*index, part) : *index + part.first_group;
      return Concat(name, "[", whole, rest);
    }
    return {path.data(), path.size()};
  }
  return Concat(name, rest);
}

// Of "group 3 …" and "row 3 …", the number in the batch.
std::string TextInBatch(std::string_view text, const Part& part) {
  constexpr std::string_view kGroup = "group ";
  constexpr std::string_view kRow = "row ";
  std::string result;
  while (!text.empty()) {
    const std::string_view word = text.starts_with(kGroup) ? kGroup
                                  : text.starts_with(kRow) ? kRow
                                                           : std::string_view();
    const bool begins = result.empty() || !std::isalnum(static_cast<unsigned char>(result.back()));
    if (word.empty() || !begins) {
      result += text.front();
      text.remove_prefix(1);
      continue;
    }
    result += word;
    text.remove_prefix(word.size());
    if (const auto number = TakeNumber(text)) {
      Append(result, word == kGroup ? *number + part.first_group : RowOfBatch(*number, part));
    }
  }
  return result;
}

}  // namespace

absl::Status InWordsOfBatch(const absl::Status& status, const Part& part) {
  std::vector<Violation> violations = Violations(status);
  if (violations.empty()) return status;
  // The message begins with the first of them.
  std::string message = Message(status);
  const std::string& field = violations.front().field;
  if (!field.empty() && message.starts_with(field)) {
    message = PathInBatch(field, part) + TextInBatch(message.substr(field.size()), part);
  }
  for (Violation& violation : violations) {
    violation.field = PathInBatch(violation.field, part);
    violation.description = TextInBatch(violation.description, part);
  }
  absl::Status result(status.code(), message);
  status.ForEachPayload(
      [&](const auto& url, const auto& payload) { result.SetPayload(url, payload); });
  SetViolations(violations, result);
  return result;
}

}  // namespace advantaged::client
