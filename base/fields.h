// Fields of the contract and their text: what the server's queries and the clients' settings share.
#ifndef ADVANTAGED_BASE_FIELDS_H_
#define ADVANTAGED_BASE_FIELDS_H_

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/names.h"
#include "base/numbers.h"
#include "base/text.h"

namespace advantaged {

inline std::vector<std::string> FieldNames(const google::protobuf::Descriptor& message) {
  std::vector<std::string> names;
  for (int i = 0; i < message.field_count(); ++i) names.push_back(message.field(i)->name());
  return names;
}

// "dr_grpo" of BASE_METHOD_DR_GRPO.
inline std::string ChoiceName(const google::protobuf::EnumValueDescriptor& value) {
  return ChoiceName(value.name(), value.type()->FindValueByNumber(0)->name());
}

// All but UNSPECIFIED.
inline std::vector<std::string> ChoiceNames(const google::protobuf::EnumDescriptor& choices) {
  std::vector<std::string> names;
  for (int i = 0; i < choices.value_count(); ++i) {
    if (choices.value(i)->number() != 0) names.push_back(ChoiceName(*choices.value(i)));
  }
  return names;
}

// The value of that name, or null.
inline const google::protobuf::EnumValueDescriptor* FindChoice(
    const google::protobuf::EnumDescriptor& choices, std::string_view name) {
  for (int i = 0; i < choices.value_count(); ++i) {
    const auto* value = choices.value(i);
    if (value->number() != 0 && ChoiceName(*value) == name) return value;
  }
  return nullptr;
}

inline std::optional<std::uint32_t> ParseWhole(std::string_view text) {
  return ParseNumber<std::uint32_t>(text);
}

// Finite: 4, -5, .5, 2., +1e-8.
inline std::optional<double> ParseReal(std::string_view text) {
  // Neither inf nor nan.
  if (text.find_first_not_of("0123456789.eE+-") != std::string_view::npos) return std::nullopt;
  const bool plus = text.starts_with('+') && !text.starts_with("+-");
  return ParseNumber<double>(text.substr(plus ? 1 : 0));
}

// Sets `field`, which is neither repeated nor a message, from its text. Returns what the text must
// be, "one of zero, error, …; did you mean …", or "" if it was that.
inline std::string SetScalar(const google::protobuf::FieldDescriptor& field,
                             const std::string& text, google::protobuf::Message& message) {
  using google::protobuf::FieldDescriptor;
  // However long the text is, for distances take time.
  const std::string_view begin = std::string_view(text).substr(0, 64);
  const auto* reflection = message.GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_UINT32: {
      const auto number = ParseWhole(text);
      if (!number) return "a whole number from 0 to 4294967295";
      reflection->SetUInt32(&message, &field, *number);
      return "";
    }
    case FieldDescriptor::CPPTYPE_DOUBLE: {
      const auto number = ParseReal(text);
      if (!number) return "a number";
      reflection->SetDouble(&message, &field, *number);
      return "";
    }
    case FieldDescriptor::CPPTYPE_BOOL: {
      constexpr std::string_view kBooleans[] = {"true", "false"};
      if (text != kBooleans[0] && text != kBooleans[1]) {
        return Concat("true or false", Suggestion(begin, kBooleans));
      }
      reflection->SetBool(&message, &field, text == kBooleans[0]);
      return "";
    }
    case FieldDescriptor::CPPTYPE_ENUM: {
      const auto* value = FindChoice(*field.enum_type(), text);
      if (value == nullptr) {
        const std::vector<std::string> names = ChoiceNames(*field.enum_type());
        return Concat("one of ", JoinNames(names), Suggestion(begin, names));
      }
      reflection->SetEnum(&message, &field, value);
      return "";
    }
    default:
      reflection->SetString(&message, &field, text);
      return "";
  }
}

// The reverse.
inline std::string FormatScalar(const google::protobuf::FieldDescriptor& field,
                                const google::protobuf::Message& message) {
  using google::protobuf::FieldDescriptor;
  const auto* reflection = message.GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_UINT32:
      return Concat(reflection->GetUInt32(message, &field));
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return Concat(reflection->GetDouble(message, &field));
    case FieldDescriptor::CPPTYPE_BOOL:
      return reflection->GetBool(message, &field) ? "true" : "false";
    case FieldDescriptor::CPPTYPE_ENUM:
      return ChoiceName(*reflection->GetEnum(message, &field));
    default:
      return reflection->GetString(message, &field);
  }
}

// Adds a named number to `field`, a map of them.
inline void AddPair(const google::protobuf::FieldDescriptor& field, std::string_view name,
                    double number, google::protobuf::Message& message) {
  google::protobuf::Message& pair = *message.GetReflection()->AddMessage(&message, &field);
  const auto* reflection = pair.GetReflection();
  reflection->SetString(&pair, field.message_type()->map_key(), std::string(name));
  reflection->SetDouble(&pair, field.message_type()->map_value(), number);
}

}  // namespace advantaged

#endif  // ADVANTAGED_BASE_FIELDS_H_
