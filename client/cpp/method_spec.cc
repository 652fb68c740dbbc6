#include "advantaged/client/method_spec.h"

#include <absl/status/status.h>

#include <set>

#include "advantaged/v1/method.pb.h"
#include "base/names.h"
#include "base/text.h"
#include "client/cpp/parameter_value.h"

namespace advantaged::client {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::OneofDescriptor;

const OneofDescriptor& Methods() {
  return *v1::MethodSpec::descriptor()->FindOneofByName("method");
}

const FieldDescriptor* FindMethod(std::string_view name) {
  const FieldDescriptor* field = v1::MethodSpec::descriptor()->FindFieldByName(std::string(name));
  return field != nullptr && field->containing_oneof() == &Methods() ? field : nullptr;
}

std::vector<std::string> ParameterNames(const Descriptor& method) {
  std::vector<std::string> names;
  names.reserve(static_cast<std::size_t>(method.field_count()));
  for (int i = 0; i < method.field_count(); ++i) names.push_back(method.field(i)->name());
  return names;
}

// Applies one KEY=VALUE to the message of the method `name`.
absl::Status ApplySetting(std::string_view name, const std::string& setting,
                          std::set<std::string>& seen, Message& parameters) {
  const std::size_t equals = setting.find('=');
  if (equals == std::string::npos || equals == 0) {
    return absl::InvalidArgumentError(Concat("\"", setting, "\" is not KEY=VALUE"));
  }
  const std::string key = setting.substr(0, equals);
  const FieldDescriptor* field = parameters.GetDescriptor()->FindFieldByName(key);
  if (field == nullptr) {
    const std::vector<std::string> known = ParameterNames(*parameters.GetDescriptor());
    const std::string has = known.empty() ? "none" : JoinNames(known);
    return absl::InvalidArgumentError(
        Concat(name, " has no parameter \"", key, "\"; it has ", has, Suggestion(key, known)));
  }
  if (!seen.insert(key).second) {
    return absl::InvalidArgumentError(Concat("parameter ", key, " is given twice"));
  }
  return SetParameter(*field, setting.substr(equals + 1), parameters);
}

}  // namespace

std::vector<std::string> MethodNames() {
  std::vector<std::string> names;
  names.reserve(static_cast<std::size_t>(Methods().field_count()));
  for (int i = 0; i < Methods().field_count(); ++i) names.push_back(Methods().field(i)->name());
  return names;
}

absl::StatusOr<v1::MethodSpec> ParseMethodSpec(std::string_view name,
                                               std::span<const std::string> settings) {
  const FieldDescriptor* method = FindMethod(name);
  if (method == nullptr) {
    const std::vector<std::string> known = MethodNames();
    return absl::InvalidArgumentError(Concat(
        "unknown method \"", name, "\"", Suggestion(name, known), "; methods: ", JoinNames(known)));
  }
  v1::MethodSpec spec;
  Message& parameters = *spec.GetReflection()->MutableMessage(&spec, method);
  std::set<std::string> seen;
  for (const std::string& setting : settings) {
    absl::Status status = ApplySetting(name, setting, seen, parameters);
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
    if (HasParameter(field, parameters)) {
      Append(text, Concat(" ", field.name(), "=", FormatParameter(field, parameters)));
    }
  }
  return text;
}

}  // namespace advantaged::client
