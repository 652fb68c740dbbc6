// In which form a batch travels, and that its bytes are those of the message.
#include "client/cpp/forms.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "client/cpp/encoding.h"
#include "tests/client/cpp/sample.h"

namespace advantaged::client {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

struct Case {
  std::vector<float> rewards = {1, 0, 0, 1};
  Batch batch{.group_size = 2};
  Settings settings;

  Case() { settings.mutable_method()->mutable_rloo(); }
  Forms Choose() {
    batch.rewards = rewards;
    return ChooseForms(batch, settings);
  }
};

TEST(ChooseForms, ZerosAndOnesAreBits) {
  Case c;
  EXPECT_TRUE(c.Choose().reward_bits);
  EXPECT_TRUE(c.Choose().reply_per_group);
  for (const float other : {0.5F, -0.0F, 2.0F, kNan, std::nextafter(1.0F, 0.0F)}) {
    c.rewards[2] = other;
    EXPECT_FALSE(c.Choose().reward_bits) << other;
    EXPECT_FALSE(c.Choose().reply_per_group) << other;
  }
}

TEST(ChooseForms, MaskedRewardsDoNotHinderBits) {
  Case c;
  c.rewards[2] = kNan;
  const bool valid[] = {true, true, false, true};
  c.batch.valid = std::span<const bool>(valid);
  EXPECT_TRUE(c.Choose().reward_bits);
  const std::uint8_t bits[] = {0b1011};
  c.batch.valid = Mask::Bitmap(bits);
  EXPECT_TRUE(c.Choose().reward_bits);
  // A mask of another batch: the server has to say so, of the rewards as they are.
  const std::uint8_t longer[] = {0b1011, 0};
  c.batch.valid = Mask::Bitmap(longer);
  EXPECT_FALSE(c.Choose().reward_bits);
}

TEST(ChooseForms, WhatNeedsTheRewardsHasThem) {
  Case threshold;
  threshold.settings.set_success_threshold(0.5);
  EXPECT_FALSE(threshold.Choose().reward_bits);
  Case sum;
  sum.settings.set_trajectory_reward(v1::TRAJECTORY_REWARD_SUM);
  EXPECT_FALSE(sum.Choose().reward_bits);
}

TEST(ChooseForms, APairForEachGroupIsForGroupsOfTwoAdvantages) {
  const std::uint8_t bits[] = {0b1011};
  const std::uint32_t ids[] = {1, 1, 2, 2};
  void (*const kOthers[])(Case&) = {
      [](Case& c) { c.settings.mutable_method()->mutable_opo(); },
      [](Case& c) { c.settings.add_stages()->mutable_center(); },
      [](Case& c) { c.settings.set_shape_rewards(true); },
      [](Case& c) { c.settings.set_small_group(v1::SMALL_GROUP_POLICY_RAW); },
      [](Case& c) { c.settings.set_declared_small_group(v1::SMALL_GROUP_POLICY_RAW); },
      [](Case& c) { c.settings.set_moments_only(true); },
  };
  for (const auto other : kOthers) {
    Case c;
    other(c);
    EXPECT_TRUE(c.Choose().reward_bits);
    EXPECT_FALSE(c.Choose().reply_per_group);
  }
  Case outcomes;
  outcomes.batch.outcomes = Mask::Bitmap(bits);
  EXPECT_FALSE(outcomes.Choose().reply_per_group);
  Case trajectories;
  trajectories.batch.trajectory_ids = ids;
  EXPECT_FALSE(trajectories.Choose().reply_per_group);
}

TEST(Expand, GivesEachRowItsSide) {
  const float rewards[] = {1, 0, 0, 1, 1};
  const std::uint32_t sizes[] = {3, 2};
  const bool valid[] = {true, true, false, true, true};
  const Batch batch{
      .rewards = rewards, .group_sizes = sizes, .valid = std::span<const bool>(valid)};
  Reply reply;
  for (const float side : {2.0F, -1.0F, 5.0F, 0.0F}) reply.add_advantages_per_group(side);
  ASSERT_TRUE(Expand(batch, reply));
  EXPECT_THAT(Advantages(reply), testing::ElementsAre(2, -1, 0, 5, 5));
  EXPECT_EQ(reply.advantages_per_group_size(), 0);

  Reply too_few;
  for (const float side : {2.0F, -1.0F}) too_few.add_advantages_per_group(side);
  EXPECT_FALSE(Expand(batch, too_few));
  Reply too_many = too_few;
  for (const float side : {5.0F, 0.0F, 1.0F, 1.0F}) too_many.add_advantages_per_group(side);
  EXPECT_FALSE(Expand(batch, too_many));
}

// What the bytes say, as protobuf reads them.
v1::ComputeAdvantagesRequest Written(const Sample& sample, const Forms& forms) {
  RequestBytes bytes;
  bytes.Start(MostArrayBytes(sample.view(), forms));
  WriteArrays(sample.view(), forms, bytes);
  EXPECT_LE(bytes.size(), MostArrayBytes(sample.view(), forms));
  v1::ComputeAdvantagesRequest read;
  const auto text = bytes.view();
  EXPECT_TRUE(read.ParseFromArray(text.data(), static_cast<int>(text.size())));
  return read;
}

TEST(WriteArrays, WritesTheMessage) {
  using enum Sample::Groups;
  for (const auto groups : {kSize, kSizes, kIds}) {
    Sample sample = Sample::Draw(1, 50, groups, false);
    sample.with_lengths = true;
    sample.Mask(2);
    sample.settings.Clear();
    EXPECT_EQ(Written(sample, {}).SerializeAsString(), sample.request().SerializeAsString());
  }
}

TEST(WriteArrays, WritesBitsAndTheirCount) {
  Sample sample = Sample::Draw(1, 50, Sample::Groups::kSizes, true);
  sample.Mask(2);
  const auto read = Written(sample, {.reward_bits = true, .reply_per_group = true});
  EXPECT_EQ(read.rewards_size(), 0);
  EXPECT_EQ(read.reply_form(), v1::REPLY_FORM_ADVANTAGES_PER_GROUP);
  ASSERT_EQ(read.response_count(), sample.rewards.size());
  ASSERT_EQ(read.reward_bits().size(), (sample.rewards.size() + 7) / 8);
  for (std::size_t i = 0; i < sample.rewards.size(); ++i) {
    EXPECT_EQ((read.reward_bits()[i / 8] >> i % 8 & 1) != 0, sample.rewards[i] == 1) << i;
  }
}

}  // namespace
}  // namespace advantaged::client
