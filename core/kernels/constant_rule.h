// When a group of rewards is constant, written down once for one group and for many in a vector.
#ifndef ADVANTAGED_CORE_KERNELS_CONSTANT_RULE_H_
#define ADVANTAGED_CORE_KERNELS_CONSTANT_RULE_H_

#include <cmath>

namespace advantaged {

// maximum − minimum ≤ absolute + relative · (|maximum| + |minimum|), in double, each operation
// rounded once.
struct ConstantRule {
  double absolute = 0;
  double relative = 0;

  // A tolerance of 0 is exact. A larger one is what the caller's decimals may differ by, so it
  // allows for their rounding to float32 too: half a unit in the last place of each.
  static ConstantRule Within(double tolerance) {
    return {tolerance, tolerance > 0 ? 0x1p-24 : 0.0};
  }
  // No group is constant: there is no difference below 0.
  static ConstantRule Never() { return {-1, 0}; }

  // Of finite rewards.
  bool Holds(float minimum, float maximum) const {
    const double least = minimum;
    const double most = maximum;
    return most - least <= absolute + relative * (std::abs(most) + std::abs(least));
  }
};

}  // namespace advantaged

#endif  // ADVANTAGED_CORE_KERNELS_CONSTANT_RULE_H_
