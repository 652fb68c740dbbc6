// `shape_rewards`: the factor from the outcomes, the base advantage from the real rewards.

#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "tests/core/reward_check.h"
#include "tests/core/specs.h"

namespace advantaged::testing {
namespace {

using reference::RewardInput;

std::vector<MethodSpec> ShapingSpecs(int n) {
  std::vector<MethodSpec> specs;
  for (const MethodSpec& spec : EverySpec(n)) {
    if (ShapesRewards(spec)) specs.push_back(spec);
  }
  return specs;
}

// Rewards that know the outcome, with a format bonus and noise, as trainers make them.
RewardInput Shaped(std::size_t n, std::size_t c, std::mt19937& random, float offset) {
  RewardInput input;
  std::normal_distribution<float> noise(0, 0.2F);
  for (std::size_t i = 0; i < n; ++i) {
    input.outcomes.push_back(i < c ? 1 : 0);
    input.rewards.push_back((i < c ? 1.0F : -1.0F) + noise(random) + offset);
  }
  return input;
}

TEST(ShapeRewards, EveryShapingMethodIsWithinTheBoundForEveryCount) {
  std::mt19937 random(1);
  for (const std::size_t n : {3U, 4U, 8U, 17U}) {
    for (const MethodSpec& spec : ShapingSpecs(static_cast<int>(n))) {
      for (std::size_t c = 0; c <= n; ++c) {
        CheckShaped(spec, Shaped(n, c, random, 0),
                    "n = " + std::to_string(n) + ", c = " + std::to_string(c));
      }
    }
  }
}

TEST(ShapeRewards, EveryShapingMethodIsWithinTheBoundOnLargeGroupsAndOffsets) {
  std::mt19937 random(2);
  for (const std::size_t n : {128U, 1000U, 4500U}) {
    for (const MethodSpec& spec : ShapingSpecs(static_cast<int>(n))) {
      CheckShaped(spec, Shaped(n, n / 3, random, 0), "n = " + std::to_string(n));
      CheckShaped(spec, Shaped(n, 1, random, 1e5F), "n = " + std::to_string(n) + ", offset");
    }
  }
}

// A group whose outcomes are all equal is shaped by its factor all the same: "the phantom
// gradient".
TEST(ShapeRewards, GroupsWithEqualOutcomesKeepTheirGradientUnlessAskedOtherwise) {
  Call call = OneGroup({"skew_r", {}}, {0.1F, 0.5F, -0.3F});
  call.outcomes = Bitmap(std::vector{0, 0, 0});
  call.options.shape_rewards = true;
  const Floats grpo = AdvantagesOf({"grpo", {}}, call.rewards);
  EXPECT_EQ(BitsOf(AdvantagesOf(call)), BitsOf(grpo));  // 1−ρ̂ = 1
  call.options.zero_unless_mixed = true;
  EXPECT_EQ(AdvantagesOf(call), Floats({0, 0, 0}));
}

TEST(ShapeRewards, ConstantRewardsAreZeroUnderABaseWithABaseline) {
  for (const MethodSpec& spec : ShapingSpecs(5)) {
    Call call = OneGroup(spec, Floats(5, 0.95F));
    call.outcomes = Bitmap(std::vector{0, 1, 0, 1, 1});
    call.options.shape_rewards = true;
    const bool zero = BaseOf(spec) != "reinforce";
    for (const float a : AdvantagesOf(call)) EXPECT_EQ(a == 0, zero) << Describe(spec);
  }
}

TEST(ShapeRewards, AThresholdGivesTheFactor) {
  for (const MethodSpec& spec : ShapingSpecs(6)) {
    const RewardInput input{{0.2F, 0.9F, 0.5F, 0.7F, -1, 0.69F}, {0, 1, 0, 1, 0, 0}};
    CheckShaped(spec, input, "outcomes");
    Call call = OneGroup(spec, input.rewards);
    call.options.success_threshold = static_cast<double>(0.7F);
    call.options.shape_rewards = true;
    ExpectRewardBound(call, reference::ShapedRewards(spec, input), "threshold");
  }
}

// 0/1 rewards that are the outcomes: shaping then changes nothing but roundings.
TEST(ShapeRewards, RewardsThatAreTheOutcomesGiveTheMethodItself) {
  for (const MethodSpec& spec : ShapingSpecs(12)) {
    for (int c = 0; c <= 12; ++c) {
      const Floats plain = AdvantagesOf(spec, Outcomes(12, c));
      Call call = OneGroup(spec, Outcomes(12, c));
      call.options.shape_rewards = true;
      const Floats shaped = AdvantagesOf(call);
      for (std::size_t i = 0; i < 12; ++i) {
        EXPECT_FLOAT_EQ(shaped[i], plain[i]) << Describe(spec) << ", c = " << c;
      }
    }
  }
}

TEST(ShapeRewards, IsRefusedForMethodsWithoutAFactor) {
  for (const MethodRow* row : MethodTable()) {
    const MethodSpec spec = SpecsOf(*row, 3).front();
    Call call = CallFor(spec, {0, 1, 0});
    call.options.shape_rewards = true;
    const Result result = call.Run();
    EXPECT_EQ(result.ok(), row->shapes_rewards()) << spec.name << Describe(result);
    if (!result.ok()) {
      EXPECT_EQ(result.violations.listed()[0].field, "shape_rewards");
    }
  }
  for (const char* name : {"pass_at_k_rloo", "pass_at_k_grpo", "pass_at_k_shaped",
                           "combined_shaped", "combined_direct", "skew_r", "std_regularized",
                           "entropy_regularized", "biased_pass_at_k", "focal"}) {
    EXPECT_TRUE(FindMethod(name)->shapes_rewards()) << name;
  }
}

}  // namespace
}  // namespace advantaged::testing
