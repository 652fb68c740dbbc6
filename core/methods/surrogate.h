// The point of the method `surrogate`.
#ifndef ADVANTAGED_CORE_METHODS_SURROGATE_H_
#define ADVANTAGED_CORE_METHODS_SURROGATE_H_

#include <cstdint>

#include "core/methods/method.h"

namespace advantaged {

// The point of a formula for a group: ρ̂ and ρ̂_K for ρ and ρ_K, and dρ_K/dρ = K(1−ρ̂_K)/(1−ρ̂) =
// K·f₋, which is 0 where ρ̂_K = 1.
Formula::Point SurrogatePoint(const Counts& counts, std::uint32_t k);

}  // namespace advantaged

#endif  // ADVANTAGED_CORE_METHODS_SURROGATE_H_
