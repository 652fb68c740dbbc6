// What the engine asks the method `surrogate` beside its table.
#ifndef ADVANTAGED_CORE_METHODS_SURROGATE_H_
#define ADVANTAGED_CORE_METHODS_SURROGATE_H_

#include <cstdint>

#include "core/method.h"

namespace advantaged {

// The point of a formula for a group: ρ̂ and ρ̂_K for ρ and ρ_K, and dρ_K/dρ = K(1−ρ̂_K)/(1−ρ̂) =
// K·f₋, which is 0 where ρ̂_K = 1.
Formula::Point SurrogatePoint(const Counts& counts, std::uint32_t k);

// Adds a violation saying that the surrogate reward or its slope is not finite for this group, and
// which of its formulas is to blame.
void RefuseUndefined(const Counts& counts, const Parameters& parameters, Violations& violations);

}  // namespace advantaged

#endif  // ADVANTAGED_CORE_METHODS_SURROGATE_H_
