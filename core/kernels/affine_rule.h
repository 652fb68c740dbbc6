// The affine form of a method as data: what slope, centre and shift are, given the moments of a
// group. One description serves a single group and many at once, so a method states its rule once.
#ifndef ADVANTAGED_CORE_KERNELS_AFFINE_RULE_H_
#define ADVANTAGED_CORE_KERNELS_AFFINE_RULE_H_

#include <cstdint>

#include "core/kernels/apply.h"
#include "core/kernels/moments.h"

namespace advantaged {

// A_i = slope · (r_i − baseline)
struct AffineRule {
  enum class Baseline : std::uint8_t {
    kZero,
    kMean,
  };
  enum class Slope : std::uint8_t {
    kOne,
    kLeaveOneOut,  // n / (n − 1): with kMean, the baseline is the mean of the others
    kDeviation,    // 1 / (sd + epsilon), sd = √(Σ_j (r_j − mean)² / (n − ddof))
  };
  Baseline baseline = Baseline::kMean;
  Slope slope = Slope::kOne;
  double ddof = 0;
  double epsilon = 0;
};

// Of a group for which the slope is defined: of 2 responses or more where that divides by n − 1.
Affine AffineOf(const AffineRule& rule, const Moments& moments);

}  // namespace advantaged

#endif  // ADVANTAGED_CORE_KERNELS_AFFINE_RULE_H_
