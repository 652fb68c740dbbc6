#include "cli/explain.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>

#include "base/text.h"
#include "client/cpp/grpc_status.h"

namespace advantaged::cli {
namespace {

// "name[index]", or a name alone.
struct Path {
  std::string_view name;
  std::optional<std::size_t> index;
};

Path Parse(std::string_view field) {
  const std::size_t bracket = field.find('[');
  Path path{field.substr(0, bracket), std::nullopt};
  if (bracket == std::string_view::npos) return path;
  std::size_t index = 0;
  const char* begin = field.data() + bracket + 1;
  const auto [stop, error] = std::from_chars(begin, field.data() + field.size(), index);
  if (error == std::errc() && *stop == ']') path.index = index;
  return path;
}

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

// A field that stands for a flag, as one types it, or "".
std::string Flag(std::string_view field, const Path& path) {
  constexpr std::string_view kFlags[] = {"success_threshold",
                                         "small_group",
                                         "declared_small_group",
                                         "shape_rewards",
                                         "zero_unless_mixed",
                                         "constant_tolerance",
                                         "expected_group_size",
                                         "pass_at",
                                         "method",
                                         "n",
                                         "points",
                                         "rho"};
  constexpr std::string_view kMethod = "method.";
  if (field.starts_with(kMethod)) {
    const std::size_t dot = field.find('.', kMethod.size());
    if (dot == std::string_view::npos) return std::string(field.substr(kMethod.size()));
    return Concat("-p ", field.substr(dot + 1));
  }
  if (std::ranges::find(kFlags, path.name) == std::end(kFlags)) return "";
  std::string flag = Concat("--", path.name);
  std::ranges::replace(flag, '_', '-');
  if (path.name == "rho" && path.index) Append(flag, Concat("[", *path.index, "]"));
  return flag;
}

std::string OfResponse(const Path& path, std::string_view description, const Batch& batch) {
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

std::string OfGroup(const Path& path, std::string_view description, const Batch& batch) {
  const std::string line = LineOf(batch.groups()[*path.index]);
  // "line 3: rewards: line 3 has 1 response" says it twice.
  if (description.starts_with(line)) description.remove_prefix(line.size() + 1);
  return Concat(line, ": rewards: ", description);
}

std::string OfFlag(const std::string& field, const Path& path, const std::string& description) {
  std::string name = Flag(field, path);
  if (name.empty()) name = field;
  return name.empty() ? description : Concat(name, ": ", description);
}

std::string ExplainOne(const client::Violation& violation, const Batch& batch) {
  constexpr std::string_view kPerResponse[] = {"rewards", "outcomes", "lengths"};
  const Path path = Parse(violation.field);
  const std::string description = NameLines(violation.description, batch);
  if (path.index && *path.index < batch.response_count() &&
      std::ranges::find(kPerResponse, path.name) != std::end(kPerResponse)) {
    return OfResponse(path, description, batch);
  }
  if (path.index && *path.index < batch.groups().size() && path.name == "group_sizes") {
    return OfGroup(path, description, batch);
  }
  return OfFlag(violation.field, path, description);
}

// One line for each, or the message.
template <typename ExplainViolation>
std::string Lines(const absl::Status& status, const ExplainViolation& explain) {
  const std::vector<client::Violation> violations = client::Violations(status);
  if (violations.empty()) return client::Message(status);
  std::string text;
  for (const client::Violation& violation : violations) {
    Append(text, Concat(text.empty() ? "" : "\n", explain(violation)));
  }
  return text;
}

}  // namespace

std::string Explain(const absl::Status& status, const Batch& batch) {
  return Lines(status, [&](const auto& violation) { return ExplainOne(violation, batch); });
}

std::string Explain(const absl::Status& status) {
  return Lines(status, [](const client::Violation& violation) {
    return OfFlag(violation.field, Parse(violation.field), violation.description);
  });
}

}  // namespace advantaged::cli
