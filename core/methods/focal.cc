// F-GRPO: a base method weighted like focal loss.
//
//   (1−ρ̂)^γ · A_base;   γ = K−1 is biased_pass_at_k
//
// arXiv 2602.06717.
#include <cmath>

#include "core/methods/parameters.h"
#include "core/methods/rows.h"

namespace advantaged {
namespace {

constexpr ParameterRow kParameters[] = {
    {.name = "gamma",
     .description = "exponent of the failure rate",
     .type = ParameterType::kReal,
     .minimum = 0,
     .example = "0.5",
     .set = [](Parameters& p, double value) { p.gamma = value; }},
    kParameterBase};

Pair Factor(const Counts& g, const Parameters& p) {
  const double factor = std::pow(g.fail, p.gamma);
  return {factor, factor};
}

SurrogateParts Surrogate(const Parameters& p) {
  return {p.base == Base::kGrpo ? "incomplete_beta(rho, 1/2, gamma + 1/2)"
                                : "(1 - (1-rho)^(gamma+1))/(gamma+1)"};
}

}  // namespace

const MethodRow kFocal{.name = "focal",
                       .equation = "(1-rho)^gamma A_base",
                       .source = "arXiv 2602.06717",
                       .input = MethodInput::kOutcomes,
                       .constant_group = ConstantGroup::kAsBase,
                       .parameters = kParameters,
                       .smallest_group = GroupOfBase,
                       .factor = Factor,
                       .base = ChosenBase,
                       .surrogate = Surrogate};

}  // namespace advantaged
