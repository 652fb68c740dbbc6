// Prints the method table as JSON: ListMethodsResponse, as `advctl methods --output json` does,
// without anything but the core.

#include <iostream>
#include <nlohmann/json.hpp>

#include "advantaged/catalog.h"

namespace advantaged::testing {
namespace {

using Json = nlohmann::ordered_json;

// The names of the contract, in the order of the enums.
constexpr const char* kTypes[] = {"INTEGER", "REAL", "FLAG",     "CHOICE",
                                  "TABLES",  "TEXT", "CONSTANTS"};
constexpr const char* kInputs[] = {"REWARDS", "OUTCOMES"};
constexpr const char* kConstantGroups[] = {"ZERO", "FORMULA", "AS_BASE"};

Json ToJson(const ParameterDescription& parameter) {
  Json json = {{"name", parameter.name},
               {"description", parameter.description},
               {"type", std::string("PARAMETER_TYPE_") + kTypes[static_cast<int>(parameter.type)]}};
  if (parameter.minimum) json["minimum"] = *parameter.minimum;
  if (parameter.maximum) json["maximum"] = *parameter.maximum;
  if (parameter.default_value) json["default_value"] = *parameter.default_value;
  json["choices"] = parameter.choices;
  json["may_be_omitted"] = parameter.may_be_omitted;
  json["example"] = parameter.example;
  return json;
}

Json ToJson(const MethodDescription& method) {
  Json json = {{"name", method.name},
               {"equation", method.equation},
               {"source", method.source},
               {"input", std::string("METHOD_INPUT_") + kInputs[static_cast<int>(method.input)]},
               {"constant_group", std::string("CONSTANT_GROUP_") +
                                      kConstantGroups[static_cast<int>(method.constant_group)]},
               {"shapes_rewards", method.shapes_rewards},
               {"parameters", Json::array()},
               {"surrogate", method.surrogate},
               {"keeps_mean", method.keeps_mean}};
  for (const ParameterDescription& parameter : method.parameters) {
    json["parameters"].push_back(ToJson(parameter));
  }
  return json;
}

}  // namespace
}  // namespace advantaged::testing

int main() {
  nlohmann::ordered_json methods = nlohmann::ordered_json::array();
  for (const auto& method : advantaged::ListMethods()) {
    methods.push_back(advantaged::testing::ToJson(method));
  }
  std::cout << nlohmann::ordered_json{{"methods", methods}}.dump(1) << '\n';
}
