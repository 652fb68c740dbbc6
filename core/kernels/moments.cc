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

using Wide = hn::CappedTag<float, kLanes>;
using WideVector = hn::Vec<Wide>;

RewardScan Scan(const float* rewards, std::size_t n) {
  const Wide d;
  constexpr std::size_t kStep = hn::MaxLanes(Wide());
  const WideVector one = hn::Set(d, 1.0F);
  // Differences of a finite value to itself are 0, of others NaN.
  WideVector strange = hn::Zero(d);
  WideVector differences = hn::Zero(d);
  WideVector minimum = hn::Set(d, rewards[0]);
  WideVector maximum = minimum;
  std::size_t ones = 0;
  const auto look = [&](WideVector v) HWY_ATTR {
    const auto is_one = hn::Eq(v, one);
    strange = hn::Or(strange, hn::IfThenZeroElse(is_one, v));
    differences = hn::Add(differences, hn::Sub(v, v));
    minimum = Least()(minimum, v);
    maximum = Greatest()(maximum, v);
    return hn::CountTrue(d, is_one);
  };
  std::size_t i = 0;
  for (; i + kStep <= n; i += kStep) ones += look(hn::LoadU(d, rewards + i));
  if (i < n) {
    // The first reward in the lanes beyond the end: it changes none but the count.
    float padded[kLanes];
    std::fill_n(padded, kLanes, rewards[0]);
    std::copy(rewards + i, rewards + n, padded);
    ones += look(hn::LoadU(d, padded));
    if (rewards[0] == 1) ones -= i + kStep - n;
  }
  return {.finite = hn::AllTrue(d, hn::Eq(differences, hn::Zero(d))),
          .binary = hn::AllTrue(d, hn::Eq(strange, hn::Zero(d))),
          .ones = ones,
          .minimum = hn::GetLane(hn::MinOfLanes(d, minimum)) + 0.0F,
          .maximum = hn::GetLane(hn::MaxOfLanes(d, maximum)) + 0.0F};
}

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

HWY_EXPORT(Scan);
HWY_EXPORT(SingleMoments);
HWY_EXPORT(ManyMoments);

RewardScan ScanRewards(std::span<const float> rewards) {
  return HWY_DYNAMIC_DISPATCH(Scan)(rewards.data(), rewards.size());
}

Moments ComputeMoments(std::span<const float> rewards) {
  return HWY_DYNAMIC_DISPATCH(SingleMoments)(rewards.data(), rewards.size());
}

MomentArrays GroupMoments::Compute(const GroupPlaces& groups) {
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
  const MomentArrays arrays{.n = n_.data(),
                            .mean = mean_.data(),
                            .residual = residual_.data(),
                            .centred_squares = centred_squares_.data(),
                            .minimum = minimum_.data(),
                            .maximum = maximum_.data(),
                            .binary = binary_.data()};
  HWY_DYNAMIC_DISPATCH(ManyMoments)(groups, arrays);
  return arrays;
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
