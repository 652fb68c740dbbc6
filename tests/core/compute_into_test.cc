// What a caller leaves out of a result, or brings the memory for, changes nothing else in it.

#include <algorithm>
#include <random>
#include <string>

#include "tests/core/call.h"

namespace advantaged::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Groups of 8 by turns of 0/1 rewards and of real ones.
Floats Rewards(std::size_t groups) {
  std::mt19937 random(1);
  Floats rewards;
  for (std::size_t i = 0; i < 8 * groups; ++i) {
    const auto draw = static_cast<float>(random() % 1000) / 1000;
    rewards.push_back(i / 8 % 2 == 0 ? static_cast<float>(draw < 0.4F) : draw);
  }
  return rewards;
}

Request GrpoOf(const Floats& rewards) {
  Request request;
  request.method = {"grpo", {}};
  request.batch.rewards = rewards;
  request.batch.group_size = 8;
  request.options.pass_at = {1, 4};
  return request;
}

std::uint32_t Bits(float value) { return std::bit_cast<std::uint32_t>(value); }

TEST(GroupStatisticsOption, WithoutThemAdvantagesAndCountsAreTheSame) {
  const Floats rewards = Rewards(1000);
  Request request = GrpoOf(rewards);
  const Result with = Compute(request);
  request.options.group_statistics = false;
  const Result without = Compute(request);
  ASSERT_TRUE(with.ok() && without.ok());
  EXPECT_EQ(with.groups.size(), 1000U);
  EXPECT_EQ(with.pass_at_k.size(), 2000U);
  EXPECT_THAT(without.groups, IsEmpty());
  EXPECT_THAT(without.pass_at_k, IsEmpty());
  EXPECT_TRUE(std::ranges::equal(with.advantages, without.advantages, {}, Bits, Bits));
  const Summary& a = with.summary;
  const Summary& b = without.summary;
  EXPECT_EQ(a.groups, b.groups);
  EXPECT_EQ(a.mixed, b.mixed);
  EXPECT_EQ(a.varied, b.varied);
  ASSERT_EQ(b.pass_at_k.size(), 2U);
  EXPECT_EQ(a.pass_at_k[1].groups, b.pass_at_k[1].groups);
  // Sums over groups, in another order.
  EXPECT_NEAR(*a.pass_at_k[1].mean, *b.pass_at_k[1].mean, 1e-12);
  EXPECT_NEAR(*a.mean_success_rate, *b.mean_success_rate, 1e-12);
  EXPECT_NEAR(a.positive_weight, b.positive_weight, 1e-9);
}

TEST(ComputeInto, WritesWhatComputeReturns) {
  const Floats rewards = Rewards(100);
  const Request request = GrpoOf(rewards);
  const Result returned = Compute(request);
  Floats out(rewards.size(), -7);
  const Result written = ComputeInto(request, out);
  ASSERT_TRUE(returned.ok() && written.ok());
  EXPECT_THAT(written.advantages, IsEmpty());
  EXPECT_TRUE(std::ranges::equal(returned.advantages, out, {}, Bits, Bits));
  EXPECT_EQ(written.groups.size(), returned.groups.size());
  EXPECT_EQ(written.summary.positive_weight, returned.summary.positive_weight);
  EXPECT_EQ(written.method.name, "grpo");
  EXPECT_EQ(written.method.parameters.size(), returned.method.parameters.size());
}

TEST(ComputeInto, MaskedRowsGetZeroWhateverWasThere) {
  const Floats rewards = {1, 0, 1, 0};
  const Bytes valid = {0b0111};
  Request request;
  request.method = {"rloo", {}};
  request.batch.rewards = rewards;
  request.batch.group_size = 4;
  request.batch.valid = {valid};
  Floats out(4, -7);
  ASSERT_TRUE(ComputeInto(request, out).ok());
  EXPECT_THAT(out, ElementsAre(0.5F, -1, 0.5F, 0));
}

TEST(ComputeInto, RefusesRoomOfAnotherSize) {
  const Floats rewards = Rewards(2);
  for (const std::size_t size : {0U, 15U, 17U}) {
    Floats out(size, -7);
    const Result result = ComputeInto(GrpoOf(rewards), out);
    ASSERT_EQ(result.violations.count(), 1U);
    EXPECT_EQ(result.violations.listed()[0].field, "out");
    EXPECT_EQ(result.violations.listed()[0].description,
              "room for " + std::to_string(size) + " advantages; there will be 16");
    EXPECT_EQ(out, Floats(size, -7));
  }
}

TEST(ComputeInto, NeedsNoRoomForMomentsOnly) {
  const Floats rewards = Rewards(2);
  Request request = GrpoOf(rewards);
  request.options.stages = {{.kind = Stage::Kind::kScale}};
  request.options.moments_only = true;
  const Result returned = Compute(request);
  const Result written = ComputeInto(request, {});
  ASSERT_TRUE(returned.ok() && written.ok());
  EXPECT_THAT(returned.advantages, IsEmpty());
  ASSERT_EQ(returned.batch_moments.size(), 1U);
  ASSERT_EQ(written.batch_moments.size(), 1U);
  EXPECT_EQ(written.batch_moments[0].weight, 16);
  EXPECT_EQ(written.batch_moments[0].centred_squares, returned.batch_moments[0].centred_squares);
}

}  // namespace
}  // namespace advantaged::testing
