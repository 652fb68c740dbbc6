// Statistics of one group of real rewards, in the summation order of lane_sum.h.
#ifndef ADVANTAGED_CORE_KERNELS_MOMENTS_H_
#define ADVANTAGED_CORE_KERNELS_MOMENTS_H_

#include <cstddef>
#include <span>

namespace advantaged {

// What one look at the rewards tells. One pass. With `finite` false the other members mean nothing.
struct RewardScan {
  bool finite = true;    // no NaN, no infinity
  bool binary = true;    // all 0 or 1
  std::size_t ones = 0;  // how many are 1
  float minimum = 0;
  float maximum = 0;
};

// Size ≥ 1.
RewardScan ScanRewards(std::span<const float> rewards);

// Mean and spread. The mean is carried in two parts, mean* = mean + residual: `mean` is the rounded
// quotient of the sum, `residual` the mean of (r_i − mean). So r_i − mean* keeps its digits even
// where the rewards sit on a large offset (2²³ + {0, 1}, or neighbouring floats), which one double
// cannot hold.
struct Moments {
  double n = 0;
  double mean = 0;
  double residual = 0;
  double centred_squares = 0;  // Σ (r_i − mean*)²
};

// Size ≥ 1, finite rewards. Two passes: the mean first, then Σ(r − mean) and Σ(r − mean)²
// (corrected two-pass algorithm: Chan, Golub, LeVeque, "Algorithms for computing the sample
// variance", 1983, equation 1.7).
Moments ComputeMoments(std::span<const float> rewards);

}  // namespace advantaged

#endif  // ADVANTAGED_CORE_KERNELS_MOMENTS_H_
