#include "client/cpp/parameter_value.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/names.h"
#include "base/text.h"

namespace advantaged::client {
namespace {

using google::protobuf::EnumDescriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

absl::Status Malformed(const FieldDescriptor& field, const std::string& text,
                       const std::string& wanted) {
  return absl::InvalidArgumentError(
      Concat("parameter ", field.name(), ": \"", text, "\" is not ", wanted));
}

// The number that `text` is from its first to its last character.
template <typename Number>
std::optional<Number> ParseNumber(const std::string& text) {
  Number number{};
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end || text.empty()) return std::nullopt;
  return number;
}

// MAX_AT_K_VARIANT_PLAIN of the enum MaxAtKVariant, and VARIANT_PLAIN of Variant, are "plain". The
// prefix is what all values share with the one of number 0, which ends in UNSPECIFIED.
std::string ChoiceName(const EnumValueDescriptor& value) {
  constexpr std::size_t kUnspecified = 11;
  const std::size_t prefix = value.type()->FindValueByNumber(0)->name().size() - kUnspecified;
  std::string name = value.name().substr(prefix);
  for (char& letter : name) {
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  }
  return name;
}

absl::Status SetChoice(const FieldDescriptor& field, const std::string& text, Message& parameters) {
  std::vector<std::string> names;
  const EnumDescriptor& choices = *field.enum_type();
  for (int i = 0; i < choices.value_count(); ++i) {
    if (choices.value(i)->number() == 0) continue;
    names.push_back(ChoiceName(*choices.value(i)));
    if (names.back() == text) {
      parameters.GetReflection()->SetEnum(&parameters, &field, choices.value(i));
      return {};
    }
  }
  return Malformed(field, text, Concat("one of ", JoinNames(names), Suggestion(text, names)));
}

// Messages as JSON, or as the name of a file with JSON.
absl::Status SetMessages(const FieldDescriptor& field, const std::string& text,
                         Message& parameters) {
  std::string json = text;
  if (text.starts_with('@')) {
    std::ifstream file(text.substr(1), std::ios::binary);
    if (!file) {
      return absl::InvalidArgumentError(
          Concat("parameter ", field.name(), ": cannot read ", text.substr(1)));
    }
    json.assign(std::istreambuf_iterator<char>(file), {});
  }
  const std::unique_ptr<Message> parsed(parameters.New());
  const auto status = google::protobuf::util::JsonStringToMessage(
      Concat("{\"", field.name(), "\":", json, "}"), parsed.get());
  if (!status.ok()) {
    return absl::InvalidArgumentError(
        Concat("parameter ", field.name(), ": not JSON of this parameter: ", status.ToString()));
  }
  parameters.MergeFrom(*parsed);
  return {};
}

// NAME=NUMBER,NAME=NUMBER… into a map.
absl::Status SetMap(const FieldDescriptor& field, const std::string& text, Message& parameters) {
  std::set<std::string> seen;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    const std::string entry = text.substr(begin, end - begin);
    begin = end + 1;
    const std::size_t equals = std::min(entry.find('='), entry.size());
    const std::string name = entry.substr(0, equals);
    const auto number = ParseNumber<double>(entry.substr(std::min(equals + 1, entry.size())));
    if (name.empty() || !number) return Malformed(field, entry, "NAME=NUMBER");
    if (!seen.insert(name).second) {
      return absl::InvalidArgumentError(
          Concat("parameter ", field.name(), ": ", name, " is given twice"));
    }
    Message& pair = *parameters.GetReflection()->AddMessage(&parameters, &field);
    pair.GetReflection()->SetString(&pair, field.message_type()->map_key(), name);
    pair.GetReflection()->SetDouble(&pair, field.message_type()->map_value(), *number);
  }
  return {};
}

std::string FormatMap(const FieldDescriptor& field, const Message& parameters) {
  const auto* reflection = parameters.GetReflection();
  std::map<std::string, double> sorted;
  for (int i = 0; i < reflection->FieldSize(parameters, &field); ++i) {
    const Message& pair = reflection->GetRepeatedMessage(parameters, &field, i);
    sorted.emplace(pair.GetReflection()->GetString(pair, field.message_type()->map_key()),
                   pair.GetReflection()->GetDouble(pair, field.message_type()->map_value()));
  }
  std::string text;
  for (const auto& [name, value] : sorted) {
    Append(text, Concat(text.empty() ? "" : ",", name, "=", value));
  }
  return text;
}

}  // namespace

absl::Status SetParameter(const FieldDescriptor& field, const std::string& text,
                          Message& parameters) {
  const auto* reflection = parameters.GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_UINT32:
      if (const auto number = ParseNumber<std::uint32_t>(text)) {
        reflection->SetUInt32(&parameters, &field, *number);
        return {};
      }
      return Malformed(field, text, "a whole number from 0 to 4294967295");
    case FieldDescriptor::CPPTYPE_DOUBLE:
      if (const auto number = ParseNumber<double>(text)) {
        reflection->SetDouble(&parameters, &field, *number);
        return {};
      }
      return Malformed(field, text, "a number");
    case FieldDescriptor::CPPTYPE_BOOL:
      if (text != "true" && text != "false") return Malformed(field, text, "true or false");
      reflection->SetBool(&parameters, &field, text == "true");
      return {};
    case FieldDescriptor::CPPTYPE_ENUM:
      return SetChoice(field, text, parameters);
    case FieldDescriptor::CPPTYPE_STRING:
      reflection->SetString(&parameters, &field, text);
      return {};
    default:
      if (field.is_map()) return SetMap(field, text, parameters);
      return SetMessages(field, text, parameters);
  }
}

bool HasParameter(const FieldDescriptor& field, const Message& parameters) {
  return field.is_repeated() ? parameters.GetReflection()->FieldSize(parameters, &field) > 0
                             : parameters.GetReflection()->HasField(parameters, &field);
}

std::string FormatParameter(const FieldDescriptor& field, const Message& parameters) {
  const auto* reflection = parameters.GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_UINT32:
      return Concat(reflection->GetUInt32(parameters, &field));
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return Concat(reflection->GetDouble(parameters, &field));
    case FieldDescriptor::CPPTYPE_BOOL:
      return reflection->GetBool(parameters, &field) ? "true" : "false";
    case FieldDescriptor::CPPTYPE_ENUM:
      return ChoiceName(*reflection->GetEnum(parameters, &field));
    case FieldDescriptor::CPPTYPE_STRING:
      return reflection->GetString(parameters, &field);
    default:
      if (field.is_map()) return FormatMap(field, parameters);
      return Concat("(", reflection->FieldSize(parameters, &field), ")");
  }
}

}  // namespace advantaged::client
