#include "server/codec/catalog.h"

#include <string>
#include <utility>

#include "advantaged/catalog.h"

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

void EncodeParameter(ParameterDescription&& parameter, v1::ParameterDescription& out) {
  out.set_name(std::move(parameter.name));
  out.set_description(std::move(parameter.description));
  out.set_type(EncodeType(parameter.type));
  if (parameter.minimum) out.set_minimum(*parameter.minimum);
  if (parameter.maximum) out.set_maximum(*parameter.maximum);
  if (parameter.default_value) out.set_default_value(std::move(*parameter.default_value));
  out.set_may_be_omitted(parameter.may_be_omitted);
  for (std::string& choice : parameter.choices) out.add_choices(std::move(choice));
  out.set_example(std::move(parameter.example));
}

}  // namespace

void EncodeMethodTable(v1::ListMethodsResponse& response) {
  for (MethodDescription& method : ListMethods()) {
    v1::MethodDescription& out = *response.add_methods();
    out.set_name(std::move(method.name));
    out.set_equation(std::move(method.equation));
    out.set_source(std::move(method.source));
    out.set_input(method.input == MethodInput::kRewards ? v1::METHOD_INPUT_REWARDS
                                                        : v1::METHOD_INPUT_OUTCOMES);
    out.set_constant_group(EncodeConstantGroup(method.constant_group));
    out.set_shapes_rewards(method.shapes_rewards);
    out.set_surrogate(std::move(method.surrogate));
    out.set_keeps_mean(method.keeps_mean);
    for (ParameterDescription& parameter : method.parameters) {
      EncodeParameter(std::move(parameter), *out.add_parameters());
    }
  }
}

}  // namespace advantaged
