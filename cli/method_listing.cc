#include "cli/method_listing.h"

#include "advantaged/v1/catalog.pb.h"
#include "base/text.h"

namespace advantaged::cli {
namespace {

// "k (required)", "constants (optional)", "epsilon=0", "base (required: reinforce, rloo)",
// "variant=plain (or …)".
std::string Describe(const v1::ParameterDescription& parameter) {
  std::string others;
  for (const std::string& choice : parameter.choices()) {
    if (choice == parameter.default_value()) continue;
    Append(others, Concat(others.empty() ? "" : ", ", choice));
  }
  if (parameter.may_be_omitted()) return Concat(parameter.name(), " (optional)");
  if (!parameter.has_default_value()) {
    return Concat(parameter.name(), " (required", others.empty() ? "" : ": ", others, ")");
  }
  const std::string text = Concat(parameter.name(), "=", parameter.default_value());
  return others.empty() ? text : Concat(text, " (or ", others, ")");
}

const char* Describe(v1::ConstantGroup group) {
  switch (group) {
    case v1::CONSTANT_GROUP_ZERO:
      return "0";
    case v1::CONSTANT_GROUP_FORMULA:
      return "formula";
    default:
      return "as base";
  }
}

}  // namespace

std::string MethodsAsText(const v1::ListMethodsResponse& methods) {
  std::string text;
  for (const v1::MethodDescription& method : methods.methods()) {
    Append(text, Concat(text.empty() ? "" : "\n", method.name()));
    for (const auto& parameter : method.parameters()) {
      Append(text, Concat("  ", Describe(parameter)));
    }
    Append(text, Concat("\n    ", method.equation(), "\n    "));
    if (!method.surrogate().empty()) Append(text, Concat("F = ", method.surrogate(), "\n    "));
    Append(text,
           Concat(method.source(), "; constant group: ", Describe(method.constant_group()), "\n"));
  }
  return text;
}

}  // namespace advantaged::cli
