// RLOO_K: RLOO weighted by leave-one-out failure.
//
//   A₊ = n/(n−1)·(1−ρ̂)·f₊,   A₋ = −n/(n−1)·ρ̂·f₋         (× K with keep_factor_k)
//
// Unbiased for ∇ρ_K / K. Equation (16) of arXiv 2510.23049v1.
#include "core/methods/pass_at_k.h"
#include "core/methods/rows.h"

namespace advantaged {
const MethodRow kPassAtKRloo{.name = "pass_at_k_rloo",
                             .equation = "A+ = n/(n-1) (1-rho) f+, A- = -n/(n-1) rho f-",
                             .source = "arXiv 2510.23049v1 (16)",
                             .input = MethodInput::kOutcomes,
                             .constant_group = ConstantGroup::kZero,
                             .parameters = kPassAtKParameters,
                             .smallest_group = GroupOfTwoAndK,
                             .factor = FailureFactor,
                             .base = RlooBase,
                             .surrogate = PassAtKRate,
                             .keeps_mean = true};

}  // namespace advantaged
