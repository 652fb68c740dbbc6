#include "server/codec_catalog.h"

#include <string>

#include "core/method_table.h"
#include "core/surrogate/closed_form.h"
#include "core/text.h"

namespace advantaged {
namespace {

v1::ParameterType EncodeType(ParameterType type) {
  switch (type) {
    case ParameterType::kInteger:
      return v1::PARAMETER_TYPE_INTEGER;
    case ParameterType::kReal:
      return v1::PARAMETER_TYPE_REAL;
    case ParameterType::kFlag:
      return v1::PARAMETER_TYPE_FLAG;
    case ParameterType::kChoice:
      return v1::PARAMETER_TYPE_CHOICE;
    case ParameterType::kTables:
      return v1::PARAMETER_TYPE_TABLES;
    case ParameterType::kText:
      return v1::PARAMETER_TYPE_TEXT;
    case ParameterType::kConstants:
      break;
  }
  return v1::PARAMETER_TYPE_CONSTANTS;
}

v1::ConstantGroup EncodeConstantGroup(ConstantGroup group) {
  switch (group) {
    case ConstantGroup::kZero:
      return v1::CONSTANT_GROUP_ZERO;
    case ConstantGroup::kFormula:
      return v1::CONSTANT_GROUP_FORMULA;
    case ConstantGroup::kAsBase:
      break;
  }
  return v1::CONSTANT_GROUP_AS_BASE;
}

// A default as one would type it.
std::string DefaultText(const ParameterRow& row) {
  const double value = *row.default_number;
  if (row.type == ParameterType::kFlag) return value != 0 ? "true" : "false";
  if (row.type == ParameterType::kChoice)
    return std::string(row.choices[static_cast<std::size_t>(value)]);
  return Concat(value);
}

void EncodeParameter(const ParameterRow& row, v1::ParameterDescription& out) {
  out.set_name(std::string(row.name));
  out.set_description(std::string(row.description));
  out.set_type(EncodeType(row.type));
  if (row.type == ParameterType::kInteger || row.type == ParameterType::kReal) {
    out.set_minimum(row.minimum);
    if (row.maximum) out.set_maximum(*row.maximum);
  }
  if (row.default_number) out.set_default_value(DefaultText(row));
  out.set_may_be_omitted(row.may_be_omitted);
  for (const std::string_view choice : row.choices) out.add_choices(std::string(choice));
}

}  // namespace

void EncodeMethodTable(v1::ListMethodsResponse& response) {
  for (const MethodRow* row : MethodTable()) {
    v1::MethodDescription& out = *response.add_methods();
    out.set_name(std::string(row->name));
    out.set_equation(std::string(row->equation));
    out.set_source(std::string(row->source));
    out.set_input(row->input == MethodInput::kRewards ? v1::METHOD_INPUT_REWARDS
                                                      : v1::METHOD_INPUT_OUTCOMES);
    out.set_constant_group(EncodeConstantGroup(row->constant_group));
    out.set_shapes_rewards(row->shapes_rewards());
    out.set_surrogate(SurrogateText(*row));
    for (const ParameterRow& parameter : row->parameters)
      EncodeParameter(parameter, *out.add_parameters());
  }
}

}  // namespace advantaged
