// A surrogate reward given by formulas: F = data term + coefficient · regularizer, equation (2) of
// arXiv 2510.23049v1.
#ifndef ADVANTAGED_CORE_FORMULA_SURROGATE_FORMULA_H_
#define ADVANTAGED_CORE_FORMULA_SURROGATE_FORMULA_H_

#include <compare>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

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
  // Memory, about.
  std::size_t bytes() const {
    const std::size_t operations =
        data_term.operations() + (regularizer ? regularizer->operations() : 0);
    return sizeof *this + operations * sizeof(formula::Operation) + 2 * identity.size();
  }
};

// A shared formula, or none, that compares as the function it is: by `identity`.
class SharedFormula {
 public:
  SharedFormula() = default;
  explicit SharedFormula(std::shared_ptr<const SurrogateFormula> formula)
      : formula_(std::move(formula)) {}

  const SurrogateFormula& operator*() const { return *formula_; }
  const SurrogateFormula* operator->() const { return formula_.get(); }

  bool operator==(std::nullptr_t) const { return formula_ == nullptr; }
  bool operator==(const SharedFormula& other) const { return identity() == other.identity(); }
  std::strong_ordering operator<=>(const SharedFormula& other) const {
    return identity() <=> other.identity();
  }

 private:
  std::string_view identity() const { return formula_ ? formula_->identity : std::string_view(); }

  std::shared_ptr<const SurrogateFormula> formula_;
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
