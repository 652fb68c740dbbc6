#include "server/json/lists.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <google/protobuf/reflection.h>

#include <cmath>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>

#include "base/text.h"

namespace advantaged {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

template <typename Number>
void AppendEntry(Number number, const FieldDescriptor& /*field*/, std::string& json) {
  if constexpr (std::is_floating_point_v<Number>) {
    if (std::isnan(number)) return Append(json, "\"NaN\"");
    if (std::isinf(number)) return Append(json, number > 0 ? "\"Infinity\"" : "\"-Infinity\"");
    // Readers take "-0" for an integer, which has no sign.
    if (number == 0 && std::signbit(number)) return Append(json, "-0.0");
  }
  Append(json, number);
}

// A choice, by its name.
void AppendEntry(std::int32_t choice, const FieldDescriptor& field, std::string& json) {
  const auto* value = field.enum_type()->FindValueByNumber(choice);
  Append(json, value == nullptr ? Concat(choice) : Concat("\"", value->name(), "\""));
}

template <typename Number>
std::string TakeEntries(Message& message, const FieldDescriptor& field) {
  std::string json;
  const auto numbers =
      message.GetReflection()->GetMutableRepeatedFieldRef<Number>(&message, &field);
  for (int i = 0; i < numbers.size(); ++i) {
    AppendEntry(numbers.Get(i), field, json);
    json += ',';
  }
  if (!json.empty()) json.pop_back();
  numbers.Clear();
  return json;
}

// Nothing of a list of something else.
std::optional<std::string> TakeList(Message& message, const FieldDescriptor& field) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_FLOAT:
      return TakeEntries<float>(message, field);
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return TakeEntries<double>(message, field);
    case FieldDescriptor::CPPTYPE_UINT32:
      return TakeEntries<std::uint32_t>(message, field);
    case FieldDescriptor::CPPTYPE_ENUM:
      return TakeEntries<std::int32_t>(message, field);
    default:
      return std::nullopt;
  }
}

}  // namespace

void JsonLists::Take(Message& message) {
  const auto& reflection = *message.GetReflection();
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor& field = *message.GetDescriptor()->field(i);
    const bool is_message = field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
    if (field.is_map()) continue;
    if (!field.is_repeated()) {
      if (is_message && reflection.HasField(message, &field)) {
        Take(*reflection.MutableMessage(&message, &field));
      }
    } else if (is_message) {
      for (int j = 0; j < reflection.FieldSize(message, &field); ++j) {
        Take(*reflection.MutableRepeatedMessage(&message, &field, j));
      }
    } else if (std::optional<std::string> entries = TakeList(message, field)) {
      lists_.push_back({field.name(), std::move(*entries)});
    }
  }
}

// What is in strings has its quotes escaped, so it is never taken for a list.
std::string JsonLists::PutInto(const std::string& json) const {
  std::size_t size = json.size();
  for (const List& list : lists_) size += list.entries.size();
  std::string result;
  result.reserve(size);
  std::size_t done = 0;
  for (const List& list : lists_) {
    const std::string empty = Concat("\"", list.name, "\":[]");
    const std::size_t inside = json.find(empty, done) + empty.size() - 1;
    result.append(json, done, inside - done).append(list.entries);
    done = inside;
  }
  return result.append(json, done);
}

}  // namespace advantaged
