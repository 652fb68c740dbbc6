#include "cli/compute/explain_batch.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "advantaged/client/error.h"
#include "base/text.h"
#include "cli/flags/explain.h"

namespace advantaged::cli {
namespace {

std::string LineOf(const Batch::Group& group) {
  return group.id ? Concat(Text(group.place), " (", *group.id, ")") : Text(group.place);
}

bool Names(const client::Mention& mention, client::Mention::Kind kind, std::size_t count) {
  return mention.kind == kind && mention.number < static_cast<double>(count);
}

// The line of what is mentioned; absent where a line does not say more than the description.
std::optional<std::string> LineOf(const client::Mention& mention, const Batch& batch) {
  if (Names(mention, client::Mention::Kind::kGroup, batch.groups().size())) {
    return LineOf(batch.groups()[static_cast<std::size_t>(mention.number)]);
  }
  if (Names(mention, client::Mention::Kind::kRow, batch.response_count())) {
    const auto row = static_cast<std::size_t>(mention.number);
    const Batch::Group& group = batch.GroupOf(row);
    if (!group.rows.empty()) return Text(group.rows[row - group.offset]->place);
  }
  return std::nullopt;
}

// The description with lines in place of groups and rows.
std::string NameLines(const client::Violation& violation, const Batch& batch) {
  std::string text;
  std::size_t done = 0;
  for (const client::Mention& mention : violation.mentions) {
    const std::optional<std::string> line = LineOf(mention, batch);
    if (!line || mention.begin < done || mention.begin == mention.end) continue;
    Append(text, violation.description.substr(done, mention.begin - done));
    Append(text, *line);
    done = mention.end;
  }
  return text + violation.description.substr(done);
}

bool HasValue(const client::Violation& violation) {
  return std::ranges::any_of(violation.mentions, [](const client::Mention& mention) {
    return mention.kind == client::Mention::Kind::kValue && mention.begin < mention.end;
  });
}

std::string OfResponse(const FieldPath& path, const client::Violation& violation,
                       const Batch& batch) {
  const Batch::Group& group = batch.GroupOf(*path.index);
  const std::size_t index = *path.index - group.offset;
  std::string text;
  if (group.rows.empty()) {
    text = Concat(LineOf(group), ": ", path.name, "[", index, "]");
  } else {  // a row has a "reward", a group has "rewards"
    text = Concat(Text(group.rows[index]->place), ": ", path.name.substr(0, path.name.size() - 1));
  }
  // Older servers mention nothing, and most of their descriptions begin with the value.
  const std::string value = Concat(batch.reward(*path.index));
  if (path.name == "rewards" && !HasValue(violation) && !violation.description.starts_with(value)) {
    Append(text, Concat(" (", value, ")"));
  }
  return Concat(text, ": ", NameLines(violation, batch));
}

std::string OfGroup(const FieldPath& path, client::Violation violation, const Batch& batch) {
  const std::string line = LineOf(batch.groups()[*path.index]);
  // "line 3: rewards: line 3 has 1 response" says it twice.
  std::vector<client::Mention>& mentions = violation.mentions;
  if (!mentions.empty() && mentions[0].kind == client::Mention::Kind::kGroup &&
      mentions[0].number == static_cast<double>(*path.index) && mentions[0].begin == 0) {
    const std::size_t length = violation.description.find_first_not_of(' ', mentions[0].end);
    violation.description.erase(0, length);
    mentions.erase(mentions.begin());
    for (client::Mention& mention : mentions) {
      mention.begin -= static_cast<std::uint32_t>(length);
      mention.end -= static_cast<std::uint32_t>(length);
    }
  }
  return Concat(line, ": rewards: ", NameLines(violation, batch));
}

std::string ExplainOne(const client::Violation& violation, const Batch& batch) {
  constexpr std::string_view kPerResponse[] = {"rewards", "outcomes", "lengths"};
  const FieldPath path = ReadFieldPath(violation.field);
  if (path.index && *path.index < batch.response_count() &&
      std::ranges::find(kPerResponse, path.name) != std::end(kPerResponse)) {
    return OfResponse(path, violation, batch);
  }
  if (path.index && *path.index < batch.groups().size() && path.name == "group_sizes") {
    return OfGroup(path, violation, batch);
  }
  return ExplainFlag({.field = violation.field, .description = NameLines(violation, batch)});
}

}  // namespace

std::string ExplainBatch(const absl::Status& status, const Batch& batch) {
  return Explain(status, [&](const auto& violation) { return ExplainOne(violation, batch); });
}

}  // namespace advantaged::cli
