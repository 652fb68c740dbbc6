// Tallies: every value in the bucket that Prometheus would choose, sums, publication.
#include "server/metrics/tally.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "server/metrics/magnitude_tally.h"

namespace advantaged {
namespace {

using testing::ElementsAre;

template <typename AnyTally>
prometheus::ClientMetric::Histogram Publish(const AnyTally& tally, std::span<const double> edges) {
  prometheus::Histogram histogram({edges.begin(), edges.end()});
  tally.PublishTo(histogram);
  return histogram.Collect().histogram;
}

std::vector<std::uint64_t> Cumulative(const prometheus::ClientMetric::Histogram& histogram) {
  std::vector<std::uint64_t> counts;
  for (const auto& bucket : histogram.bucket) counts.push_back(bucket.cumulative_count);
  return counts;
}

TEST(Tally, EdgesAreInclusive) {
  constexpr std::array<double, 3> kEdges = {0, 0.5, 1};
  Tally tally(kEdges);
  for (const double value : {0.0, 0.5, 0.5000001, 1.0, 7.0}) tally.Observe(value);
  const auto histogram = Publish(tally, kEdges);
  EXPECT_THAT(Cumulative(histogram), ElementsAre(1, 2, 4, 5));
  EXPECT_EQ(histogram.sample_count, 5);
  EXPECT_DOUBLE_EQ(histogram.sample_sum, 9.0000001);
}

TEST(Tally, RatesOfSmallGroupsHaveTheirOwnBuckets) {
  for (const unsigned n : {1U, 2U, 4U, 8U, 16U}) {
    for (unsigned c = 0; c <= n; ++c) {
      EXPECT_EQ(BucketOf(static_cast<double>(c) / n, kRateEdges), c * (kRateSteps / n));
    }
  }
}

// The values around every edge, and a spread over all of float32.
std::vector<float> Samples() {
  std::vector<float> samples = {0.0F, std::numeric_limits<float>::denorm_min(),
                                std::numeric_limits<float>::min(),
                                std::numeric_limits<float>::max()};
  for (const double edge : kWeightEdges) {
    const auto value = static_cast<float>(edge);
    samples.insert(samples.end(), {value, std::nextafter(value, 0.0F),
                                   std::nextafter(value, std::numeric_limits<float>::max())});
  }
  for (float value = 1.2e-38F; value < 1e38F; value *= 1.003F) samples.push_back(value);
  return samples;
}

TEST(Tally, MagnitudesFallIntoTheBucketOfTheirSearch) {
  for (const float value : Samples()) {
    for (const float sign : {1.0F, -1.0F}) {
      const float advantage = sign * value;
      MagnitudeTally fast;
      fast.Observe({&advantage, 1});
      Tally plain(kWeightEdges);
      plain.Observe(value);
      ASSERT_EQ(Cumulative(Publish(fast, kWeightEdges)), Cumulative(Publish(plain, kWeightEdges)))
          << advantage;
    }
  }
}

TEST(Tally, SumOfMagnitudes) {
  const std::vector<float> advantages = {-1.5F, 0.5F, -0.0F, 2.0F, 1.0F};
  MagnitudeTally tally;
  tally.Observe(advantages);
  EXPECT_EQ(Publish(tally, kWeightEdges).sample_sum, 5.0);
  EXPECT_EQ(Publish(tally, kWeightEdges).sample_count, 5);
}

TEST(Tally, SignsOfAdvantages) {
  MagnitudeTally tally;
  const float tiny = std::numeric_limits<float>::denorm_min();
  // A multiple of the lanes, and a rest.
  tally.Observe(std::vector<float>{-1.5F, 0.5F, -0.0F, tiny, -tiny, 0.0F, 1000.0F});
  tally.Observe(std::vector<float>{-1.0F});
  EXPECT_THAT(tally.Signs(), ElementsAre(3, 3, 2));
  EXPECT_THAT(MagnitudeTally().Signs(), ElementsAre(0, 0, 0));
}

}  // namespace
}  // namespace advantaged
