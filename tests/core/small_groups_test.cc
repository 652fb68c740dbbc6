// Masks, and what masking leaves: empty groups, groups too small for the method under each policy,
// groups declared too small.

#include <limits>
#include <string>
#include <vector>

#include "tests/core/specs.h"

namespace advantaged::testing {
namespace {

using ::testing::HasSubstr;

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

Call Masked(const MethodSpec& spec, const Floats& rewards, const std::vector<int>& valid,
            SmallGroupPolicy policy) {
  Call call = CallFor(spec, rewards);
  call.valid = Bitmap(valid);
  call.options.small_group = policy;
  return call;
}

TEST(Masks, MaskedResponsesAreOutOfTheGroupWhateverTheirReward) {
  for (const float masked : {kNaN, std::numeric_limits<float>::infinity(), 0.5F, -7e37F}) {
    for (const MethodSpec& spec : EverySpec(3)) {
      const Floats alone = AdvantagesOf(CallFor(spec, {0, 1, 0}));
      Call call = CallFor(spec, {masked, 0, masked, 1, 0, masked});
      if (!call.lengths.empty()) {
        const Uints lengths = CallFor(spec, {0, 1, 0}).lengths;
        call.lengths = {9, lengths[0], 9, lengths[1], lengths[2], 9};
      }
      call.valid = Bitmap(std::vector{0, 1, 0, 1, 1, 0});
      EXPECT_EQ(AdvantagesOf(call), Floats({0, alone[0], 0, alone[1], alone[2], 0}))
          << Describe(spec);
    }
  }
}

TEST(Masks, AGroupAllMaskedOutIsNoErrorUnderAnyPolicy) {
  for (const auto policy : {SmallGroupPolicy::kZero, SmallGroupPolicy::kError,
                            SmallGroupPolicy::kRaw, SmallGroupPolicy::kClampK}) {
    for (const MethodSpec& spec : EverySpec(3)) {
      const Result result = Masked(spec, {kNaN, 1, 5}, {0, 0, 0}, policy).Run();
      ASSERT_TRUE(result.ok()) << Describe(spec) << Describe(result);
      EXPECT_EQ(result.advantages, Floats({0, 0, 0}));
      EXPECT_EQ(result.groups[0].n, 0U);
      EXPECT_EQ(result.groups[0].outcome, GroupOutcome::kEmpty);
      EXPECT_FALSE(result.groups[0].small);
      EXPECT_EQ(result.summary.empty, 1U);
      EXPECT_EQ(result.summary.small, 0U);
    }
  }
}

// One valid response of three.
Result OneLeft(const MethodSpec& spec, SmallGroupPolicy policy, float reward = 0.5F) {
  return Masked(spec, {reward, 7, 7}, {1, 0, 0}, policy).Run();
}

TEST(SmallGroups, ZeroGivesZeroAndCounts) {
  for (const char* method : {"rloo", "grpo", "dr_grpo", "max_rl"}) {
    const Result result = OneLeft({method, {}}, SmallGroupPolicy::kZero);
    ASSERT_TRUE(result.ok());
    EXPECT_EQ(result.advantages, Floats({0, 0, 0}));
    EXPECT_TRUE(result.groups[0].small);
    EXPECT_EQ(result.summary.small, 1U);
    ASSERT_EQ(result.warnings.size(), 1U);
    EXPECT_EQ(result.warnings[0].code, WarningCode::kSmallGroups);
  }
}

TEST(SmallGroups, ErrorNamesTheGroup) {
  Call call;
  call.method = {"rloo", {}};
  call.rewards = {0, 1, 0, 1, 0, 1};
  call.group_ids = {70, 70, 80, 80, 90, 90};
  call.valid = Bitmap(std::vector{1, 1, 1, 1, 1, 0});
  call.options.small_group = SmallGroupPolicy::kError;
  const Result result = call.Run();
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.violations.count(), 1U);
  EXPECT_EQ(result.violations.listed()[0].field, "small_group");
  EXPECT_THAT(result.violations.listed()[0].description, HasSubstr("group 2 (id 90)"));
}

TEST(SmallGroups, RawGivesTheInputOfTheMethod) {
  EXPECT_EQ(OneLeft({"rloo", {}}, SmallGroupPolicy::kRaw, -2.5F).advantages, Floats({-2.5F, 0, 0}));
  EXPECT_EQ(OneLeft({"skew_r", {}}, SmallGroupPolicy::kRaw, 1).advantages, Floats({1, 0, 0}));
  // No advantage is -0.
  const Call zero =
      Masked({"max_at_k", {{"k", Whole(3)}}}, {-0.0F, 2.5F, 7}, {1, 1, 0}, SmallGroupPolicy::kRaw);
  EXPECT_EQ(BitsOf(AdvantagesOf(zero)), BitsOf({0, 2.5F, 0}));
  // The outcome, not the reward, for a method on outcomes.
  Call call = Masked({"skew_r", {}}, {0.25F, 7, 7}, {1, 0, 0}, SmallGroupPolicy::kRaw);
  call.outcomes = Bitmap(std::vector{1, 0, 0});
  EXPECT_EQ(AdvantagesOf(call), Floats({1, 0, 0}));
}

TEST(SmallGroups, ClampKLowersKToTheMostThatTheGroupAllows) {
  for (const MethodSpec& spec : EverySpec(4)) {
    const auto k = spec.parameters.find("k");
    if (k == spec.parameters.end() || spec.name == "biased_pass_at_k") continue;
    MethodSpec four = spec;
    four.parameters["k"] = Whole(4);
    const auto variant = spec.parameters.find("variant");
    const bool loo = variant != spec.parameters.end() &&
                     std::get<std::string>(variant->second) == "leave_one_out";
    const Floats rewards = {1, 0, 0, 1, 0};
    const Call call = Masked(four, rewards, {1, 1, 1, 0, 0}, SmallGroupPolicy::kClampK);
    MethodSpec clamped = spec;
    clamped.parameters["k"] = Whole(loo ? 2 : 3);
    Floats expected = AdvantagesOf(OneGroup(clamped, {1, 0, 0}));
    expected.resize(5);
    EXPECT_EQ(AdvantagesOf(call), expected) << Describe(four);
  }
}

TEST(SmallGroups, ClampKGivesZeroWhereNoKFits) {
  for (const char* method : {"pass_at_k_rloo", "pass_at_k_grpo", "pass_at_k_shaped"}) {
    const Call call =
        Masked({method, {{"k", Whole(3)}}}, {1, 0, 0}, {1, 0, 0}, SmallGroupPolicy::kClampK);
    EXPECT_EQ(AdvantagesOf(call), Floats({0, 0, 0})) << method;
  }
  const Call rloo = Masked({"rloo", {}}, {1, 0, 0}, {1, 0, 0}, SmallGroupPolicy::kClampK);
  EXPECT_EQ(AdvantagesOf(rloo), Floats({0, 0, 0}));
}

TEST(SmallGroups, PassAtKBelowKCountsAsSmall) {
  const MethodSpec spec{"pass_at_k_reinforce", {{"k", Whole(3)}}};
  const Result result = Masked(spec, {1, 0, 0}, {1, 1, 0}, SmallGroupPolicy::kZero).Run();
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result.advantages, Floats({0, 0, 0}));
  EXPECT_EQ(result.summary.small, 1U);
}

TEST(SmallGroups, MethodsWithoutABaselineWorkOnOneResponse) {
  for (const MethodSpec& spec :
       {MethodSpec{"reinforce", {}}, MethodSpec{"pass_at_k_reinforce", {{"k", Whole(1)}}},
        MethodSpec{"max_at_k", {{"k", Whole(1)}}},
        MethodSpec{"weighted_reinforce", {{"positive_weight", 1.0}}},
        MethodSpec{"focal", {{"gamma", 0.0}, {"base", std::string("reinforce")}}},
        MethodSpec{"biased_pass_at_k", {{"k", Whole(1)}, {"base", std::string("reinforce")}}}}) {
    const Result declared = OneGroup(spec, {1}).Run();
    ASSERT_TRUE(declared.ok()) << Describe(spec) << Describe(declared);
    EXPECT_EQ(declared.advantages, Floats({1})) << Describe(spec);
    const Result left = OneLeft(spec, SmallGroupPolicy::kError, 1);
    ASSERT_TRUE(left.ok()) << Describe(spec) << Describe(left);
    EXPECT_EQ(left.advantages, Floats({1, 0, 0})) << Describe(spec);
  }
}

// On one rank half a group: an error, not a zero.
TEST(SmallGroups, ADeclaredGroupOfOneIsAnErrorUnderABaseline) {
  for (const MethodRow* row : MethodTable()) {
    MethodSpec spec = SpecsOf(*row, 3).front();
    if (spec.parameters.contains("base")) spec.parameters["base"] = "grpo";
    if (spec.name == "custom_table") spec.parameters["tables"] = SomeTables(1);
    if (spec.parameters.contains("k")) spec.parameters["k"] = Whole(1);
    const bool without = spec.name == "reinforce" || spec.name == "pass_at_k_reinforce" ||
                         spec.name == "max_at_k" || spec.name == "weighted_reinforce" ||
                         spec.name == "custom_table";
    const Result result = CallFor(spec, {1}).Run();
    EXPECT_EQ(result.ok(), without) << Describe(spec) << Describe(result);
    if (!without && !result.ok()) {
      EXPECT_EQ(result.violations.listed()[0].field, "group_size");
      EXPECT_THAT(result.violations.listed()[0].description, HasSubstr("group 0"));
    }
  }
}

TEST(SmallGroups, CustomTableNeedsATableForEveryNThatMaskingLeaves) {
  const MethodSpec spec{"custom_table", {{"tables", SomeTables(3)}}};
  EXPECT_TRUE(Masked(spec, {1, 0, 0}, {1, 1, 1}, SmallGroupPolicy::kZero).Run().ok());
  const Result result = Masked(spec, {1, 0, 0}, {1, 1, 0}, SmallGroupPolicy::kZero).Run();
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.violations.listed()[0].field, "method.custom_table.tables");
  EXPECT_THAT(result.violations.listed()[0].description, HasSubstr("n = 2"));
}

}  // namespace
}  // namespace advantaged::testing
