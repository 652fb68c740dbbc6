// Statistics of one group of real rewards, in the summation order of lane_sum.h.
#ifndef ADVANTAGED_CORE_KERNELS_MOMENTS_H_
#define ADVANTAGED_CORE_KERNELS_MOMENTS_H_

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/kernels/group_places.h"
#include "core/kernels/moment_arrays.h"

namespace advantaged {

// What one look at the rewards tells. One pass. With `finite` false the other members mean nothing.
struct RewardScan {
  bool finite = true;    // no NaN, no infinity
  bool binary = true;    // all 0 or 1
  std::size_t ones = 0;  // how many are 1
  float minimum = 0;     // never −0: targets differ in which zero they keep
  float maximum = 0;
};

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

// Scans and moments of many groups that stand side by side, to the bit those of the functions
// above. A call for each group would cost more than the arithmetic of a small one; this takes
// several groups a vector where single numbers per group are due: the trees of the sums, the
// divisions. Holds its memory, so keep one and compute often; some 2 Ki rewards at a time stay in
// the first-level cache until they are applied.
class GroupMoments {
 public:
  void Compute(const GroupPlaces& groups);
  // Where a kernel that does more than Compute() puts what it finds; valid until the next call.
  MomentArrays Reserve(const GroupPlaces& groups);

  std::size_t count() const { return count_; }
  // NaN and infinities show in the sum, which no finite rewards overflow.
  bool Finite(std::size_t group) const { return std::isfinite(mean_[group]); }
  bool Binary(std::size_t group) const { return binary_[group] != 0; }
  // `ones` is given for a binary group only, else 0.
  RewardScan Scan(std::size_t group) const;
  Moments Of(std::size_t group) const {
    return {.n = n_[group],
            .mean = mean_[group],
            .residual = residual_[group],
            .centred_squares = centred_squares_[group]};
  }

 private:
  std::size_t count_ = 0;
  std::vector<double> n_, mean_, residual_, centred_squares_;
  std::vector<float> minimum_, maximum_;
  std::vector<std::uint8_t> binary_;
};

}  // namespace advantaged

#endif  // ADVANTAGED_CORE_KERNELS_MOMENTS_H_
