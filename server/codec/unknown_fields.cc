#include "server/codec/unknown_fields.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <google/protobuf/unknown_field_set.h>

#include <string>
#include <utility>

#include "base/text.h"

namespace advantaged {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

std::string Describe(const std::vector<UnknownField>& fields) {
  std::string text;
  for (const UnknownField& field : fields) {
    Append(text, Concat(text.empty() ? "field " : ", field ", field.number, " of ", field.message));
  }
  return text;
}

}  // namespace

CallStatus RefusedAsUnknown(std::vector<UnknownField> fields) {
  std::string message =
      Concat("this server, version ", ADVANTAGED_VERSION, ", does not know ", Describe(fields),
             ": update the server, or leave out what they ask for");
  return {.code = CallStatus::kUnimplemented,
          .message = std::move(message),
          .unknown_fields = std::move(fields)};
}

void DropUnknownFields(Message& message) {
  const auto& reflection = *message.GetReflection();
  google::protobuf::UnknownFieldSet dropped;
  dropped.Swap(reflection.MutableUnknownFields(&message));
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    // Entries of maps never have any.
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE || field->is_map()) continue;
    if (!field->is_repeated()) {
      DropUnknownFields(*reflection.MutableMessage(&message, field));
      continue;
    }
    for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
      DropUnknownFields(*reflection.MutableRepeatedMessage(&message, field, i));
    }
  }
}

}  // namespace advantaged
