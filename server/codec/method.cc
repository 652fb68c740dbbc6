#include "server/codec/method.h"

#include <string>

#include "base/fields.h"

namespace advantaged {
namespace {

using google::protobuf::EnumDescriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

const FieldDescriptor* SetMethod(const v1::MethodSpec& message) {
  return message.GetReflection()->GetOneofFieldDescriptor(
      message, v1::MethodSpec::descriptor()->FindOneofByName("method"));
}

std::string DecodeChoice(const EnumDescriptor& type, int number) {
  const EnumValueDescriptor* value = type.FindValueByNumber(number);
  return value != nullptr ? ChoiceName(*value) : std::to_string(number);
}

std::vector<OutcomeTable> DecodeTables(const v1::CustomTable& message) {
  std::vector<OutcomeTable> tables;
  for (const v1::CustomTable::Table& table : message.tables()) {
    tables.push_back(
        {.n = table.n(),
         .advantage_correct = {table.advantage_correct().begin(), table.advantage_correct().end()},
         .advantage_wrong = {table.advantage_wrong().begin(), table.advantage_wrong().end()}});
  }
  return tables;
}

void EncodeTables(const std::vector<OutcomeTable>& tables, v1::CustomTable& message) {
  for (const OutcomeTable& table : tables) {
    v1::CustomTable::Table& out = *message.add_tables();
    out.set_n(table.n);
    out.mutable_advantage_correct()->Add(table.advantage_correct.begin(),
                                         table.advantage_correct.end());
    out.mutable_advantage_wrong()->Add(table.advantage_wrong.begin(), table.advantage_wrong.end());
  }
}

ParameterValue DecodeScalar(const Message& method, const FieldDescriptor& field) {
  const Reflection& reflection = *method.GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_BOOL:
      return reflection.GetBool(method, &field);
    case FieldDescriptor::CPPTYPE_UINT32:
      return std::int64_t{reflection.GetUInt32(method, &field)};
    case FieldDescriptor::CPPTYPE_STRING:
      return reflection.GetString(method, &field);
    case FieldDescriptor::CPPTYPE_ENUM:
      return DecodeChoice(*field.enum_type(), reflection.GetEnumValue(method, &field));
    default:
      return reflection.GetDouble(method, &field);
  }
}

// Sets a field from the value of a resolved parameter.
struct Encoder {
  Message& method;
  const FieldDescriptor& field;
  const Reflection& reflection = *method.GetReflection();

  void operator()(bool value) const { reflection.SetBool(&method, &field, value); }
  void operator()(std::int64_t value) const {
    reflection.SetUInt32(&method, &field, static_cast<std::uint32_t>(value));
  }
  void operator()(double value) const { reflection.SetDouble(&method, &field, value); }
  void operator()(const std::string& value) const {
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
      reflection.SetString(&method, &field, value);
    } else {
      reflection.SetEnum(&method, &field, FindChoice(*field.enum_type(), value));
    }
  }
  void operator()(const std::vector<OutcomeTable>& value) const {
    EncodeTables(value, static_cast<v1::CustomTable&>(method));
  }
  void operator()(const Constants& value) const {
    static_cast<v1::Surrogate&>(method).mutable_constants()->insert(value.begin(), value.end());
  }
};

}  // namespace

std::string_view MethodName(const v1::MethodSpec& message) {
  const FieldDescriptor* field = SetMethod(message);
  return field == nullptr ? std::string_view() : std::string_view(field->name());
}

MethodSpec DecodeMethod(const v1::MethodSpec& message) {
  const FieldDescriptor* set = SetMethod(message);
  if (set == nullptr) return {};
  MethodSpec spec{.name = set->name(), .parameters = {}};
  const Message& method = message.GetReflection()->GetMessage(message, set);
  const google::protobuf::Descriptor& type = *method.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (field.is_map()) {
      const auto& constants = message.surrogate().constants();
      if (!constants.empty()) {
        spec.parameters.emplace(field.name(), Constants(constants.begin(), constants.end()));
      }
    } else if (field.is_repeated()) {
      spec.parameters.emplace(field.name(), DecodeTables(message.custom_table()));
    } else if (method.GetReflection()->HasField(method, &field)) {
      spec.parameters.emplace(field.name(), DecodeScalar(method, field));
    }
  }
  return spec;
}

void EncodeMethod(const MethodSpec& spec, v1::MethodSpec& message) {
  const FieldDescriptor* set = v1::MethodSpec::descriptor()->FindFieldByName(spec.name);
  Message& method = *message.GetReflection()->MutableMessage(&message, set);
  for (const auto& [name, value] : spec.parameters) {
    std::visit(Encoder{method, *method.GetDescriptor()->FindFieldByName(name)}, value);
  }
}

}  // namespace advantaged
