// Trajectories that cannot be folded: the row is named, and what it should have agreed with.

#include <cmath>
#include <string>
#include <vector>

#include "tests/core/refusal.h"

namespace advantaged::testing {
namespace {

// Two groups of three rows: responses {0, 2}, {1}, {3, 5}, {4}.
Call Agents() {
  Call call = Valid();
  call.rewards = {0.5, 1, 0.5, 2, 1, 2};
  call.trajectory_ids = {70, 71, 70, 72, 73, 72};
  return call;
}

TEST(RefusedTrajectories, TheRequestThatTheTestsBreakIsValid) {
  const Result result = Agents().Run();
  EXPECT_TRUE(result.ok()) << Describe(result);
}

TEST(RefusedTrajectories, AnotherNumberOfIds) {
  Call call = Agents();
  call.trajectory_ids.pop_back();
  ExpectRefused(call, {{"trajectory_ids", "5 ids for 6 rows"}});
}

TEST(RefusedTrajectories, ARewardRuleWithoutIds) {
  Call call = Valid();
  call.trajectory_reward = TrajectoryReward::kLast;
  ExpectRefused(call, {{"trajectory_reward", "no trajectory_ids"}});
}

TEST(RefusedTrajectories, RewardsThatDiffer) {
  Call call = Agents();
  call.rewards[2] = 0.75;
  call.rewards[5] = -2;
  ExpectRefused(call, {{"rewards[2]", "0.75, but row 0 of trajectory 70 has 0.5"},
                       {"rewards[5]", "-2, but row 3 of trajectory 72 has 2"}});
  call.trajectory_reward = TrajectoryReward::kSum;
  EXPECT_TRUE(call.Run().ok());
}

TEST(RefusedTrajectories, RewardBitsThatDiffer) {
  Call call = Agents();
  call.rewards.clear();
  call.response_count = 6;
  call.reward_bits = Bitmap(std::vector<int>{1, 0, 1, 0, 0, 1});
  ExpectRefused(call, {{"reward_bits[5]", "1, but row 3 of trajectory 72 has 0"}});
  call.trajectory_reward = TrajectoryReward::kLast;
  EXPECT_TRUE(call.Run().ok());
  call.trajectory_reward = TrajectoryReward::kSum;
  ExpectRefused(call, {{"trajectory_reward", "the sum of reward_bits is a count"}});
}

TEST(RefusedTrajectories, OutcomesThatDiffer) {
  Call call = Agents();
  call.outcomes = Bitmap(std::vector<int>{1, 0, 0, 1, 0, 1});
  for (const auto kind : {TrajectoryReward::kEqualOrError, TrajectoryReward::kSum}) {
    call.trajectory_reward = kind;
    ExpectRefused(call, {{"outcomes[2]", "0, but row 0 of trajectory 70 has 1"}});
  }
  call.valid = Bitmap(std::vector<int>{1, 1, 0, 1, 1, 1});
  EXPECT_TRUE(call.Run().ok());
}

TEST(RefusedTrajectories, AcrossGroups) {
  Call call = Agents();
  call.trajectory_ids = {70, 71, 70, 70, 73, 72};
  call.rewards = {1, 1, 1, 1, 0, 0};
  ExpectRefused(call,
                {{"trajectory_ids[3]", "trajectory 70 is in group 1, but row 0 of trajectory 70"}});
  call.group_size.reset();
  call.group_ids = {4, 4, 4, 9, 9, 9};
  ExpectRefused(call, {{"trajectory_ids[3]", "is in group 0 (id 4)"}});
}

TEST(RefusedTrajectories, RewardsThatAreNotFinite) {
  for (const auto kind :
       {TrajectoryReward::kEqualOrError, TrajectoryReward::kLast, TrajectoryReward::kSum}) {
    Call call = Agents();
    call.trajectory_reward = kind;
    call.rewards[0] = std::nanf("");
    call.rewards[4] = -INFINITY;
    ExpectRefused(call, {{"rewards[0]", "nan is not finite"}, {"rewards[4]", "-inf"}});
  }
}

TEST(RefusedTrajectories, ASumBeyondFloat32) {
  Call call = Agents();
  call.trajectory_reward = TrajectoryReward::kSum;
  call.rewards[3] = call.rewards[5] = 3e38F;
  ExpectRefused(call, {{"rewards[3]", "the rewards of trajectory 72 add up to 6.0"}});
}

TEST(RefusedTrajectories, LengthsBeyond32Bits) {
  Call call = Agents();
  call.lengths = {4294967290, 7, 5, 1, 1, 1};
  EXPECT_TRUE(call.Run().ok());
  call.lengths[2] = 6;
  ExpectRefused(call, {{"lengths[2]", "6 brings trajectory 70 to 4294967296 tokens"}});
}

TEST(RefusedTrajectories, GroupsOfAnotherSizeInResponses) {
  Call call = Agents();
  call.expected_group_size = 3;
  ExpectRefused(call, {{"group_size", "group 0 has 2 responses; expected_group_size is 3"},
                       {"group_size", "group 1 has 2 responses"}});
  call.group_size.reset();
  call.group_sizes = {3, 3};
  ExpectRefused(call, {{"group_sizes[0]", "2 responses"}, {"group_sizes[1]", "2 responses"}});
  call.group_sizes.clear();
  call.group_ids = {5, 8, 5, 8, 8, 8};
  ExpectRefused(call, {{"group_ids[0]", "group 0 (id 5) has 1 response; expected"}});
}

TEST(RefusedTrajectories, GroupsTooSmallInResponses) {
  Call call = Agents();
  call.trajectory_ids = {70, 70, 70, 72, 73, 72};
  call.rewards = {1, 1, 1, 2, 1, 2};
  ExpectRefused(call, {{"group_size", "group 0 has 1 response; rloo needs at least 2"}});
  call.trajectory_ids = {70, 70, 70, 72, 72, 72};
  call.rewards = {1, 1, 1, 2, 2, 2};
  ExpectRefused(call, {{"group_size", "group 0 has 1"}, {"group_size", "group 1 has 1"}});
}

TEST(RefusedTrajectories, WhatTheMethodCannotUseNamesTheRow) {
  Call call = Agents();
  call.method = {"pass_at_k_grpo", {{"k", 2}}};
  call.trajectory_reward = TrajectoryReward::kLast;
  call.rewards = {0, 1, 1, 0, 1, 2};
  ExpectRefused(call, {{"rewards[5]", "2 is neither 0 nor 1"}});
  call = Agents();
  call.trajectory_reward = TrajectoryReward::kLast;
  call.rewards = {0, -3e38F, 3e38F, 0, 0, 0};
  ExpectRefused(call, {{"rewards[2]", "in group 0, is beyond float32"}});
}

TEST(RefusedTrajectories, AreCountedBeyondTheListed) {
  Call call = OneGroup({"reinforce", {}}, {});
  for (std::uint32_t i = 0; i < 300; ++i) {
    call.rewards.push_back(static_cast<float>(i));
    call.trajectory_ids.push_back(i / 150);
  }
  call.group_size = 300;
  const Result result = call.Run();
  EXPECT_EQ(result.violations.count(), 298U);
  EXPECT_EQ(result.violations.listed().size(), Violations::kMaxListed);
}

TEST(RefusedTrajectories, BrokenArraysAreNotRead) {
  Call call = Agents();
  call.rewards[2] = 9;  // would be refused if it were looked at
  call.valid = {0x3F, 0};
  call.lengths = {1};
  ExpectRefused(call, {{"valid", "2 bytes"}, {"lengths", "1 length for"}});
}

}  // namespace
}  // namespace advantaged::testing
