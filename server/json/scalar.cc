#include "server/json/scalar.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "base/numbers.h"
#include "server/json/base64.h"
#include "server/json/mistakes.h"

namespace advantaged {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using Kind = JsonScalar::Kind;

constexpr std::uint32_t kLargest = std::numeric_limits<std::uint32_t>::max();

template <typename Real>
std::optional<Real> ToReal(const JsonScalar& value) {
  switch (value.kind) {
    case Kind::kUnsigned:
      return static_cast<Real>(value.whole);
    case Kind::kNegative:
      return value.negative == 0 ? Real{-0.0} : static_cast<Real>(value.negative);
    case Kind::kReal:
      return RoundedOnce<Real>(value.text);
    case Kind::kText:
      break;
    default:
      return std::nullopt;
  }
  if (value.text == "NaN") return std::numeric_limits<Real>::quiet_NaN();
  if (value.text == "Infinity") return std::numeric_limits<Real>::infinity();
  if (value.text == "-Infinity") return -std::numeric_limits<Real>::infinity();
  return IsJsonNumber(value.text) ? RoundedOnce<Real>(value.text) : std::nullopt;
}

std::optional<std::uint32_t> ToWhole(const JsonScalar& value) {
  if (value.kind == Kind::kUnsigned && value.whole <= kLargest) {
    return static_cast<std::uint32_t>(value.whole);
  }
  const std::optional<double> real = ToReal<double>(value);
  if (!real || !(*real >= 0 && *real <= kLargest) || *real != std::floor(*real)) {
    return std::nullopt;
  }
  return static_cast<std::uint32_t>(*real);
}

const google::protobuf::EnumValueDescriptor* FindChoice(const JsonScalar& value,
                                                        const FieldDescriptor& field) {
  return value.kind == Kind::kText ? field.enum_type()->FindValueByName(std::string(value.text))
                                   : nullptr;
}

// Numbers that the enum does not have are for whoever reads the field.
std::optional<int> ToChoice(const JsonScalar& value, const FieldDescriptor& field) {
  if (const auto* choice = FindChoice(value, field)) return choice->number();
  const bool fits = value.kind == Kind::kUnsigned &&
                    value.whole <= static_cast<std::uint64_t>(std::numeric_limits<int>::max());
  return fits ? std::optional(static_cast<int>(value.whole)) : std::nullopt;
}

}  // namespace

bool SetField(const JsonScalar& value, const FieldDescriptor& field, Message& message) {
  const Reflection& reflection = *message.GetReflection();
  const bool add = field.is_repeated();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_FLOAT:
      if (const auto number = ToReal<float>(value)) {
        add ? reflection.AddFloat(&message, &field, *number)
            : reflection.SetFloat(&message, &field, *number);
        return true;
      }
      break;
    case FieldDescriptor::CPPTYPE_DOUBLE:
      if (const auto number = ToReal<double>(value)) {
        add ? reflection.AddDouble(&message, &field, *number)
            : reflection.SetDouble(&message, &field, *number);
        return true;
      }
      break;
    case FieldDescriptor::CPPTYPE_UINT32:
      if (const auto number = ToWhole(value)) {
        add ? reflection.AddUInt32(&message, &field, *number)
            : reflection.SetUInt32(&message, &field, *number);
        return true;
      }
      break;
    case FieldDescriptor::CPPTYPE_BOOL:
      if (value.kind != Kind::kFlag) break;
      add ? reflection.AddBool(&message, &field, value.flag)
          : reflection.SetBool(&message, &field, value.flag);
      return true;
    case FieldDescriptor::CPPTYPE_ENUM:
      if (const auto number = ToChoice(value, field)) {
        add ? reflection.AddEnumValue(&message, &field, *number)
            : reflection.SetEnumValue(&message, &field, *number);
        return true;
      }
      break;
    case FieldDescriptor::CPPTYPE_STRING:
      if (value.kind == Kind::kText) {
        const bool bytes = field.type() == FieldDescriptor::TYPE_BYTES;
        auto text = bytes ? DecodeBase64(value.text) : std::string(value.text);
        if (!text) break;
        add ? reflection.AddString(&message, &field, std::move(*text))
            : reflection.SetString(&message, &field, std::move(*text));
        return true;
      }
      break;
    default:  // messages; the contract has no other types
      break;
  }
  return false;
}

}  // namespace advantaged
