#include "advantaged/client/method_spec.h"

#include <absl/status/status.h>

#include "advantaged/v1/method.pb.h"
#include "base/fields.h"
#include "base/names.h"
#include "base/text.h"
#include "client/cpp/method_fields.h"
#include "client/cpp/setting_value.h"

namespace advantaged::client {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::OneofDescriptor;

const OneofDescriptor& Methods() {
  return *v1::MethodSpec::descriptor()->FindOneofByName("method");
}

// Applies one KEY=VALUE to the message of the method `name`.
absl::Status ApplySetting(std::string_view name, const std::string& setting,
                          std::set<std::string>& seen, Message& parameters) {
  const absl::StatusOr<Assignment> assignment = ParseAssignment(setting, seen);
  if (!assignment.ok()) return assignment.status();
  const auto& [key, value] = *assignment;
  const FieldDescriptor* field = parameters.GetDescriptor()->FindFieldByName(key);
  if (field != nullptr) return SetValue(*field, value, parameters);
  const std::vector<std::string> known = FieldNames(*parameters.GetDescriptor());
  return absl::InvalidArgumentError(Concat(name, " has no parameter \"", key, "\"; it has ",
                                           known.empty() ? "none" : JoinNames(known),
                                           Suggestion(key, known)));
}

// As one word of a line of settings: in quotes if it needs them.
std::string Quoted(const std::string& value) {
  if (value.find_first_of(" \t\n\r\v\f'\"") == std::string::npos) return value;
  std::string text;
  for (std::size_t begin = 0; begin < value.size();) {
    const bool single = value[begin] == '\'';
    const std::size_t end = std::min(
        single ? value.find_first_not_of('\'', begin) : value.find('\'', begin), value.size());
    const std::string_view quote = single ? "\"" : "'";
    Append(text, Concat(quote, value.substr(begin, end - begin), quote));
    begin = end;
  }
  return text;
}

}  // namespace

absl::StatusOr<Message*> SetMethod(std::string_view name, v1::MethodSpec& spec) {
  const FieldDescriptor* field = v1::MethodSpec::descriptor()->FindFieldByName(std::string(name));
  if (field != nullptr && field->containing_oneof() == &Methods()) {
    return spec.GetReflection()->MutableMessage(&spec, field);
  }
  const std::vector<std::string> known = MethodNames();
  return absl::InvalidArgumentError(Concat("unknown method \"", name, "\"", Suggestion(name, known),
                                           "; methods: ", JoinNames(known)));
}

absl::StatusOr<Assignment> ParseAssignment(const std::string& text, std::set<std::string>& seen) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0) {
    return absl::InvalidArgumentError(Concat("\"", text, "\" is not KEY=VALUE"));
  }
  Assignment assignment{text.substr(0, equals), text.substr(equals + 1)};
  if (!seen.insert(assignment.name).second) {
    return absl::InvalidArgumentError(Concat(assignment.name, " is given twice"));
  }
  return assignment;
}

std::vector<std::string> MethodNames() {
  std::vector<std::string> names;
  names.reserve(static_cast<std::size_t>(Methods().field_count()));
  for (int i = 0; i < Methods().field_count(); ++i) names.push_back(Methods().field(i)->name());
  return names;
}

absl::StatusOr<v1::MethodSpec> ParseMethodSpec(std::string_view name,
                                               std::span<const std::string> settings) {
  v1::MethodSpec spec;
  const absl::StatusOr<Message*> parameters = SetMethod(name, spec);
  if (!parameters.ok()) return parameters.status();
  std::set<std::string> seen;
  for (const std::string& setting : settings) {
    absl::Status status = ApplySetting(name, setting, seen, **parameters);
    if (!status.ok()) return status;
  }
  return spec;
}

std::string FormatMethodSpec(const v1::MethodSpec& spec) {
  const FieldDescriptor* method = spec.GetReflection()->GetOneofFieldDescriptor(spec, &Methods());
  if (method == nullptr) return "";
  const Message& parameters = spec.GetReflection()->GetMessage(spec, method);
  std::string text = method->name();
  for (int i = 0; i < parameters.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor& field = *parameters.GetDescriptor()->field(i);
    if (HasValue(field, parameters)) {
      Append(text, Concat(" ", field.name(), "=", Quoted(FormatValue(field, parameters))));
    }
  }
  return text;
}

}  // namespace advantaged::client
