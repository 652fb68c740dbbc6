#include "advantaged/catalog.h"

#include "base/text.h"
#include "core/kernels/target.h"
#include "core/methods/method_table.h"
#include "core/surrogate/closed_form.h"

namespace advantaged {
namespace {

std::string DefaultText(const ParameterRow& row, double value) {
  if (row.type == ParameterType::kFlag) return value != 0 ? "true" : "false";
  if (row.type == ParameterType::kChoice)
    return std::string(row.choices[static_cast<std::size_t>(value)]);
  return Concat(value);
}

ParameterDescription DescribeParameter(const ParameterRow& row) {
  ParameterDescription parameter{.name = std::string(row.name),
                                 .description = std::string(row.description),
                                 .type = row.type,
                                 .minimum = {},
                                 .maximum = {},
                                 .default_value = {},
                                 .may_be_omitted = row.may_be_omitted,
                                 .choices = {row.choices.begin(), row.choices.end()},
                                 .example = std::string(row.example)};
  if (row.type == ParameterType::kInteger || row.type == ParameterType::kReal) {
    parameter.minimum = row.minimum;
    parameter.maximum = row.maximum;
  }
  if (row.default_number) parameter.default_value = DefaultText(row, *row.default_number);
  return parameter;
}

}  // namespace

std::vector<MethodDescription> ListMethods() {
  std::vector<MethodDescription> methods;
  for (const MethodRow* row : MethodTable()) {
    MethodDescription& method = methods.emplace_back();
    method.name = row->name;
    method.equation = row->equation;
    method.source = row->source;
    method.input = row->input;
    method.constant_group = row->constant_group;
    method.shapes_rewards = row->shapes_rewards();
    method.surrogate = SurrogateText(*row);
    method.keeps_mean = row->keeps_mean || row->constant_group == ConstantGroup::kAsBase;
    for (const ParameterRow& parameter : row->parameters) {
      method.parameters.push_back(DescribeParameter(parameter));
    }
  }
  return methods;
}

std::string InstructionSet() { return std::string(KernelTarget()); }

}  // namespace advantaged
