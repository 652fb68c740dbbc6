#include "server/codec_query.h"

#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "base/names.h"
#include "base/numbers.h"
#include "base/text.h"
#include "server/codec_method.h"
#include "server/printable.h"

namespace advantaged {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr char kMethod[] = "method";

std::string Quoted(std::string_view text) { return Concat("\"", Printable(text), "\""); }

// Of a client's text, however long: distances take time.
std::string SuggestionFor(std::string_view typed, std::span<const std::string_view> known) {
  return Suggestion(Printable(typed), known);
}

std::vector<std::string_view> FieldNames(const Descriptor& type) {
  std::vector<std::string_view> names;
  for (int i = 0; i < type.field_count(); ++i) names.push_back(type.field(i)->name());
  return names;
}

// These return what is wrong with `text`, or "".

std::string SetWhole(const std::string& text, const FieldDescriptor& field, Message& message) {
  const auto number = ParseNumber<std::uint32_t>(text);
  if (!number) return Quoted(text) + "; must be a whole number from 0 to 4294967295";
  message.GetReflection()->SetUInt32(&message, &field, *number);
  return "";
}

std::string SetChoice(const std::string& text, const FieldDescriptor& field, Message& message) {
  std::vector<std::string> names;
  for (int i = 0; i < field.enum_type()->value_count(); ++i) {
    const EnumValueDescriptor* value = field.enum_type()->value(i);
    if (value->number() == 0) continue;
    names.push_back(ChoiceName(*value));
    if (names.back() != text) continue;
    message.GetReflection()->SetEnum(&message, &field, value);
    return "";
  }
  const std::vector<std::string_view> known(names.begin(), names.end());
  return Concat(Quoted(text), " is not one of ", JoinNames(known), SuggestionFor(text, known));
}

// Calls `take` with each of the parts of `text` between commas, until it returns an error.
template <typename Take>
std::string ForEachPart(std::string_view text, const Take& take) {
  for (;;) {
    const std::size_t end = text.find(',');
    std::string error = take(text.substr(0, end));
    if (!error.empty() || end == std::string_view::npos) return error;
    text.remove_prefix(end + 1);
  }
}

void SetRho(std::string_view text, v1::DescribeMethodRequest& message, Violations& violations) {
  ForEachPart(text, [&](std::string_view part) -> std::string {
    const auto number = ParseNumber<double>(part);
    if (!number) {
      violations.Add(Concat("rho[", message.rho_size(), "]"), Quoted(part) + "; must be a number");
    }
    message.add_rho(number.value_or(0));
    return "";
  });
}

// NAME=NUMBER,NAME=NUMBER…
std::string SetConstants(std::string_view text, const FieldDescriptor& field, Message& message) {
  std::set<std::string_view> seen;
  return ForEachPart(text, [&](std::string_view part) -> std::string {
    const std::size_t equals = part.find('=');
    const std::string_view name = part.substr(0, equals);
    const auto number = equals == std::string_view::npos
                            ? std::nullopt
                            : ParseNumber<double>(part.substr(equals + 1));
    if (name.empty() || !number) return Quoted(part) + " is not NAME=NUMBER";
    if (!seen.insert(name).second) return Quoted(name) + " is given twice";
    Message& pair = *message.GetReflection()->AddMessage(&message, &field);
    pair.GetReflection()->SetString(&pair, field.message_type()->map_key(), std::string(name));
    pair.GetReflection()->SetDouble(&pair, field.message_type()->map_value(), *number);
    return "";
  });
}

std::string SetParameter(const std::string& text, const FieldDescriptor& field, Message& message) {
  const auto& reflection = *message.GetReflection();
  const bool single = !field.is_repeated();
  if (single && field.cpp_type() == FieldDescriptor::CPPTYPE_UINT32) {
    return SetWhole(text, field, message);
  }
  if (single && field.cpp_type() == FieldDescriptor::CPPTYPE_DOUBLE) {
    const auto number = ParseNumber<double>(text);
    if (!number) return Quoted(text) + "; must be a number";
    reflection.SetDouble(&message, &field, *number);
    return "";
  }
  if (single && field.cpp_type() == FieldDescriptor::CPPTYPE_BOOL) {
    if (text != "true" && text != "false") return Quoted(text) + "; must be true or false";
    reflection.SetBool(&message, &field, text == "true");
    return "";
  }
  if (single && field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
    return SetChoice(text, field, message);
  }
  if (single && field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
    reflection.SetString(&message, &field, text);
    return "";
  }
  if (field.is_map()) return SetConstants(text, field, message);
  return "cannot be given in a query: POST the request as JSON";
}

// The message of the method `name` in `spec`, or null with what is wrong.
Message* MutableMethod(const std::string& name, v1::MethodSpec& spec, std::string& error) {
  const FieldDescriptor* field = spec.GetDescriptor()->FindFieldByName(name);
  if (field != nullptr) return spec.GetReflection()->MutableMessage(&spec, field);
  const std::vector<std::string_view> known = FieldNames(*spec.GetDescriptor());
  error = Concat("unknown method ", Quoted(name), SuggestionFor(name, known),
                 "; methods: ", JoinNames(known));
  return nullptr;
}

void DecodeParameter(const std::string& name, const std::string& text, Message& parameters,
                     const std::string& method, Violations& violations) {
  const Descriptor& type = *parameters.GetDescriptor();
  if (const FieldDescriptor* field = type.FindFieldByName(name)) {
    std::string error = SetParameter(text, *field, parameters);
    // The path that the parameter has in a message.
    if (!error.empty()) violations.Add(Concat("method.", method, ".", name), std::move(error));
    return;
  }
  std::vector<std::string_view> known = FieldNames(type);
  known.insert(known.end(), {"n", "points", "rho"});
  violations.Add(Printable(name), Concat("is neither a parameter of ", method,
                                         " nor one of n, points, rho", SuggestionFor(name, known)));
}

}  // namespace

void DecodeQuery(std::span<const std::pair<std::string, std::string>> query,
                 v1::DescribeMethodRequest& message, Violations& violations) {
  std::set<std::string_view> seen;
  std::string method;
  for (const auto& [name, value] : query) {
    if (!seen.insert(name).second) violations.Add(Printable(name), "is given twice");
    if (name == kMethod) method = value;
  }
  if (!violations.empty()) return;
  std::string error;
  // Without a method the request is refused as it is over every other transport.
  Message* parameters = nullptr;
  if (seen.contains(kMethod)) {
    parameters = MutableMethod(method, *message.mutable_method(), error);
    if (parameters == nullptr) return violations.Add(kMethod, error);
  }
  for (const auto& [name, value] : query) {
    if (name == kMethod) continue;
    if (name == "rho") {
      SetRho(value, message, violations);
    } else if (name == "n" || name == "points") {
      error = SetWhole(value, *message.GetDescriptor()->FindFieldByName(name), message);
      if (!error.empty()) violations.Add(name, error);
    } else if (parameters != nullptr) {
      DecodeParameter(name, value, *parameters, method, violations);
    }
  }
}

}  // namespace advantaged
