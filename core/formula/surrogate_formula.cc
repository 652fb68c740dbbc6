#include "core/formula/surrogate_formula.h"

#include <cmath>

namespace advantaged {

Formula::Value SurrogateFormula::Evaluate(const Formula::Point& at) const {
  const Formula::Value data = data_term.Evaluate(at);
  if (!regularizer) return data;
  const Formula::Value regular = regularizer->Evaluate(at);
  return {data.value + regularizer_coefficient * regular.value,
          data.slope + regularizer_coefficient * regular.slope};
}

bool IsFinite(const Formula::Value& value) {
  return std::isfinite(value.value) && std::isfinite(value.slope);
}

Blame BlameFor(const SurrogateFormula& formula, const Formula::Point& at) {
  const Formula::Value data = formula.data_term.Evaluate(at);
  if (!IsFinite(data) || !formula.regularizer) return {"formula", "", data};
  const Formula::Value regular = formula.regularizer->Evaluate(at);
  if (!IsFinite(regular)) return {"regularizer", "", regular};
  return {"regularizer_coefficient", "F ", formula.Evaluate(at)};
}

}  // namespace advantaged
