// A surrogate reward given by formulas: F = data term + coefficient · regularizer, equation (2) of
// arXiv 2510.23049v1.
#ifndef ADVANTAGED_CORE_FORMULA_SURROGATE_FORMULA_H_
#define ADVANTAGED_CORE_FORMULA_SURROGATE_FORMULA_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "core/formula/formula.h"

namespace advantaged {

struct SurrogateFormula {
  Formula data_term;
  std::optional<Formula> regularizer;
  double regularizer_coefficient = 0;
  // Everything that makes this one function, as text: two with the same are the same.
  std::string identity;

  // F and F′.
  Formula::Value Evaluate(const Formula::Point& at) const;

  bool uses_rho_k() const {
    return data_term.uses_rho_k() || (regularizer && regularizer->uses_rho_k());
  }
  // Of one evaluation, as Formula::cost.
  std::size_t cost() const { return data_term.cost() + (regularizer ? regularizer->cost() : 0); }
};

// True if both the value and the slope are finite.
bool IsFinite(const Formula::Value& value);

// A parameter of the method `surrogate`, and what it makes not finite.
struct Blame {
  std::string_view parameter;
  std::string_view subject;  // of a sentence: "" for the parameter itself, else "F "
  Formula::Value value;
};

// The part that is not finite by itself, or the coefficient if only the whole is not.
Blame BlameFor(const SurrogateFormula& formula, const Formula::Point& at);

}  // namespace advantaged

#endif  // ADVANTAGED_CORE_FORMULA_SURROGATE_FORMULA_H_
