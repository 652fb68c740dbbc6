#include "client/python_local/src/catalog.h"

#include <advantaged/catalog.h>
#include <advantaged/describe.h>

#include <algorithm>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "client/python_local/src/array.h"
#include "client/python_local/src/method.h"
#include "client/python_local/src/result.h"
#include "client/python_local/src/scalar.h"

namespace advantaged::python {
namespace {

using nanobind::literals::operator""_a;

nb::str ToPython(const std::string& text) { return nb::str(text.data(), text.size()); }
nb::float_ ToPython(double number) { return nb::float_(number); }

template <typename Value>
nb::object ToPython(const std::optional<Value>& value) {
  return value ? nb::object(ToPython(*value)) : nb::none();
}

template <typename Number>
nb::object ToPython(const std::vector<Number>& numbers) {
  constexpr Dtype kDtype = std::is_same_v<Number, float> ? Dtype::kFloat32 : Dtype::kFloat64;
  nb::object array = NewArray(numbers.size(), kDtype);
  const WritableBytes bytes(array);
  std::ranges::copy(numbers, static_cast<Number*>(bytes.data()));
  return array;
}

nb::dict ParameterToPython(const ParameterDescription& parameter) {
  // By ParameterType.
  static constexpr const char* kTypes[] = {"integer", "real", "flag",     "choice",
                                           "tables",  "text", "constants"};
  nb::list choices;
  for (const std::string& choice : parameter.choices) choices.append(ToPython(choice));
  nb::dict out;
  out["name"] = ToPython(parameter.name);
  out["description"] = ToPython(parameter.description);
  out["type"] = kTypes[static_cast<std::size_t>(parameter.type)];
  out["minimum"] = ToPython(parameter.minimum);
  out["maximum"] = ToPython(parameter.maximum);
  out["default_value"] = ToPython(parameter.default_value);
  out["choices"] = choices;
  out["may_be_omitted"] = parameter.may_be_omitted;
  out["example"] = ToPython(parameter.example);
  return out;
}

nb::list ListMethodsInPython() {
  // By ConstantGroup.
  static constexpr const char* kConstantGroups[] = {"zero", "formula", "as_base"};
  nb::list methods;
  for (const MethodDescription& method : ListMethods()) {
    nb::list parameters;
    for (const ParameterDescription& parameter : method.parameters) {
      parameters.append(ParameterToPython(parameter));
    }
    nb::dict out;
    out["name"] = ToPython(method.name);
    out["equation"] = ToPython(method.equation);
    out["source"] = ToPython(method.source);
    out["input"] = method.input == MethodInput::kRewards ? "rewards" : "outcomes";
    out["constant_group"] = kConstantGroups[static_cast<std::size_t>(method.constant_group)];
    out["shapes_rewards"] = method.shapes_rewards;
    out["parameters"] = parameters;
    out["surrogate"] = ToPython(method.surrogate);
    out["keeps_mean"] = method.keeps_mean;
    methods.append(out);
  }
  return methods;
}

nb::dict TableToPython(const DescribedTable& table) {
  nb::dict out;
  out["advantage_correct"] = ToPython(table.advantage_correct);
  out["advantage_wrong"] = ToPython(table.advantage_wrong);
  out["weight_correct"] = ToPython(table.weight_correct);
  out["weight_wrong"] = ToPython(table.weight_wrong);
  return out;
}

nb::dict CurveToPython(const DescribedCurve& curve) {
  // By SurrogateKind and SurrogateAnchor.
  static constexpr const char* kKinds[] = {"closed_form", "integrated", "none"};
  static constexpr const char* kAnchors[] = {"zero_at_zero", "zero_at_one", "zero_at_half"};
  const bool has_surrogate = curve.surrogate_kind != SurrogateKind::kNone;
  nb::dict out;
  out["rho"] = ToPython(curve.rho);
  out["advantage_correct"] = ToPython(curve.advantage_correct);
  out["advantage_wrong"] = ToPython(curve.advantage_wrong);
  out["weight_correct"] = ToPython(curve.weight_correct);
  out["weight_wrong"] = ToPython(curve.weight_wrong);
  out["surrogate_derivative"] = ToPython(curve.surrogate_derivative);
  out["surrogate"] = ToPython(curve.surrogate);
  out["data_term"] = ToPython(curve.data_term);
  out["regularizer"] = ToPython(curve.regularizer);
  out["finite_n_surrogate_derivative"] = ToPython(curve.finite_n_surrogate_derivative);
  out["finite_n_surrogate"] = ToPython(curve.finite_n_surrogate);
  out["coefficient_sd"] = ToPython(curve.coefficient_sd);
  out["mean_square_advantage"] = ToPython(curve.mean_square_advantage);
  out["pass_at_k_mean"] = ToPython(curve.pass_at_k_mean);
  out["pass_at_k_sd"] = ToPython(curve.pass_at_k_sd);
  out["surrogate_kind"] = kKinds[static_cast<std::size_t>(curve.surrogate_kind)];
  out["surrogate_anchor"] =
      has_surrogate
          ? nb::object(nb::str(kAnchors[static_cast<std::size_t>(curve.surrogate_anchor)]))
          : nb::none();
  out["surrogate_error_bound"] = curve.surrogate_error_bound;
  out["surrogate_formula"] = ToPython(curve.surrogate_formula);
  out["surrogate_arg_max"] = ToPython(curve.surrogate_arg_max);
  out["sign_change_rho"] = ToPython(curve.sign_change_rho);
  return out;
}

nb::dict DescribeInPython(nb::handle method, nb::handle parameters, nb::handle n, nb::handle points,
                          nb::handle rho) {
  DescribeRequest request;
  request.method = ReadMethod(method, parameters);
  request.n = Optional(n, "n", Uint32).value_or(request.n);
  request.points = Optional(points, "points", Uint32).value_or(request.points);
  if (!points.is_none() && !rho.is_none()) {
    throw nb::value_error("points: set beside rho, whose values are the points");
  }
  if (!rho.is_none()) request.rho = ReadNumbers(rho, "rho");
  Description description;
  {
    const nb::gil_scoped_release released;
    description = Describe(request);
  }
  nb::dict out;
  out["violations"] = ViolationsToPython(description.violations);
  if (!description.ok()) return out;
  out["name"] = ToPython(description.name);
  out["equation"] = ToPython(description.equation);
  out["source"] = ToPython(description.source);
  out["method"] = MethodToPython(description.method);
  out["n"] = description.n;
  out["table"] = TableToPython(description.table);
  out["curve"] = CurveToPython(description.curve);
  return out;
}

}  // namespace

void BindCatalog(nb::module_& module) {
  module.def("list_methods", &ListMethodsInPython);
  module.def("describe", &DescribeInPython, nb::kw_only(), "method"_a.none(),
             "parameters"_a = nb::none(), "n"_a = nb::none(), "points"_a = nb::none(),
             "rho"_a = nb::none());
}

}  // namespace advantaged::python
