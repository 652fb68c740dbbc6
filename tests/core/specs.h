// Every row of the method table with a spread of its parameters, made from the table: a new method
// is in the tests that loop over it from its first day.
#ifndef ADVANTAGED_TESTS_CORE_SPECS_H_
#define ADVANTAGED_TESTS_CORE_SPECS_H_

#include <string>
#include <vector>

#include "core/methods/method_table.h"
#include "tests/core/call.h"

namespace advantaged::testing {

// Tables for n, without any symmetry.
inline std::vector<OutcomeTable> SomeTables(std::uint32_t n) {
  OutcomeTable table{n, {}, {}};
  for (std::uint32_t c = 0; c <= n; ++c) {
    table.advantage_correct.push_back(0.3 + 0.1 * c);
    table.advantage_wrong.push_back(-0.7 - 0.2 * c);
  }
  return {table};
}

// Values worth trying for one parameter in groups of n ≥ 3.
inline std::vector<ParameterValue> ValuesOf(const ParameterRow& row, int n) {
  switch (row.type) {
    case ParameterType::kInteger:
      if (row.name == "k") return {Whole(1), Whole(2), Whole(n - 1)};
      return {Whole(static_cast<std::int64_t>(row.minimum)),
              Whole(static_cast<std::int64_t>(row.maximum.value_or(3)))};
    case ParameterType::kReal:
      if (row.maximum) return {row.minimum, 0.3 * row.minimum + 0.7 * *row.maximum, *row.maximum};
      return {row.minimum, row.minimum + 0.7, row.minimum + 2.5};
    case ParameterType::kFlag:
      return {false, true};
    case ParameterType::kChoice: {
      std::vector<ParameterValue> values;
      for (const std::string_view choice : row.choices) values.emplace_back(std::string(choice));
      return values;
    }
    case ParameterType::kTables:
    case ParameterType::kText:
    case ParameterType::kConstants:
      break;
  }
  return {SomeTables(static_cast<std::uint32_t>(n))};
}

// Formulas, since not every combination of their parameters makes sense.
inline std::vector<MethodSpec> FormulaSpecs() {
  const auto surrogate = [](decltype(MethodSpec::parameters) parameters) {
    return MethodSpec{"surrogate", std::move(parameters)};
  };
  return {surrogate({{"formula", "2*asin(sqrt(rho))"}}),
          surrogate({{"formula", "(2/k)*asin(sqrt(rho_k))"}, {"k", Whole(2)}}),
          surrogate({{"formula", "log(rho)"}, {"leave_one_out_factor", true}}),
          surrogate({{"formula", "0.75*rho^b"},
                     {"constants", Constants{{"b", 0.5}}},
                     {"regularizer", "entropy"},
                     {"regularizer_coefficient", 0.3}})};
}

// All combinations.
inline std::vector<MethodSpec> SpecsOf(const MethodRow& row, int n) {
  if (row.compile != nullptr) return FormulaSpecs();
  std::vector<MethodSpec> specs = {{std::string(row.name), {}}};
  for (const ParameterRow& parameter : row.parameters) {
    std::vector<MethodSpec> extended;
    for (const MethodSpec& spec : specs) {
      for (const ParameterValue& value : ValuesOf(parameter, n)) {
        extended.push_back(spec);
        extended.back().parameters.insert_or_assign(std::string(parameter.name), value);
      }
    }
    specs = std::move(extended);
  }
  return specs;
}

// All combinations for all methods.
inline std::vector<MethodSpec> EverySpec(int n) {
  std::vector<MethodSpec> specs;
  for (const MethodRow* row : MethodTable()) {
    for (MethodSpec& spec : SpecsOf(*row, n)) specs.push_back(std::move(spec));
  }
  return specs;
}

// A batch that any method accepts: with lengths if it needs them.
inline Call CallFor(const MethodSpec& spec, const Floats& rewards) {
  Call call = OneGroup(spec, rewards);
  if (FindMethod(spec.name)->needs_lengths) {
    for (std::size_t i = 0; i < rewards.size(); ++i) {
      call.lengths.push_back(static_cast<std::uint32_t>(7 * i % 5 + 1));
    }
  }
  return call;
}

inline bool WorksOnRewards(const MethodSpec& spec) {
  return FindMethod(spec.name)->input == MethodInput::kRewards;
}

inline bool ShapesRewards(const MethodSpec& spec) {
  return FindMethod(spec.name)->shapes_rewards();
}

// The base a method was given, else "".
inline std::string BaseOf(const MethodSpec& spec) {
  const auto base = spec.parameters.find("base");
  return base == spec.parameters.end() ? "" : std::get<std::string>(base->second);
}

}  // namespace advantaged::testing

#endif  // ADVANTAGED_TESTS_CORE_SPECS_H_
