// Weighted moments of a batch, in the summation order of lane_sum.h.
#ifndef ADVANTAGED_CORE_KERNELS_WEIGHTED_MOMENTS_H_
#define ADVANTAGED_CORE_KERNELS_WEIGHTED_MOMENTS_H_

#include <cstdint>
#include <span>

#include "advantaged/advantaged.h"

namespace advantaged {

// `weights` empty: all 1. Values that are all equal (where the weight is not 0) give exactly that
// mean and exactly no spread. A total weight of 0 gives zeros.
BatchMoments WeightedMoments(std::span<const double> values,
                             std::span<const std::uint32_t> weights);

}  // namespace advantaged

#endif  // ADVANTAGED_CORE_KERNELS_WEIGHTED_MOMENTS_H_
