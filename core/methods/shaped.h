// The factor that turns GRPO into Pass@K-shaped GRPO; two methods use it.
#ifndef ADVANTAGED_CORE_METHODS_SHAPED_H_
#define ADVANTAGED_CORE_METHODS_SHAPED_H_

#include <cmath>

#include "core/methods/method.h"

namespace advantaged {

// √( (1−ρ̂_K)/ρ̂_K · ρ̂/(1−ρ̂) ), equation (20) of arXiv 2510.23049v1; 0 where σ_K = √(ρ̂_K(1−ρ̂_K)) is
// 0. With 1−ρ̂_K = (1−ρ̂)·f₋ (Lemma 1) it is √(f₋·ρ̂/ρ̂_K), which loses no digits.
inline double ShapedFactor(const Counts& g) {
  if (g.c == 0) return 0;
  return std::sqrt(g.f_wrong * g.rho / g.rho_k);
}

}  // namespace advantaged

#endif  // ADVANTAGED_CORE_METHODS_SHAPED_H_
