#include "core/kernels/moments.h"

#include <algorithm>
#include <bit>
#include <cstdint>

#include "core/kernels/lane_sum.h"

namespace advantaged {
namespace {

constexpr std::uint32_t kExponent = 0x7f800000U;

// What a lane has seen. Lanes instead of one accumulator let the compiler keep them in vector
// registers.
struct Lanes {
  std::uint32_t finite[kLanes];
  std::uint32_t binary[kLanes];
  std::uint32_t ones[kLanes] = {};
  float minimum[kLanes];
  float maximum[kLanes];
};

void Look(Lanes& lanes, std::size_t lane, float reward) {
  lanes.finite[lane] &=
      static_cast<std::uint32_t>((std::bit_cast<std::uint32_t>(reward) & kExponent) != kExponent);
  lanes.binary[lane] &=
      static_cast<std::uint32_t>(reward == 0) | static_cast<std::uint32_t>(reward == 1);
  lanes.ones[lane] += static_cast<std::uint32_t>(reward == 1);
  lanes.minimum[lane] = reward < lanes.minimum[lane] ? reward : lanes.minimum[lane];
  lanes.maximum[lane] = reward > lanes.maximum[lane] ? reward : lanes.maximum[lane];
}

}  // namespace

RewardScan ScanRewards(std::span<const float> rewards) {
  Lanes lanes;
  std::fill_n(lanes.finite, kLanes, 1U);
  std::fill_n(lanes.binary, kLanes, 1U);
  std::fill_n(lanes.minimum, kLanes, rewards[0]);
  std::fill_n(lanes.maximum, kLanes, rewards[0]);
  const std::size_t whole = rewards.size() / kLanes * kLanes;
  for (std::size_t i = 0; i < whole; i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) Look(lanes, lane, rewards[i + lane]);
  }
  for (std::size_t i = whole; i < rewards.size(); ++i) Look(lanes, i - whole, rewards[i]);

  RewardScan scan{.minimum = rewards[0], .maximum = rewards[0]};
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    scan.finite = scan.finite && lanes.finite[lane] != 0;
    scan.binary = scan.binary && lanes.binary[lane] != 0;
    scan.ones += lanes.ones[lane];
    scan.minimum = std::min(scan.minimum, lanes.minimum[lane]);
    scan.maximum = std::max(scan.maximum, lanes.maximum[lane]);
  }
  return scan;
}

Moments ComputeMoments(std::span<const float> rewards) {
  const auto n = static_cast<double>(rewards.size());
  const float* r = rewards.data();
  const auto [sum] = LaneSum<1>(rewards.size(), [r](std::size_t i) {
    return std::array<double, 1>{static_cast<double>(r[i])};
  });
  const double mean = sum / n;
  const auto [deviation, squares] = LaneSum<2>(rewards.size(), [r, mean](std::size_t i) {
    const double d = static_cast<double>(r[i]) - mean;
    return std::array<double, 2>{d, d * d};
  });
  const double residual = deviation / n;
  return {.n = n,
          .mean = mean,
          .residual = residual,
          .centred_squares = squares - deviation * residual};
}

}  // namespace advantaged
