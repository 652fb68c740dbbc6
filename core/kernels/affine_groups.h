// Affine advantages of many groups at once, from the rewards to the advantages.
//
//   AffineGroups affine;                                   // keep it: it holds its memory
//   affine.Compute({rewards, n}, rule, constant, advantages);     // groups of n
//   affine.Compute({rewards, offsets}, rule, constant, advantages);
//   for (std::size_t g = 0; g < affine.moments().count(); ++g) {
//     if (!affine.moments().Finite(g)) …                   // its advantages mean nothing
//     const RewardScan scan = affine.moments().Scan(g);    // binary, minimum, maximum, …
//     const Moments moments = affine.moments().Of(g);
//     if (!affine.WithinFloat(g)) …                        // an advantage is beyond float32
//     if (affine.AllZero(g)) …                             // no signal
//   }
//
// Bit for bit what ScanRewards(), ComputeMoments(), AffineOf() and ApplyAffine() give for each
// group. A few thousand rewards at a time stay in the first-level cache for who reads them
// afterwards.
#ifndef ADVANTAGED_CORE_KERNELS_AFFINE_GROUPS_H_
#define ADVANTAGED_CORE_KERNELS_AFFINE_GROUPS_H_

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "core/kernels/affine_rule.h"
#include "core/kernels/constant_rule.h"
#include "core/kernels/group_places.h"
#include "core/kernels/moments.h"

namespace advantaged {

class AffineGroups {
 public:
  // Groups that are constant get 0. `advantages`, as many as rewards, are elsewhere.
  void Compute(const GroupPlaces& groups, const AffineRule& rule, const ConstantRule& constant,
               std::span<float> advantages);

  // Of the groups of the last call.
  const GroupMoments& moments() const { return moments_; }
  // The advantages of the smallest and of the largest reward: all others lie between.
  bool AllZero(std::size_t group) const { return least_[group] == 0 && greatest_[group] == 0; }
  bool WithinFloat(std::size_t group) const {
    return std::isfinite(least_[group]) && std::isfinite(greatest_[group]);
  }

 private:
  GroupMoments moments_;
  std::vector<double> slope_;
  std::vector<double> zeros_;  // the centres and shifts of a baseline of 0
  std::vector<float> least_, greatest_;
};

}  // namespace advantaged

#endif  // ADVANTAGED_CORE_KERNELS_AFFINE_GROUPS_H_
