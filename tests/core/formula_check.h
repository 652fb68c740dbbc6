// Formulas at the success rates of groups, beside closed forms in long double.
#ifndef ADVANTAGED_TESTS_CORE_FORMULA_CHECK_H_
#define ADVANTAGED_TESTS_CORE_FORMULA_CHECK_H_

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <string>

#include "core/formula/formula.h"
#include "core/methods/failure.h"

namespace advantaged::testing {

inline Formula Compiled(std::string_view text, const Constants& constants = {}) {
  auto compiled = Formula::Compile(text, constants);
  const auto* error = std::get_if<FormulaError>(&compiled);
  EXPECT_EQ(error, nullptr) << text << ": " << error->Text();
  return error == nullptr ? std::get<Formula>(std::move(compiled))
                          : std::get<Formula>(Formula::Compile("0"));
}

// The point of c correct ones among n, with ρ̂_K, as methods make it.
inline Formula::Point PointOf(std::uint32_t n, std::uint32_t c, std::uint32_t k = 1) {
  const double f = FailureWithout(n, k, c);
  const double fail = static_cast<double>(n - c) / n;
  return {.rho = static_cast<double>(c) / n,
          .fail = fail,
          .rho_k = 1 - fail * f,
          .fail_k = fail * f,
          .rho_k_slope = k * f,
          .k = static_cast<double>(k)};
}

// |actual − exact| / |exact|; 0 if both are 0, infinite if one is not finite.
inline double RelativeError(double actual, long double exact) {
  if (actual == static_cast<double>(exact)) return 0;
  const long double error = std::abs(actual - exact) / std::abs(exact);
  return std::isfinite(error) ? static_cast<double>(error)
                              : std::numeric_limits<double>::infinity();
}

// The largest error of a formula, and where it was.
class WorstFormulaError {
 public:
  explicit WorstFormulaError(std::string formula) : formula_(std::move(formula)) {}

  void Add(const char* what, double actual, long double exact, const std::string& where) {
    const double error = RelativeError(actual, exact);
    if (error <= error_) return;
    error_ = error;
    where_ = std::string(what) + " at " + where + " is " + std::to_string(actual) + ", exactly " +
             std::to_string(exact);
  }

  void ExpectAtMost(double bound) const { EXPECT_LE(error_, bound) << formula_ << ": " << where_; }

 private:
  std::string formula_;
  double error_ = 0;
  std::string where_;
};

}  // namespace advantaged::testing

#endif  // ADVANTAGED_TESTS_CORE_FORMULA_CHECK_H_
