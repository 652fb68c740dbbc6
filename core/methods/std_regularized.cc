// GRPO plus s times the regularizer √(ρ(1−ρ)), the standard deviation of an outcome.
//
//   (1 + (s/2)(1−2ρ̂)) · A_GRPO;   s = 2 is 2 · Skew-R
//
// Section 6.2 of arXiv 2510.23049v1.
#include <cmath>

#include "core/methods/parameters.h"
#include "core/methods/rows.h"

namespace advantaged {
namespace {

constexpr ParameterRow kParameters[] = {
    {.name = "std_coefficient",
     .description = "s, weight of the regularizer sqrt(rho (1-rho))",
     .type = ParameterType::kReal,
     .minimum = 0,
     .example = "0.5",
     .set = [](Parameters& p, double value) { p.std_coefficient = value; }}};

Pair Factor(const Counts& g, const Parameters& p) {
  // (2n + s(n−2c)) / 2n with the numerator rounded once: right to the last bit next to the factor's
  // root too.
  const double factor = std::fma(p.std_coefficient, g.n - 2 * g.c, 2 * g.n) / (2 * g.n);
  return {factor, factor};
}

SurrogateParts Surrogate(const Parameters& /*unused*/) {
  return {"2*asin(sqrt(rho))", "std_coefficient*std(rho)"};
}

}  // namespace

const MethodRow kStdRegularized{.name = "std_regularized",
                                .equation = "(1 + (s/2)(1-2 rho)) A_GRPO",
                                .source = "arXiv 2510.23049v1 section 6.2",
                                .input = MethodInput::kOutcomes,
                                .constant_group = ConstantGroup::kZero,
                                .parameters = kParameters,
                                .smallest_group = GroupOfTwo,
                                .factor = Factor,
                                .base = GrpoBase,
                                .surrogate = Surrogate};

}  // namespace advantaged
