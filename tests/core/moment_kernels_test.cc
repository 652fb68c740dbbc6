// Moments and the affine form over many groups, on every target, against the documented order and
// plain loops, bit for bit: all small sizes and those around blocks, arrays at any place.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "core/kernels/apply.h"
#include "core/kernels/moments.h"
#include "tests/core/documented_order.h"
#include "tests/core/every_target.h"

namespace advantaged::testing {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

std::uint32_t BitsOf32(float x) { return std::bit_cast<std::uint32_t>(x); }

// One group and what is expected of it.
struct Group {
  Floats rewards;

  void Expect(const GroupMoments& moments, std::size_t g) const {
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
};

// Of many magnitudes, of outcomes, with zeros of both signs, and one in ten not finite.
Group DrawGroup(std::size_t n, std::mt19937& random) {
  Group group{DrawMagnitudes(n, static_cast<unsigned>(random()))};
  const auto kind = random() % 10;
  for (float& r : group.rewards) {
    if (kind < 2) r = random() % 2 == 0 ? 1.0F : -0.0F;
    if (kind == 2) r = -0.0F;
    if (kind == 3 && random() % 2 == 0) r = -0.0F;
  }
  if (kind == 4) group.rewards[random() % n] = random() % 2 == 0 ? kNaN : kInfinity;
  return group;
}

// Rewards of groups one after the other, at a place of any alignment.
struct Batch {
  std::vector<Group> groups;
  std::vector<std::uint32_t> offsets;
  Floats storage;
  std::size_t at;

  Batch(const std::vector<std::size_t>& sizes, std::size_t place, unsigned seed)
      : offsets{static_cast<std::uint32_t>(place)}, storage(place, kNaN), at(place) {
    std::mt19937 random(seed);
    for (const std::size_t n : sizes) {
      groups.push_back(DrawGroup(n, random));
      const Floats& rewards = groups.back().rewards;
      storage.insert(storage.end(), rewards.begin(), rewards.end());
      offsets.push_back(offsets.back() + static_cast<std::uint32_t>(n));
    }
  }
  std::span<const float> rewards() const { return std::span<const float>(storage).subspan(at); }
};

std::vector<std::size_t> GroupSizes() {
  std::vector<std::size_t> sizes(70);
  for (std::size_t i = 0; i < sizes.size(); ++i) sizes[i] = i + 1;
  sizes.insert(sizes.end(), {1023, 4088, 4095, 4096, 4097, 4104, 8193, 20481, 28673});
  return sizes;
}

TEST(GroupMoments, UniformGroupsFollowTheDocumentedOrder) {
  OnEveryTarget([] {
    GroupMoments moments;
    for (const std::size_t n : GroupSizes()) {
      const std::size_t groups = n > 1000 ? 3 : n % 20 + 1;
      const Batch batch(std::vector<std::size_t>(groups, n), n % 16, static_cast<unsigned>(n));
      moments.Compute(batch.rewards(), static_cast<std::uint32_t>(n));
      ASSERT_EQ(moments.count(), groups);
      for (std::size_t g = 0; g < groups; ++g) batch.groups[g].Expect(moments, g);
    }
  });
}

TEST(GroupMoments, RaggedGroupsFollowTheDocumentedOrder) {
  OnEveryTarget([] {
    std::mt19937 random(3);
    GroupMoments moments;
    for (unsigned round = 0; round < 60; ++round) {
      std::vector<std::size_t> sizes(random() % 30 + 1);
      for (std::size_t& n : sizes) n = random() % 40 + 1;
      if (round % 10 == 9) sizes[sizes.size() / 2] = 4096 + round;
      const Batch batch(sizes, round % 16, round);
      moments.Compute(batch.rewards(), batch.offsets);
      ASSERT_EQ(moments.count(), sizes.size());
      for (std::size_t g = 0; g < sizes.size(); ++g) batch.groups[g].Expect(moments, g);
    }
  });
}

TEST(GroupMoments, NoGroups) {
  GroupMoments moments;
  moments.Compute({}, 8);
  EXPECT_EQ(moments.count(), 0U);
}

// What every kernel of the affine form writes for one response.
float Applied(float reward, double slope, double centre, double shift) {
  const double difference = (static_cast<double>(reward) - centre) - shift;
  return static_cast<float>(slope * difference) + 0.0F;
}

std::vector<Affine> DrawAffine(std::size_t groups) {
  std::mt19937 random(21);
  std::normal_distribution<double> normal;
  std::vector<Affine> affine;
  for (std::size_t g = 0; g < groups; ++g) {
    affine.push_back({normal(random), normal(random), normal(random) * 1e-9});
    if (g % 5 == 1) affine.back() = {0, 0, 0};
    if (g % 5 == 2) affine.back() = {1, 0, 0};   // the rewards
    if (g % 5 == 3) affine.back().slope = 1e38;  // beyond float32
  }
  return affine;
}

void ExpectApplied(const Batch& batch, const std::vector<Affine>& affine, const Floats& out) {
  for (std::size_t g = 0; g < affine.size(); ++g) {
    for (std::size_t i = batch.offsets[g]; i < batch.offsets[g + 1]; ++i) {
      const float expected =
          Applied(batch.storage[i], affine[g].slope, affine[g].centre, affine[g].shift);
      if (std::isnan(expected)) continue;  // of a reward that is not finite
      ASSERT_EQ(BitsOf32(out[i]), BitsOf32(expected)) << "group " << g << ", response " << i;
    }
  }
  // Nothing beside them.
  for (std::size_t i = 0; i < batch.at; ++i) ASSERT_EQ(out[i], 77);
  for (std::size_t i = batch.storage.size(); i < out.size(); ++i) ASSERT_EQ(out[i], 77);
}

TEST(Apply, ManyGroups) {
  OnEveryTarget([] {
    for (const std::size_t n : GroupSizes()) {
      const std::size_t groups = n > 1000 ? 3 : n % 20 + 5;
      const Batch batch(std::vector<std::size_t>(groups, n), n % 16, static_cast<unsigned>(n));
      const std::vector<Affine> affine = DrawAffine(groups);
      Floats out(batch.storage.size() + 20, 77);
      const std::span<float> there = std::span(out).subspan(batch.at, batch.rewards().size());
      ApplyGroups(batch.rewards(), static_cast<std::uint32_t>(n), affine, there);
      ExpectApplied(batch, affine, out);
      std::ranges::fill(out, 77);
      ApplyGroups(batch.rewards(), batch.offsets, affine, there);
      ExpectApplied(batch, affine, out);
    }
  });
}

TEST(Apply, OneGroup) {
  OnEveryTarget([] {
    std::mt19937 random(31);
    for (const std::size_t n : GroupSizes()) {
      const Batch batch({n}, n % 16, static_cast<unsigned>(n));
      const std::span<const float> rewards = batch.rewards();
      std::vector<std::uint8_t> outcomes(n);
      for (std::uint8_t& outcome : outcomes) outcome = static_cast<std::uint8_t>(random() % 2);
      Floats out(batch.storage.size() + 20, 77);
      const std::span<float> there = std::span(out).subspan(batch.at, n);
      ApplyAffine(rewards, 1.5, 0.3, 1e-9, there);
      ExpectApplied(batch, {{1.5, 0.3, 1e-9}}, out);
      ApplyAffineByOutcome(rewards, outcomes, 1.5, -0.7, 0.3, 1e-9, there);
      for (std::size_t i = 0; i < n; ++i) {
        const float expected = Applied(rewards[i], outcomes[i] != 0 ? 1.5 : -0.7, 0.3, 1e-9);
        if (std::isnan(expected)) continue;
        ASSERT_EQ(BitsOf32(there[i]), BitsOf32(expected));
      }
      SelectByReward(rewards, 2, -3, there);
      for (std::size_t i = 0; i < n; ++i) ASSERT_EQ(there[i], rewards[i] == 1 ? 2 : -3);
      SelectByOutcome(outcomes, 2, -3, there);
      for (std::size_t i = 0; i < n; ++i) ASSERT_EQ(there[i], outcomes[i] != 0 ? 2 : -3);
      Doubles doubles(rewards.begin(), rewards.end());
      for (double& x : doubles) x *= random() % 4 == 0 ? 1e300 : 1.000000001;
      Round(doubles, there);
      for (std::size_t i = 0; i < n; ++i) {
        if (std::isnan(doubles[i])) continue;
        ASSERT_EQ(BitsOf32(there[i]), BitsOf32(static_cast<float>(doubles[i]) + 0.0F));
      }
      for (std::size_t i = batch.storage.size(); i < out.size(); ++i) ASSERT_EQ(out[i], 77);
    }
  });
}

}  // namespace
}  // namespace advantaged::testing
