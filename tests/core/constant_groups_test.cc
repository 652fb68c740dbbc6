// Constant groups: decided by min == max, exactly; what each method does there; constant_tolerance;
// zero_unless_mixed.

#include <cmath>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "tests/core/specs.h"
#include "tests/reference/outcome_methods.h"

namespace advantaged::testing {
namespace {

// As the method table says.
bool HasBaseline(const MethodSpec& spec) {
  Parameters parameters;
  if (BaseOf(spec) == "reinforce") parameters.base = Base::kReinforce;
  return FindMethod(spec.name)->zero_if_constant(parameters);
}

// Framework habits (sum / n, then divide by sd + 1e-8) leave up to 0.9 of advantage here.
TEST(ConstantGroups, EqualRewardsGiveExactlyZeroUnderABaseline) {
  std::vector<float> values = {0.95F, 0.1F, 1e-3F, -0.3F, 1e-45F, 3e38F, -1e30F, 8388609.0F, 0.7F};
  for (const MethodSpec& spec : EverySpec(3)) {
    if (!HasBaseline(spec) || !WorksOnRewards(spec)) continue;
    for (int n = 2; n <= 128; ++n) {
      for (const float value : values) {
        for (const float a :
             AdvantagesOf(CallFor(spec, Floats(static_cast<std::size_t>(n), value)))) {
          ASSERT_EQ(a, 0.0F) << Describe(spec) << ", n = " << n << ", " << value;
        }
      }
    }
  }
}

TEST(ConstantGroups, EqualOutcomesGiveWhatTheMethodTableSays) {
  const int n = 7;
  for (const MethodSpec& spec : EverySpec(n)) {
    if (spec.name == "opo") continue;  // not a function of outcomes
    for (const int c : {0, n}) {
      const reference::Sides exact = reference::OutcomeMethod(spec, n, c);
      const reference::Real& side = c == 0 ? exact.wrong : exact.correct;
      if (HasBaseline(spec)) {
        EXPECT_EQ(side, 0) << Describe(spec);
      }
      for (const float a : AdvantagesOf(CallFor(spec, Outcomes(n, c)))) {
        EXPECT_LE(reference::ErrorInUlps(a, side), 0.51) << Describe(spec) << ", c = " << c;
      }
    }
  }
}

// Under some of its parameters: REINFORCE_K is 0 for a group that is all correct unless K = 1.
TEST(ConstantGroups, AMethodWithoutABaselineIsNotZeroForSomeConstantGroup) {
  const int n = 5;
  std::map<std::string, bool> is_zero;  // by method and base
  for (const MethodSpec& spec : EverySpec(n)) {
    if (HasBaseline(spec)) continue;
    bool& zero = is_zero.try_emplace(spec.name + BaseOf(spec), true).first->second;
    for (const int c : {0, n}) {
      const reference::Sides exact = reference::OutcomeMethod(spec, n, c);
      zero = zero && (c == 0 ? exact.wrong : exact.correct) == 0;
    }
  }
  EXPECT_FALSE(is_zero.empty());
  for (const auto& [name, zero] : is_zero) EXPECT_FALSE(zero) << name;
}

TEST(ConstantGroups, MethodsWithoutABaselineKeepTheirFormula) {
  EXPECT_EQ(AdvantagesOf({"reinforce", {}}, {0.95F, 0.95F}), Floats({0.95F, 0.95F}));
  EXPECT_EQ(AdvantagesOf({"max_at_k", {{"k", Whole(2)}}}, {0.5F, 0.5F, 0.5F}),
            Floats({0.5F, 0.5F, 0.5F}));
}

// One float32 step is a difference.
TEST(ConstantGroups, NeighbouringFloatsAreNotConstant) {
  const float next = std::nextafterf(0.95F, 1);
  const Floats advantages = AdvantagesOf({"grpo", {}}, {0.95F, next});
  EXPECT_EQ(advantages, Floats({-1, 1}));
}

Floats WithTolerance(const MethodSpec& spec, const Floats& rewards, double tolerance) {
  Call call = OneGroup(spec, rewards);
  call.options.constant_tolerance = tolerance;
  return AdvantagesOf(call);
}

TEST(ConstantGroups, ToleranceIsInclusiveWithTheRoundingOfTwoDecimalsOnTop) {
  const Floats rewards = {1.5F, 1.25F, 1.375F};
  const double least = 0.25 - 0x1p-24 * (1.5 + 1.25);  // a double
  for (const char* method : {"grpo", "rloo", "dr_grpo", "max_rl"}) {
    EXPECT_EQ(WithTolerance({method, {}}, rewards, 0.25), Floats({0, 0, 0})) << method;
    EXPECT_EQ(WithTolerance({method, {}}, rewards, least), Floats({0, 0, 0})) << method;
    const Floats varied = WithTolerance({method, {}}, rewards, std::nextafter(least, 0));
    EXPECT_NE(varied, Floats({0, 0, 0})) << method;
    EXPECT_EQ(BitsOf(varied), BitsOf(AdvantagesOf({method, {}}, rewards))) << method;
  }
}

// 0.3F − 0.1F is above 0.2; 0.7F − 0.6F is above 0.1 by more than the rounding of the difference.
TEST(ConstantGroups, DecimalsThatDifferByTheToleranceAreConstant) {
  const auto is_constant = [](float a, float b, double tolerance) {
    return WithTolerance({"dr_grpo", {}}, {a, b}, tolerance) == Floats({0, 0});
  };
  EXPECT_TRUE(is_constant(0.3F, 0.1F, 0.2));
  for (int step = 1; step < 100; ++step) {
    for (int low = -100; low + step <= 100; ++low) {
      const auto least = static_cast<float>(low / 100.0);
      const auto most = static_cast<float>((low + step) / 100.0);
      ASSERT_TRUE(is_constant(least, most, step / 100.0)) << low << " " << step;
      ASSERT_FALSE(is_constant(least, most, (step - 1) / 100.0)) << low << " " << step;
    }
  }
}

TEST(ConstantGroups, AToleranceOfZeroIsExactWhateverTheMagnitude) {
  for (const float reward : {1e-30F, 0.95F, -1e30F}) {
    const float next = std::nextafterf(reward, 0);
    EXPECT_NE(WithTolerance({"grpo", {}}, {reward, next}, 0), Floats({0, 0})) << reward;
    // Two neighbours are what rounding may make of one decimal; any tolerance allows for that.
    EXPECT_EQ(WithTolerance({"grpo", {}}, {reward, next}, 1e-300), Floats({0, 0})) << reward;
  }
}

TEST(ConstantGroups, ToleranceDoesNotTouchMethodsWithoutABaseline) {
  EXPECT_EQ(WithTolerance({"reinforce", {}}, {1.5F, 1.25F}, 1), Floats({1.5F, 1.25F}));
}

TEST(ConstantGroups, ToleranceIsInUnitsOfTheRewardAndOutcomesAreComparedExactly) {
  EXPECT_EQ(WithTolerance({"skew_r", {}}, {0, 1}, 5), AdvantagesOf({"skew_r", {}}, {0, 1}));
  EXPECT_EQ(WithTolerance({"grpo", {}}, {0, 1}, 1), Floats({0, 0}));
  // The difference of the ends of float32 is beyond it, not beyond a double.
  const float most = std::numeric_limits<float>::max();
  EXPECT_EQ(WithTolerance({"grpo", {}}, {-most, most}, 6e38), Floats({-1, 1}));
  EXPECT_EQ(WithTolerance({"grpo", {}}, {-most, most}, 7e38), Floats({0, 0}));
}

TEST(ConstantGroups, ToleranceShowsInTheOutcomeOfAGroup) {
  Call call = OneGroup({"grpo", {}}, {1.5F, 1.25F});
  EXPECT_EQ(call.Run().groups[0].outcome, GroupOutcome::kVaried);
  call.options.constant_tolerance = 0.25;
  const Result result = call.Run();
  EXPECT_EQ(result.groups[0].outcome, GroupOutcome::kConstant);
  EXPECT_TRUE(result.groups[0].no_signal);
  EXPECT_EQ(result.groups[0].sd, 0.125);  // of the rewards as they are
}

// What DAPO filters.
TEST(ZeroUnlessMixed, GivesZeroToGroupsOfEqualOutcomesOnly) {
  for (const MethodSpec& spec : EverySpec(3)) {
    Call call = CallFor(spec, {0.5F, 0.25F, -1});
    call.rewards.insert(call.rewards.end(), {0.5F, 0.25F, -1, 0.5F, 0.25F, -1});
    if (!call.lengths.empty()) call.lengths.insert(call.lengths.end(), {1, 2, 3, 4, 5, 6});
    call.outcomes = Bitmap(std::vector{0, 0, 0, 1, 0, 1, 1, 1, 1});
    const Floats before = AdvantagesOf(call);
    call.options.zero_unless_mixed = true;
    const Floats after = AdvantagesOf(call);
    ASSERT_EQ(after.size(), 9U);
    for (std::size_t i = 0; i < 9; ++i) {
      EXPECT_EQ(after[i], i / 3 == 1 ? before[i] : 0.0F) << Describe(spec) << " " << i;
    }
  }
}

TEST(ZeroUnlessMixed, NeedsOutcomes) {
  Call call = OneGroup({"grpo", {}}, {1, 0.5F});
  call.options.zero_unless_mixed = true;
  const Result result = call.Run();
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.violations.listed()[0].field, "rewards[1]");
}

TEST(Outcomes, SentOnesOverruleBinaryRewardsForTableMethodsOnly) {
  Call call = OneGroup({"skew_r", {}}, {1, 0, 0, 0});
  call.outcomes = Bitmap(std::vector{0, 1, 1, 1});
  const Floats three = AdvantagesOf({"skew_r", {}}, {0, 1, 1, 1});
  EXPECT_EQ(BitsOf(AdvantagesOf(call)), BitsOf(three));
  call.method = {"grpo", {}};
  EXPECT_EQ(BitsOf(AdvantagesOf(call)), BitsOf(AdvantagesOf({"grpo", {}}, {1, 0, 0, 0})));
  EXPECT_EQ(call.Run().groups[0].c, 3U);
}

TEST(Outcomes, AreDecidedPerGroup) {
  Call call;
  call.method = {"rloo", {}};
  call.rewards = {1, 0, 0.5F, 0, 1, 1};
  call.group_size = 2;
  const Result result = call.Run();
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result.groups[0].outcome, GroupOutcome::kMixed);
  EXPECT_EQ(result.groups[1].outcome, GroupOutcome::kVaried);
  EXPECT_EQ(result.groups[2].outcome, GroupOutcome::kAllPass);
}

}  // namespace
}  // namespace advantaged::testing
