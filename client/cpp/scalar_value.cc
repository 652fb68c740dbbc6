#include "client/cpp/scalar_value.h"

#include <string_view>
#include <vector>

#include "base/names.h"
#include "base/numbers.h"
#include "base/text.h"

namespace advantaged::client {
namespace {

using google::protobuf::EnumDescriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

std::string ChoiceName(const EnumValueDescriptor& value) {
  return advantaged::ChoiceName(value.name(), value.type()->FindValueByNumber(0)->name());
}

std::string SetChoice(const FieldDescriptor& field, const std::string& text, Message& message) {
  std::vector<std::string> names;
  const EnumDescriptor& choices = *field.enum_type();
  for (int i = 0; i < choices.value_count(); ++i) {
    if (choices.value(i)->number() == 0) continue;
    names.push_back(ChoiceName(*choices.value(i)));
    if (names.back() == text) {
      message.GetReflection()->SetEnum(&message, &field, choices.value(i));
      return "";
    }
  }
  return Concat("one of ", JoinNames(names), Suggestion(text, names));
}

}  // namespace

std::optional<std::uint32_t> ParseWhole(const std::string& text) {
  return ParseNumber<std::uint32_t>(text);
}

std::optional<double> ParseReal(const std::string& text) {
  // Neither inf nor nan.
  if (text.find_first_not_of("0123456789.eE+-") != std::string::npos) return std::nullopt;
  const bool plus = text.starts_with('+') && !text.starts_with("+-");
  return ParseNumber<double>(std::string_view(text).substr(plus ? 1 : 0));
}

std::string SetScalar(const FieldDescriptor& field, const std::string& text, Message& message) {
  const auto* reflection = message.GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_UINT32:
      if (const auto number = ParseWhole(text)) {
        reflection->SetUInt32(&message, &field, *number);
        return "";
      }
      return "a whole number from 0 to 4294967295";
    case FieldDescriptor::CPPTYPE_DOUBLE:
      if (const auto number = ParseReal(text)) {
        reflection->SetDouble(&message, &field, *number);
        return "";
      }
      return "a number";
    case FieldDescriptor::CPPTYPE_BOOL:
      if (text != "true" && text != "false") {
        constexpr std::string_view kBooleans[] = {"true", "false"};
        return Concat("true or false", Suggestion(text, kBooleans));
      }
      reflection->SetBool(&message, &field, text == "true");
      return "";
    case FieldDescriptor::CPPTYPE_ENUM:
      return SetChoice(field, text, message);
    default:
      reflection->SetString(&message, &field, text);
      return "";
  }
}

std::string FormatScalar(const FieldDescriptor& field, const Message& message) {
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

}  // namespace advantaged::client
