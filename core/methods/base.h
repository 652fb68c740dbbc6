// The four methods that others scale, callable by name. Each is defined in the file of its name.
#ifndef ADVANTAGED_CORE_METHODS_BASE_H_
#define ADVANTAGED_CORE_METHODS_BASE_H_

#include "core/methods/method.h"

namespace advantaged {

// (A₊, A₋) of the base with default parameters (ddof = 0, ε = 0).
Pair BaseTable(Base base, const Counts& counts);

// The base with default parameters on real rewards.
Affine BaseAffine(Base base, const RewardGroup& group);

}  // namespace advantaged

#endif  // ADVANTAGED_CORE_METHODS_BASE_H_
