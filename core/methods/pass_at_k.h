// What REINFORCE_K, RLOO_K and GRPO_K share: their parameters, and f± as the factor on a base
// method.
#ifndef ADVANTAGED_CORE_METHODS_PASS_AT_K_H_
#define ADVANTAGED_CORE_METHODS_PASS_AT_K_H_

#include "core/methods/parameters.h"

namespace advantaged {

inline constexpr ParameterRow kPassAtKParameters[] = {kParameterK, kParameterKeepFactorK};

// (f₊, f₋), times K with keep_factor_k. Equation (14) of arXiv 2510.23049v1.
inline Pair FailureFactor(const Counts& g, const Parameters& p) {
  return {FactorK(p) * g.f_correct, FactorK(p) * g.f_wrong};
}

}  // namespace advantaged

#endif  // ADVANTAGED_CORE_METHODS_PASS_AT_K_H_
