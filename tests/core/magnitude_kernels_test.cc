// What a summary adds up over advantages, on every target: sums of few bits, which are exact in any
// order, and sums of any floats, which are the same on all targets.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <vector>

#include "core/kernels/magnitude.h"
#include "tests/core/every_target.h"

namespace advantaged::testing {
namespace {

double Total(const MagnitudeSums::Lanes& lanes) {
  return std::accumulate(lanes.begin(), lanes.end(), 0.0);
}

// Quarters in [−8, 8): squares and sums of thousands are exact.
std::vector<float> Quarters(std::size_t size) {
  std::mt19937 random(3);
  std::vector<float> values(size);
  for (float& value : values) value = static_cast<float>(random() % 64) * 0.25F - 8;
  return values;
}

TEST(MagnitudeKernels, AreTheirDefinition) {
  constexpr double kOrigin = 1.5;
  const std::vector<float> values = Quarters(300);
  OnEveryTarget([&] {
    for (std::size_t n = 0; n <= values.size(); ++n) {
      MagnitudeSums sums;
      AddMagnitudes({values.data(), n}, kOrigin, sums);
      double distance = 0;
      double squares = 0;
      double maximum = 0;
      double sides[2] = {0, 0};
      for (std::size_t i = 0; i < n; ++i) {
        const double magnitude = std::abs(static_cast<double>(values[i]));
        distance += magnitude - kOrigin;
        squares += (magnitude - kOrigin) * (magnitude - kOrigin);
        maximum = std::max(maximum, magnitude);
        sides[values[i] > 0 ? 1 : 0] += magnitude;
      }
      ASSERT_EQ(Total(sums.distance), distance) << n;
      ASSERT_EQ(Total(sums.squares), squares) << n;
      ASSERT_EQ(*std::ranges::max_element(sums.maximum), maximum) << n;
      ASSERT_EQ(Total(sums.negative), sides[0]) << n;
      ASSERT_EQ(Total(sums.positive), sides[1]) << n;
    }
  });
}

TEST(MagnitudeKernels, HaveTheSameBitsOnEveryTarget) {
  std::mt19937 random(4);
  std::normal_distribution<float> normal;
  std::vector<float> values(1003);
  for (float& value : values) value = normal(random);
  std::vector<MagnitudeSums> found;
  OnEveryTarget([&] {
    AddMagnitudes(values, 0.7, found.emplace_back());
    AddMagnitudes({values.data(), 13}, 0.7, found.back());
  });
  for (const MagnitudeSums& sums : found) {
    EXPECT_EQ(sums.distance, found[0].distance);
    EXPECT_EQ(sums.squares, found[0].squares);
    EXPECT_EQ(sums.maximum, found[0].maximum);
    EXPECT_EQ(sums.positive, found[0].positive);
    EXPECT_EQ(sums.negative, found[0].negative);
  }
}

}  // namespace
}  // namespace advantaged::testing
