// F as a formula: the one that the row of the method table has for the parameters at hand, or, for
// the method `surrogate`, the one that the caller sent.
#ifndef ADVANTAGED_CORE_SURROGATE_CLOSED_FORM_H_
#define ADVANTAGED_CORE_SURROGATE_CLOSED_FORM_H_

#include <cstdint>
#include <optional>
#include <string>

#include "advantaged/describe.h"
#include "core/formula/surrogate_formula.h"
#include "core/methods/resolve.h"

namespace advantaged {

class ClosedForm {
 public:
  // None if there is no formula for these parameters. `n` is the group size of the question.
  static std::optional<ClosedForm> Of(const ResolvedMethod& method, std::uint32_t n);

  // F, up to a constant, and F′ at 0 < ρ < 1; infinite or NaN where they are.
  Formula::Value Evaluate(double rho) const;
  // What to blame where that is not finite.
  Blame BlameAt(double rho) const;
  // F at 0 ≤ ρ ≤ 1, at the ends the limit.
  double At(double rho) const;
  double DataTerm(double rho) const;
  double Regularizer(double rho) const;  // with its coefficient; 0 unless `splits`

  // True if F is a data term plus a regularizer.
  bool splits() const { return formula_.regularizer.has_value(); }
  // In the language of the method `surrogate`.
  const std::string& text() const { return text_; }

 private:
  ClosedForm(SurrogateFormula formula, std::uint32_t k, std::string text);

  SurrogateFormula formula_;
  double k_;
  std::string text_;
};

// Where F is anchored: at 0 if it is finite there, else at 1, else at 1/2.
SurrogateAnchor AnchorOf(const ClosedForm& form);
double PositionOf(SurrogateAnchor anchor);

// F of each row as a formula, for people: by base where the base matters, "" where there is none.
std::string SurrogateText(const MethodRow& row);

}  // namespace advantaged

#endif  // ADVANTAGED_CORE_SURROGATE_CLOSED_FORM_H_
