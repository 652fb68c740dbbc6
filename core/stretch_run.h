// Advantages of groups of real rewards, many groups in one call of a kernel, where the method and
// the options ask for nothing but the rewards. Private to batch_run.cc.
#ifndef ADVANTAGED_CORE_STRETCH_RUN_H_
#define ADVANTAGED_CORE_STRETCH_RUN_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/computation.h"
#include "core/kernels/affine_groups.h"
#include "core/kernels/rank.h"

namespace advantaged {

class StretchRun {
 public:
  StretchRun(const Computation& computation, const Options& options);

  // True if Compute gives these groups what the method gives groups of real rewards that are large
  // enough; about others it says nothing.
  bool Applies(const GroupPlaces& groups) const {
    return applies_ && (row_.rule != nullptr || groups.uniform_size() > 0);
  }
  // `out` has the places of the rewards.
  void Compute(const GroupPlaces& groups, std::span<float> out);

  // After Compute, if it applies. True if nothing else decides about the group and the caller needs
  // no look at its advantages either.
  bool Settles(std::size_t group, std::size_t n, const RewardScan& scan) const {
    return settles_ && n >= smallest_group_ && scan.finite && !scan.binary &&
           affine_.WithinFloat(group);
  }
  bool AllZero(std::size_t group) const { return affine_.AllZero(group); }
  const GroupMoments& moments() const {
    return row_.rule != nullptr ? affine_.moments() : moments_;
  }

 private:
  const MethodRow& row_;
  const Parameters& parameters_;
  const bool applies_;
  const bool settles_;
  const std::uint32_t smallest_group_;
  const ConstantRule constant_;
  AffineGroups affine_;
  GroupMoments moments_;
  RankMemory rank_memory_;
  std::vector<double> doubles_;
};

}  // namespace advantaged

#endif  // ADVANTAGED_CORE_STRETCH_RUN_H_
