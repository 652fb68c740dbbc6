// Biased Pass@K (Mahdavi et al.): a base method weighted by the plug-in estimate of (1−ρ)^(K−1).
//
//   (1−ρ̂)^(K−1) · A_base         (× K with keep_factor_k);   K may exceed n
//
// Equation (29) of arXiv 2510.23049v1.
#include <cmath>

#include "core/methods/parameters.h"
#include "core/methods/rows.h"

namespace advantaged {
namespace {

constexpr ParameterRow kParameters[] = {kParameterK, kParameterBase, kParameterKeepFactorK};

Pair Factor(const Counts& g, const Parameters& p) {
  const double factor = FactorK(p) * std::pow(g.fail, static_cast<double>(p.k - 1));
  return {factor, factor};
}

SurrogateParts Surrogate(const Parameters& p) {
  return p.base == Base::kGrpo ? PassAtKArcsine(p) : PassAtKRate(p);
}

}  // namespace

const MethodRow kBiasedPassAtK{.name = "biased_pass_at_k",
                               .equation = "(1-rho)^(K-1) A_base",
                               .source = "arXiv 2510.23049v1 (29)",
                               .input = MethodInput::kOutcomes,
                               .constant_group = ConstantGroup::kAsBase,
                               .parameters = kParameters,
                               .smallest_group = GroupOfBase,
                               .factor = Factor,
                               .base = ChosenBase,
                               .surrogate = Surrogate};

}  // namespace advantaged
