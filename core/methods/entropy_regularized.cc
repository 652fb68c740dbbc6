// GRPO plus λ times the entropy H(ρ) = −ρ ln ρ − (1−ρ) ln(1−ρ) of an outcome.
//
//   (1 + λ·√(ρ̂(1−ρ̂))·ln((1−ρ̂)/ρ̂)) · A_GRPO
//
// Correct responses on easy prompts are pushed down (A₊ < 0) from λ ≈ 1.51. Equation (28) of arXiv
// 2510.23049v1.
#include <cmath>

#include "core/methods/parameters.h"
#include "core/methods/rows.h"

namespace advantaged {
namespace {

constexpr ParameterRow kParameters[] = {
    {.name = "entropy_coefficient",
     .description = "lambda, weight of the regularizer H(rho)",
     .type = ParameterType::kReal,
     .minimum = 0,
     .example = "0.25",
     .set = [](Parameters& p, double value) { p.entropy_coefficient = value; }}};

Pair Factor(const Counts& g, const Parameters& p) {
  // x·ln x → 0: at both ends the regularizer's part vanishes.
  if (g.c == 0 || g.c == g.n) return {1, 1};
  const double slope = std::sqrt(g.rho * g.fail) * std::log((g.n - g.c) / g.c);
  const double factor = 1 + p.entropy_coefficient * slope;
  return {factor, factor};
}

SurrogateParts Surrogate(const Parameters& /*unused*/) {
  return {"2*asin(sqrt(rho))", "entropy_coefficient*entropy(rho)"};
}

}  // namespace

const MethodRow kEntropyRegularized{
    .name = "entropy_regularized",
    .equation = "(1 + lambda sqrt(rho (1-rho)) ln((1-rho)/rho)) A_GRPO",
    .source = "arXiv 2510.23049v1 (28)",
    .input = MethodInput::kOutcomes,
    .constant_group = ConstantGroup::kZero,
    .parameters = kParameters,
    .smallest_group = GroupOfTwo,
    .factor = Factor,
    .base = GrpoBase,
    .surrogate = Surrogate};

}  // namespace advantaged
