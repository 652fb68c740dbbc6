// What the summary of a batch adds up over its advantages.
#ifndef ADVANTAGED_CORE_KERNELS_MAGNITUDE_H_
#define ADVANTAGED_CORE_KERNELS_MAGNITUDE_H_

#include <array>
#include <span>

#include "core/kernels/lane_sum.h"

namespace advantaged {

// By lane, so that a group adds a row and the lanes are combined once, at the end.
struct MagnitudeSums {
  using Lanes = std::array<double, kLanes>;
  Lanes distance{};  // Σ (|A| − origin)
  Lanes squares{};   // Σ (|A| − origin)²
  Lanes maximum{};   // of |A|
  Lanes positive{};  // Σ |A| of A > 0
  Lanes negative{};  // Σ |A| of the others
};

// The i-th advantage goes to lane i mod 8. Finite advantages.
void AddMagnitudes(std::span<const float> advantages, double origin, MagnitudeSums& sums);

}  // namespace advantaged

#endif  // ADVANTAGED_CORE_KERNELS_MAGNITUDE_H_
