// Pass@K-shaped GRPO (Chen et al.): GRPO on the rewards of random groups of K, in closed form.
//
//   A₊ = (1−ρ̂_K)/σ_K,   A₋ = (1−ρ̂_K−f₋)/σ_K = −(1−ρ̂_K)·ρ̂/((1−ρ̂)·σ_K)     (19)
//      = √( (1−ρ̂_K)/ρ̂_K · ρ̂/(1−ρ̂) ) · A_GRPO for both                         (20)
//   σ_K = √(ρ̂_K(1−ρ̂_K)); 0 where σ_K = 0, that is for n−c < K and for c = 0
//
// Equations of arXiv 2510.23049v1. Computed as (20), so that it can shape real rewards too.
#include "core/methods/parameters.h"
#include "core/methods/rows.h"
#include "core/methods/shaped.h"

namespace advantaged {
namespace {

constexpr ParameterRow kParameters[] = {kParameterK};

Pair Factor(const Counts& g, const Parameters& /*unused*/) {
  const double factor = ShapedFactor(g);
  return {factor, factor};
}

SurrogateParts Surrogate(const Parameters& /*unused*/) { return {"2/k*asin(sqrt(rho_k))"}; }

}  // namespace

const MethodRow kPassAtKShaped{
    .name = "pass_at_k_shaped",
    .equation =
        "A+ = (1-rho_K)/sigma_K, A- = (1-rho_K-f-)/sigma_K, sigma_K = sqrt(rho_K (1-rho_K))",
    .source = "arXiv 2510.23049v1 (19), (20)",
    .input = MethodInput::kOutcomes,
    .constant_group = ConstantGroup::kZero,
    .parameters = kParameters,
    .smallest_group = GroupOfTwoAndK,
    .factor = Factor,
    .base = GrpoBase,
    .surrogate = Surrogate};

}  // namespace advantaged
