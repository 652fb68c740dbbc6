#include "advantaged/client/settings_line.h"

#include <absl/status/status.h>

#include <algorithm>
#include <iterator>
#include <set>

#include "base/fields.h"
#include "base/names.h"
#include "base/text.h"
#include "client/cpp/computation.h"
#include "client/cpp/method_fields.h"
#include "client/cpp/setting_value.h"

namespace advantaged::client {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Settings of Python's arrays and calls, which stand in a line, too.
constexpr std::string_view kOfPython[] = {"empty_responses", "missing", "out_dtype", "deadline"};
// As Python calls the contract's group_statistics.
constexpr std::string_view kStatistics = "statistics";

const FieldDescriptor* FindSetting(const std::string& name) {
  if (name == kStatistics) return FindSetting("group_statistics");
  const FieldDescriptor* field = Settings::descriptor()->FindFieldByName(name);
  return field == nullptr || name == "method" || IsOfBatch(name) ? nullptr : field;
}

absl::Status Unknown(const std::string& method, const Descriptor& parameters,
                     const std::string& name) {
  if (std::ranges::find(kOfPython, name) != std::end(kOfPython)) {
    return absl::InvalidArgumentError(Concat(name, " is a setting of Python alone"));
  }
  const std::vector<std::string> own = FieldNames(parameters);
  std::vector<std::string> known = own;
  for (const std::string& field : FieldNames(*Settings::descriptor())) {
    if (FindSetting(field) != nullptr) known.push_back(field);
  }
  return absl::InvalidArgumentError(
      Concat("\"", name, "\" is no setting and no parameter of ", method, "; it has ",
             own.empty() ? "none" : JoinNames(own), Suggestion(name, known)));
}

absl::Status Apply(const std::string& method, const std::string& word, std::set<std::string>& seen,
                   Message& parameters, Settings& settings) {
  const absl::StatusOr<Assignment> assignment = ParseAssignment(word, seen);
  if (!assignment.ok()) return assignment.status();
  const auto& [name, value] = *assignment;
  if (const auto* field = parameters.GetDescriptor()->FindFieldByName(name)) {
    return SetValue(*field, value, parameters);
  }
  if (const auto* field = FindSetting(name)) return SetValue(*field, value, settings);
  return Unknown(method, *parameters.GetDescriptor(), name);
}

}  // namespace

absl::StatusOr<std::vector<std::string>> SplitSettings(std::string_view line) {
  constexpr std::string_view kBlanks = " \t\n\r\v\f";
  std::vector<std::string> words;
  bool within = false;  // a word, that is
  while (!line.empty()) {
    const char first = line.front();
    if (kBlanks.find(first) != std::string_view::npos) {
      within = false;
      line.remove_prefix(1);
      continue;
    }
    if (!within) words.emplace_back();
    within = true;
    std::size_t size = std::min(line.find_first_of(" \t\n\r\v\f'\""), line.size());
    if (first == '\'' || first == '"') {
      line.remove_prefix(1);
      size = line.find(first);
      if (size == std::string_view::npos) {
        return absl::InvalidArgumentError(
            Concat("a quote ", std::string_view(&first, 1), " without its partner"));
      }
    }
    words.back() += line.substr(0, size);
    const bool quoted = first == '\'' || first == '"';
    line.remove_prefix(size + (quoted ? 1 : 0));
  }
  if (words.empty() || words[0].find('=') != std::string::npos) {
    return absl::InvalidArgumentError(
        Concat("the first word must be the method, as in 'pass_at_k_grpo k=4'",
               words.empty() ? "" : Concat("; it is \"", words[0], "\"")));
  }
  return words;
}

absl::StatusOr<Settings> ParseSettings(std::string_view line, std::span<const std::string> more) {
  absl::StatusOr<std::vector<std::string>> words = SplitSettings(line);
  if (!words.ok()) return words.status();
  Settings settings;
  const std::string method = words->front();
  const absl::StatusOr<Message*> parameters = SetMethod(method, *settings.mutable_method());
  if (!parameters.ok()) return parameters.status();
  words->erase(words->begin());
  words->insert(words->end(), more.begin(), more.end());
  std::set<std::string> seen = {"method"};
  for (const std::string& word : *words) {
    absl::Status status = Apply(method, word, seen, **parameters, settings);
    if (!status.ok()) return status;
  }
  return settings;
}

}  // namespace advantaged::client
