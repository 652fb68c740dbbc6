// Moments of many groups and the loops over one, on every target, against the documented order and
// plain loops, bit for bit.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "core/kernels/apply.h"
#include "core/kernels/moments.h"
#include "tests/core/drawn_groups.h"
#include "tests/core/every_target.h"

namespace advantaged::testing {
namespace {

// What is expected of a group.
void Expect(const Floats& rewards, const GroupMoments& moments, std::size_t g) {
  SCOPED_TRACE(::testing::Message() << "group " << g << " of n = " << rewards.size());
  const RewardScan scan = moments.Scan(g);
  const bool finite = std::ranges::all_of(rewards, [](float r) { return std::isfinite(r); });
  EXPECT_EQ(scan.finite, finite);
  EXPECT_EQ(moments.Finite(g), finite);
  if (!finite) return;
  const bool binary = std::ranges::all_of(rewards, [](float r) { return r == 0 || r == 1; });
  EXPECT_EQ(scan.binary, binary);
  if (binary) {
    EXPECT_EQ(scan.ones, static_cast<std::size_t>(std::ranges::count(rewards, 1.0F)));
  }
  EXPECT_EQ(BitsOf32(scan.minimum), BitsOf32(*std::ranges::min_element(rewards) + 0.0F));
  EXPECT_EQ(BitsOf32(scan.maximum), BitsOf32(*std::ranges::max_element(rewards) + 0.0F));
  const Moments expected = DocumentedMoments(rewards);
  const Moments actual = moments.Of(g);
  EXPECT_EQ(actual.n, expected.n);
  EXPECT_EQ(BitsOf64(actual.mean), BitsOf64(expected.mean));
  EXPECT_EQ(BitsOf64(actual.residual), BitsOf64(expected.residual));
  EXPECT_EQ(BitsOf64(actual.centred_squares), BitsOf64(expected.centred_squares));
}

TEST(GroupMoments, UniformGroupsFollowTheDocumentedOrder) {
  OnEveryTarget([] {
    GroupMoments moments;
    for (const std::size_t n : GroupSizes()) {
      const DrawnBatch batch = UniformBatch(n);
      moments.Compute({batch.rewards(), static_cast<std::uint32_t>(n)});
      ASSERT_EQ(moments.count(), batch.groups.size());
      for (std::size_t g = 0; g < moments.count(); ++g) Expect(batch.groups[g], moments, g);
    }
  });
}

TEST(GroupMoments, RaggedGroupsFollowTheDocumentedOrder) {
  OnEveryTarget([] {
    GroupMoments moments;
    for (unsigned round = 0; round < 60; ++round) {
      const DrawnBatch batch = RaggedBatch(round);
      moments.Compute({batch.rewards(), batch.offsets});
      ASSERT_EQ(moments.count(), batch.groups.size());
      for (std::size_t g = 0; g < moments.count(); ++g) Expect(batch.groups[g], moments, g);
    }
  });
}

TEST(GroupMoments, NoGroups) {
  GroupMoments moments;
  moments.Compute({std::span<const float>(), 8});
  EXPECT_EQ(moments.count(), 0U);
}

TEST(Apply, OneGroup) {
  OnEveryTarget([] {
    std::mt19937 random(31);
    for (const std::size_t n : GroupSizes()) {
      const DrawnBatch batch({n}, n % 16, static_cast<unsigned>(n));
      const std::span<const float> rewards = batch.rewards();
      Floats outcomes(n);
      for (float& outcome : outcomes) outcome = random() % 2 == 0 ? 0.0F : 1.0F;
      Floats out(batch.storage.size() + 20, 77);
      const std::span<float> there = std::span(out).subspan(batch.at, n);
      ApplyAffine(rewards, 1.5, 0.3, 1e-9, there);
      for (std::size_t i = 0; i < n; ++i) {
        const float expected = Applied(rewards[i], 1.5, 0.3, 1e-9);
        if (std::isnan(expected)) continue;  // of a reward that is not finite
        ASSERT_EQ(BitsOf32(there[i]), BitsOf32(expected));
      }
      ApplyAffineByOutcome(rewards, outcomes, 1.5, -0.7, 0.3, 1e-9, there);
      for (std::size_t i = 0; i < n; ++i) {
        const float expected = Applied(rewards[i], outcomes[i] != 0 ? 1.5 : -0.7, 0.3, 1e-9);
        if (std::isnan(expected)) continue;
        ASSERT_EQ(BitsOf32(there[i]), BitsOf32(expected));
      }
      SelectPair(outcomes, 2, -3, there);
      for (std::size_t i = 0; i < n; ++i) ASSERT_EQ(there[i], outcomes[i] != 0 ? 2 : -3);
      Doubles doubles(rewards.begin(), rewards.end());
      for (double& x : doubles) x *= random() % 4 == 0 ? 1e300 : 1.000000001;
      ToFloat32(doubles, there);
      for (std::size_t i = 0; i < n; ++i) {
        if (std::isnan(doubles[i])) continue;
        ASSERT_EQ(BitsOf32(there[i]), BitsOf32(static_cast<float>(doubles[i]) + 0.0F));
      }
      for (std::size_t i = 0; i < batch.at; ++i) ASSERT_EQ(out[i], 77);
      for (std::size_t i = batch.storage.size(); i < out.size(); ++i) ASSERT_EQ(out[i], 77);
    }
  });
}

}  // namespace
}  // namespace advantaged::testing
