#include "server/json/value_error.h"

#include <google/protobuf/descriptor.h>

#include <cstdint>
#include <limits>
#include <vector>

#include "base/names.h"
#include "base/printable.h"
#include "base/text.h"
#include "server/json/mistakes.h"

namespace advantaged {
namespace {

using google::protobuf::FieldDescriptor;
using Kind = JsonScalar::Kind;

std::string SmallLetters(std::string_view text) { return LowerCase(Printable(text)); }

// As JSON has it, of NaN or an infinity that is written another way; else "".
std::string_view Spelling(std::string_view text) {
  std::string name = SmallLetters(text);
  const bool negative = name.starts_with('-');
  if (negative || name.starts_with('+')) name.erase(0, 1);
  if (name == "nan") return "NaN";
  if (name != "inf" && name != "infinity") return "";
  return negative ? "-Infinity" : "Infinity";
}

std::vector<std::string_view> Choices(const FieldDescriptor& field) {
  std::vector<std::string_view> names;
  for (int i = 0; i < field.enum_type()->value_count(); ++i) {
    if (field.enum_type()->value(i)->number() != 0) {
      names.push_back(field.enum_type()->value(i)->name());
    }
  }
  return names;
}

// "CLAMP_K" and "clamp_k" are meant for SMALL_GROUP_POLICY_CLAMP_K.
std::string ChoiceSuggestion(std::string_view typed, const FieldDescriptor& field) {
  const std::vector<std::string_view> names = Choices(field);
  const std::string end = Concat("_", SmallLetters(typed));
  for (const std::string_view name : names) {
    if (SmallLetters(name).ends_with(end)) return Concat("; did you mean \"", name, "\"?");
  }
  return Suggestion(Printable(typed), names);
}

std::string WantedEntry(const FieldDescriptor& field) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_FLOAT:
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return "a number";
    case FieldDescriptor::CPPTYPE_BOOL:
      return "true or false";
    case FieldDescriptor::CPPTYPE_ENUM: {
      std::string text = "one of";
      for (const std::string_view name : Choices(field)) Append(text, Concat(" \"", name, "\""));
      return text;
    }
    case FieldDescriptor::CPPTYPE_STRING:
      if (field.type() != FieldDescriptor::TYPE_BYTES) return "text in quotes";
      return field.name().ends_with("_le")
                 ? "bytes, as base64 text in quotes"
                 : R"(a bitmap, as base64 text in quotes, e.g. "CQ==" for 1, 0, 0, 1)";
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return "an object, in braces";
    default:
      return Concat("a whole number from 0 to ", std::numeric_limits<std::uint32_t>::max());
  }
}

bool IsNumber(const JsonScalar& value) {
  switch (value.kind) {
    case Kind::kUnsigned:
    case Kind::kNegative:
    case Kind::kReal:
      return true;
    case Kind::kText:
    case Kind::kWord:
      return IsJsonNumber(value.text);
    default:
      return false;
  }
}

template <typename Real>
std::string RealHint(const JsonScalar& value, const FieldDescriptor& field) {
  if (IsNumber(value)) {
    return Concat(", at most ", std::numeric_limits<Real>::max(), " in magnitude");
  }
  const std::string_view spelling = Spelling(value.text);
  if (!spelling.empty()) return Concat("; write \"", spelling, "\", in quotes");
  if (value.kind == Kind::kFlag) return value.flag ? "; write 1" : "; write 0";
  if (value.kind == Kind::kNull && field.name() == "rewards") {
    return "; a response without a reward may have any, e.g. \"NaN\", if valid masks it out";
  }
  return "";
}

std::string Hint(const JsonScalar& value, const FieldDescriptor& field) {
  const std::string small = SmallLetters(value.text);
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_FLOAT:
      return RealHint<float>(value, field);
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return RealHint<double>(value, field);
    case FieldDescriptor::CPPTYPE_BOOL:
      return small == "true" || small == "false" ? Concat("; write ", small, ", without quotes")
                                                 : "";
    case FieldDescriptor::CPPTYPE_ENUM:
      return value.text.empty() ? "" : ChoiceSuggestion(value.text, field);
    default:
      return "";
  }
}

}  // namespace

std::string Show(const JsonScalar& value) {
  switch (value.kind) {
    case Kind::kNull:
      return "null";
    case Kind::kFlag:
      return value.flag ? "true" : "false";
    case Kind::kUnsigned:
      return Concat(value.whole);
    case Kind::kNegative:
      return Concat(value.negative);
    case Kind::kText:
      return Concat("\"", Printable(value.text), "\"");
    case Kind::kReal:
    case Kind::kWord:
      break;
  }
  return Printable(value.text);
}

std::string TypeError(std::string_view given, const FieldDescriptor& field, bool entry) {
  const bool list = field.is_repeated() && !field.is_map() && !entry;
  return Concat(given, "; must be ", list ? "a list, each entry " : "", WantedEntry(field));
}

std::string ValueError(const JsonScalar& value, const FieldDescriptor& field) {
  return TypeError(Show(value), field, true).append(Hint(value, field));
}

}  // namespace advantaged
