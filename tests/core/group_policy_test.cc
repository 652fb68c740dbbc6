// All of the policy: what a group gets, from what one look at it told.
#include "core/engine/group_policy.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/core/specs.h"

namespace advantaged::testing {
namespace {

GroupFacts Binary(std::uint32_t n, std::uint32_t ones) {
  return {.declared = n,
          .n = n,
          .binary = true,
          .ones = ones,
          .minimum = ones == n ? 1.0F : 0.0F,
          .maximum = ones > 0 ? 1.0F : 0.0F,
          .outcomes_known = true,
          .correct = ones};
}

GroupFacts Real(std::uint32_t n) { return {.declared = n, .n = n, .minimum = -1, .maximum = 2.5F}; }

// A method and the options around it.
struct Asked {
  MethodSpec spec;
  Options options = {};
  Batch batch = {};

  Decision Decide(const GroupFacts& facts) const {
    Violations violations;
    const ResolvedMethod method = ResolveMethod(spec, violations);
    EXPECT_TRUE(violations.empty()) << Describe(spec);
    return GroupPolicy(method, options, batch).Decide(facts);
  }
  Verdict Of(const GroupFacts& facts) const { return Decide(facts).verdict; }
  GroupError ErrorOf(const GroupFacts& facts) const {
    const Decision decision = Decide(facts);
    EXPECT_EQ(decision.verdict == Verdict::kError, decision.error != GroupError::kNone);
    return decision.error;
  }
};

template <typename Value>
Options With(Value Options::*option, Value value) {
  Options options;
  options.*option = value;
  return options;
}

MethodSpec PassAtK(std::int64_t k) { return {"pass_at_k_rloo", {{"k", k}}}; }
MethodSpec MaxAtK(std::int64_t k) { return {"max_at_k", {{"k", k}}}; }

TEST(GroupPolicy, BinaryRewardsOfATableMethodGetAPair) {
  EXPECT_EQ((Asked{{"grpo", {}}}.Of(Binary(8, 3))), Verdict::kPair);
  EXPECT_EQ((Asked{{"skew_r", {}}}.Of(Binary(8, 3))), Verdict::kPair);
  EXPECT_EQ((Asked{MaxAtK(2)}.Of(Binary(8, 3))), Verdict::kPair);
}

TEST(GroupPolicy, RealRewardsGetTheShapeOfTheMethod) {
  EXPECT_EQ((Asked{{"grpo", {}}}.Of(Real(8))), Verdict::kAffine);
  EXPECT_EQ((Asked{MaxAtK(2)}.Of(Real(8))), Verdict::kRank);
  Asked shaped{{"skew_r", {}}, With(&Options::shape_rewards, true)};
  GroupFacts facts = Real(8);
  EXPECT_EQ(shaped.ErrorOf(facts), GroupError::kUnknownOutcomes);
  facts.outcomes_known = true;
  facts.correct = 3;
  EXPECT_EQ(shaped.Of(facts), Verdict::kShape);
}

TEST(GroupPolicy, AConstantGroupGetsZeroWhereTheMethodHasABaseline) {
  GroupFacts constant = Real(4);
  constant.minimum = constant.maximum;
  EXPECT_EQ((Asked{{"grpo", {}}}.Of(constant)), Verdict::kZero);
  EXPECT_EQ((Asked{{"reinforce", {}}}.Of(constant)), Verdict::kAffine);
  constant.minimum -= 0.125F;
  EXPECT_EQ((Asked{{"grpo", {}}}.Of(constant)), Verdict::kAffine);
  EXPECT_EQ((Asked{{"grpo", {}}, With(&Options::constant_tolerance, 0.125)}.Of(constant)),
            Verdict::kZero);
}

TEST(GroupPolicy, AnEmptyGroupIsZeroWhateverIsAsked) {
  for (const MethodSpec& spec : EverySpec(4)) {
    EXPECT_EQ(
        (Asked{spec, With(&Options::small_group, SmallGroupPolicy::kError)}.Of({.declared = 4})),
        Verdict::kZero)
        << Describe(spec);
  }
}

TEST(GroupPolicy, WhatMaskingLeftTooSmallFollowsSmallGroup) {
  GroupFacts masked = Binary(2, 1);
  masked.declared = 4;
  Asked asked{PassAtK(3)};
  EXPECT_EQ(asked.Of(masked), Verdict::kZero);
  EXPECT_TRUE(asked.Decide(masked).small);
  asked.options.small_group = SmallGroupPolicy::kError;
  EXPECT_EQ(asked.ErrorOf(masked), GroupError::kTooSmall);
  asked.options.small_group = SmallGroupPolicy::kRaw;
  EXPECT_EQ(asked.Of(masked), Verdict::kRaw);
  asked.options.small_group = SmallGroupPolicy::kClampK;
  EXPECT_EQ(asked.Of(masked), Verdict::kPair);
  EXPECT_LT(asked.Decide(masked).k, 3U);
  EXPECT_EQ(asked.Decide(Binary(4, 1)).k, 3U);
}

TEST(GroupPolicy, WhatWasDeclaredTooSmallFollowsDeclaredSmallGroup) {
  Asked asked{PassAtK(3), With(&Options::small_group, SmallGroupPolicy::kError)};
  asked.options.declared_small_group = SmallGroupPolicy::kZero;
  EXPECT_EQ(asked.Of(Binary(2, 1)), Verdict::kZero);
  EXPECT_FALSE(asked.Decide(Binary(2, 1)).small);
  asked.options.declared_small_group = SmallGroupPolicy::kError;
  EXPECT_EQ(asked.ErrorOf(Binary(2, 1)), GroupError::kTooSmall);
}

TEST(GroupPolicy, ZeroUnlessMixedComesBeforeRawInputs) {
  Asked asked{{"rloo", {}}, With(&Options::small_group, SmallGroupPolicy::kRaw)};
  asked.options.zero_unless_mixed = true;
  EXPECT_EQ(asked.Of(Binary(4, 2)), Verdict::kPair);
  EXPECT_EQ(asked.Of(Binary(4, 4)), Verdict::kZero);
  GroupFacts masked = Binary(1, 1);
  masked.declared = 4;
  EXPECT_EQ(asked.Of(masked), Verdict::kZero);
  EXPECT_EQ(asked.ErrorOf(Real(4)), GroupError::kUnknownOutcomes);
}

TEST(GroupPolicy, WhatCannotBeAnsweredIsRefusedForOneReason) {
  GroupFacts facts = Real(4);
  facts.finite = false;
  EXPECT_EQ((Asked{{"skew_r", {}}, With(&Options::per_group, true)}.ErrorOf(facts)),
            GroupError::kNotFinite);
  EXPECT_EQ((Asked{{"skew_r", {}}, With(&Options::per_group, true)}.ErrorOf(Real(4))),
            GroupError::kUnknownOutcomes);
  EXPECT_EQ((Asked{{"grpo", {}}, With(&Options::per_group, true)}.ErrorOf(Real(4))),
            GroupError::kNoPair);
  const Asked custom{{"custom_table", {{"tables", SomeTables(4)}}}};
  EXPECT_EQ(custom.Of(Binary(4, 1)), Verdict::kPair);
  EXPECT_EQ(custom.ErrorOf(Binary(5, 1)), GroupError::kNoTable);
  facts = Real(4);
  facts.has_tokens = false;
  EXPECT_EQ((Asked{{"opo", {}}}.ErrorOf(facts)), GroupError::kNoTokens);
}

// The short way to kAffine says what the long one says.
TEST(GroupPolicy, PlainGroupsAreAffineOrConstant) {
  for (const MethodSpec& spec : EverySpec(4)) {
    Violations violations;
    const ResolvedMethod method = ResolveMethod(spec, violations);
    const Options options;
    const Batch batch;
    const GroupPolicy policy(method, options, batch);
    for (const std::uint32_t n : {1U, 2U, 3U, 4U, 8U}) {
      GroupFacts facts = Real(n);
      if (!policy.IsPlain(n, true, false)) continue;
      EXPECT_EQ(policy.Decide(facts).verdict, Verdict::kAffine) << Describe(spec);
      facts.minimum = facts.maximum;
      EXPECT_EQ(policy.Decide(facts).verdict == Verdict::kZero,
                policy.zero_rule().Holds(facts.minimum, facts.maximum))
          << Describe(spec);
    }
    EXPECT_FALSE(policy.IsPlain(8, false, false));
    EXPECT_FALSE(policy.IsPlain(8, true, true));
  }
}

}  // namespace
}  // namespace advantaged::testing
