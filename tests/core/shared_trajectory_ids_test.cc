// Trajectory ids that masked rows share over groups, as padding does; what is said about a row
// without a reward.

#include <limits>
#include <string>

#include "tests/core/refusal.h"

namespace advantaged::testing {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

// Two groups of two responses and a padding row each, which all share the id `padding`.
Call Padded(std::uint32_t padding) {
  Call call;
  call.method = {"dr_grpo", {}};
  call.rewards = {1, kNaN, 0, 0, kNaN, 1};
  call.group_size = 3;
  call.trajectory_ids = {1, padding, 2, 3, padding, 4};
  call.valid = Bitmap(std::vector{1, 0, 1, 1, 0, 1});
  return call;
}

TEST(SharedTrajectoryIds, OfMaskedRowsDoNoHarm) {
  // Nobody's id; that of a response before it, after it, in the other group.
  for (const std::uint32_t padding : {0U, 1U, 2U, 3U, 4U, 4294967295U}) {
    EXPECT_EQ(AdvantagesOf(Padded(padding)), Floats({0.5F, 0, -0.5F, -0.5F, 0, 0.5F})) << padding;
  }
}

TEST(SharedTrajectoryIds, OfMaskedRowsCountAsDifferentOnesDo) {
  Call different = Padded(9);
  different.trajectory_ids[4] = 10;
  different.expected_group_size = 3;
  const Result expected = different.Run();
  ASSERT_TRUE(expected.ok()) << Describe(expected);
  Call shared = Padded(9);
  shared.expected_group_size = 3;
  const Result result = shared.Run();
  ASSERT_TRUE(result.ok()) << Describe(result);
  EXPECT_EQ(result.summary.masked_responses, expected.summary.masked_responses);
  EXPECT_EQ(result.summary.responses, expected.summary.responses);
}

TEST(SharedTrajectoryIds, LeaveTheOrderOfResponsesAsDifferentOnesDo) {
  // The masked row stands first, so the valid one of its id is numbered after row 1's.
  Call call;
  call.method = {"grpo", {}};
  call.rewards = {kNaN, 0.1F, 0.7F, 1e8F, -1e8F, 0.3F};
  call.group_ids = {5, 6, 6, 6, 6, 6};
  call.trajectory_ids = {7, 1, 2, 7, 3, 4};
  call.valid = Bitmap(std::vector{0, 1, 1, 1, 1, 1});
  Call different = call;
  different.trajectory_ids[0] = 99;
  EXPECT_EQ(BitsOf(AdvantagesOf(call)), BitsOf(AdvantagesOf(different)));
}

TEST(SharedTrajectoryIds, OfAGroupThatIsAllMasked) {
  Call call = Padded(9);
  call.trajectory_ids = {9, 9, 9, 3, 9, 4};
  call.valid = Bitmap(std::vector{0, 0, 0, 1, 0, 1});
  call.expected_group_size = 3;  // 3, 4 and the masked one; an empty group may declare fewer
  const Result result = call.Run();
  ASSERT_TRUE(result.ok()) << Describe(result);
  EXPECT_EQ(result.advantages, Floats({0, 0, 0, -0.5F, 0, 0.5F}));
  EXPECT_EQ(result.summary.empty, 1U);
}

TEST(SharedTrajectoryIds, OfValidRowsAreRefusedNamingBoth) {
  Call call = Padded(3);
  call.valid = Bitmap(std::vector{1, 0, 1, 1, 1, 1});
  call.rewards = {1, kNaN, 0, 0, 0, 1};
  EXPECT_EQ(AdvantagesOf(call), Floats({0.5F, 0, -0.5F, -0.5F, -0.5F, 0.5F}));
  call.valid = Bitmap(std::vector{1, 1, 1, 1, 0, 1});
  call.rewards[1] = 0;
  ExpectRefused(call, {{"trajectory_ids[3]",
                        "trajectory 3 is in group 1, but row 1 of trajectory 3 is in group 0"}});
}

TEST(RowsWithoutAReward, AreNotToldToGiveUpTheirCredit) {
  Call call;
  call.method = {"dr_grpo", {}};
  call.rewards = {kNaN, 1, 0};
  call.group_size = 3;
  call.trajectory_ids = {1, 1, 2};
  for (const auto& [rule, advice] : std::initializer_list<std::pair<TrajectoryReward, std::string>>{
           {TrajectoryReward::kEqualOrError, "carries that of its trajectory"},
           {TrajectoryReward::kLast, "may carry any number, unless it is the last"},
           {TrajectoryReward::kSum, "carries 0"}}) {
    call.trajectory_reward = rule;
    const Result result = call.Run();
    ASSERT_EQ(result.violations.count(), 1U);
    const Violation& violation = result.violations.listed()[0];
    EXPECT_EQ(violation.field, "rewards[0]");
    EXPECT_THAT(violation.description, ::testing::HasSubstr(advice));
    EXPECT_THAT(violation.description,
                ::testing::HasSubstr("masked out, it would get advantage 0"));
  }
}

}  // namespace
}  // namespace advantaged::testing
