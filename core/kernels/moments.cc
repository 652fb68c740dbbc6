#include "core/kernels/moments.h"

#include <algorithm>

#include "core/kernels/group_places.h"
#include "core/kernels/moment_arrays.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/kernels/moments.cc"
#include <hwy/foreach_target.h>  // includes this file again for each target

#include "core/kernels/group_moments-inl.h"

HWY_BEFORE_NAMESPACE();
namespace advantaged {
namespace HWY_NAMESPACE {

Moments SingleMoments(const float* rewards, std::size_t n) {
  return LargeMoments(rewards, n).moments;
}

void ManyMoments(const GroupPlaces& groups, const MomentArrays& arrays) {
  MomentsOf(groups, 0, groups.count(), arrays);
}

// NOLINTNEXTLINE(google-readability-namespace-comments)
}  // namespace HWY_NAMESPACE
}  // namespace advantaged
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace advantaged {

HWY_EXPORT(SingleMoments);
HWY_EXPORT(ManyMoments);

Moments ComputeMoments(std::span<const float> rewards) {
  return HWY_DYNAMIC_DISPATCH(SingleMoments)(rewards.data(), rewards.size());
}

MomentArrays GroupMoments::Reserve(const GroupPlaces& groups) {
  count_ = groups.count();
  const std::size_t padded = PaddedCount(count_);
  for (std::vector<double>* doubles : {&n_, &mean_, &residual_, &centred_squares_}) {
    doubles->resize(padded);
  }
  minimum_.resize(padded);
  maximum_.resize(padded);
  binary_.resize(padded);
  if (groups.uniform_size() > 0) {
    std::ranges::fill(n_, static_cast<double>(groups.uniform_size()));
  } else if (count_ > 0) {
    for (std::size_t g = 0; g < padded; ++g) n_[g] = static_cast<double>(groups.size(g));
  }
  return {.n = n_.data(),
          .mean = mean_.data(),
          .residual = residual_.data(),
          .centred_squares = centred_squares_.data(),
          .minimum = minimum_.data(),
          .maximum = maximum_.data(),
          .binary = binary_.data()};
}

void GroupMoments::Compute(const GroupPlaces& groups) {
  HWY_DYNAMIC_DISPATCH(ManyMoments)(groups, Reserve(groups));
}

RewardScan GroupMoments::Scan(std::size_t group) const {
  const bool finite = Finite(group);
  const bool binary = binary_[group] != 0;
  // Of a binary group the sum is the count, and n · (sum / n) is within half of it.
  const double ones = finite && binary ? mean_[group] * n_[group] + 0.5 : 0;
  return {.finite = finite,
          .binary = binary,
          .ones = static_cast<std::size_t>(ones),
          .minimum = minimum_[group],
          .maximum = maximum_[group]};
}

}  // namespace advantaged
#endif  // HWY_ONCE
