#include "cli/explain_batch.h"

#include <algorithm>
#include <charconv>
#include <string_view>

#include "advantaged/client/error.h"
#include "base/text.h"
#include "cli/explain.h"

namespace advantaged::cli {
namespace {

std::string LineOf(const Batch::Group& group) {
  return group.id ? Concat(Text(group.place), " (", *group.id, ")") : Text(group.place);
}

// "group 3" is how the service names a group within a text.
std::string NameLines(const std::string& description, const Batch& batch) {
  constexpr std::string_view kGroup = "group ";
  std::string text;
  std::string_view rest = description;
  while (!rest.empty()) {
    const std::size_t at = rest.find(kGroup);
    Append(text, rest.substr(0, at));
    if (at == std::string_view::npos) break;
    rest.remove_prefix(at);
    std::size_t index = 0;
    const char* end = rest.data() + rest.size();
    const auto [stop, error] = std::from_chars(rest.data() + kGroup.size(), end, index);
    if (error == std::errc() && index < batch.groups().size()) {
      Append(text, LineOf(batch.groups()[index]));
      rest = {stop, end};
    } else {
      Append(text, kGroup);
      rest.remove_prefix(kGroup.size());
    }
  }
  return text;
}

std::string OfResponse(const FieldPath& path, std::string_view description, const Batch& batch) {
  const Batch::Group& group = batch.GroupOf(*path.index);
  const std::size_t index = *path.index - group.offset;
  std::string text;
  if (group.rows.empty()) {
    text = Concat(LineOf(group), ": ", path.name, "[", index, "]");
  } else {  // a row has a "reward", a group has "rewards"
    text = Concat(Text(group.rows[index]->place), ": ", path.name.substr(0, path.name.size() - 1));
  }
  // Most descriptions begin with the value; where one does not, it is added.
  const std::string value = Concat(batch.reward(*path.index));
  if (path.name == "rewards" && !description.starts_with(value)) {
    Append(text, Concat(" (", value, ")"));
  }
  return Concat(text, ": ", description);
}

std::string OfGroup(const FieldPath& path, std::string_view description, const Batch& batch) {
  const std::string line = LineOf(batch.groups()[*path.index]);
  // "line 3: rewards: line 3 has 1 response" says it twice.
  if (description.starts_with(line)) description.remove_prefix(line.size() + 1);
  return Concat(line, ": rewards: ", description);
}

std::string ExplainOne(const client::Violation& violation, const Batch& batch) {
  constexpr std::string_view kPerResponse[] = {"rewards", "outcomes", "lengths"};
  const FieldPath path = ReadFieldPath(violation.field);
  const std::string description = NameLines(violation.description, batch);
  if (path.index && *path.index < batch.response_count() &&
      std::ranges::find(kPerResponse, path.name) != std::end(kPerResponse)) {
    return OfResponse(path, description, batch);
  }
  if (path.index && *path.index < batch.groups().size() && path.name == "group_sizes") {
    return OfGroup(path, description, batch);
  }
  return ExplainFlag({.field = violation.field, .description = description});
}

}  // namespace

std::string ExplainBatch(const absl::Status& status, const Batch& batch) {
  return Explain(status, [&](const auto& violation) { return ExplainOne(violation, batch); });
}

}  // namespace advantaged::cli
