// Groups that declare too few responses: fewer than expected_group_size, or than the method needs.

#include <limits>
#include <string>
#include <vector>

#include "tests/core/refusal.h"
#include "tests/core/specs.h"

namespace advantaged::testing {
namespace {

using ::testing::HasSubstr;

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr SmallGroupPolicy kLettingIn[] = {SmallGroupPolicy::kZero, SmallGroupPolicy::kRaw,
                                           SmallGroupPolicy::kClampK};

// Groups of 4, 2 and 1, where 4 are expected.
Call Incomplete(const MethodSpec& method, SmallGroupPolicy policy) {
  Call call;
  call.method = method;
  call.rewards = {1, 0, 0, 1, 1, 0, 1};
  call.group_sizes = {4, 2, 1};
  call.expected_group_size = 4;
  call.options.declared_small_group = policy;
  return call;
}

TEST(DeclaredSmallGroups, AreRefusedByDefaultInATextThatNamesTheField) {
  Call call = Incomplete({"dr_grpo", {}}, Options().declared_small_group);
  ExpectRefused(call,
                {{"group_sizes[1]", "declared_small_group"},
                 {"group_sizes[2]", "group 2 has 1 response; expected_group_size is 4; decl"}});
  call.expected_group_size.reset();
  ExpectRefused(call, {{"group_sizes[2]", "dr_grpo needs at least 2; declared_small_group"}});
  call.method = {"pass_at_k_rloo", {{"k", Whole(3)}}};
  ExpectRefused(call, {{"group_sizes[2]", "declared_small_group"},
                       {"method.pass_at_k_rloo.k", "declared_small_group"}});
}

TEST(DeclaredSmallGroups, AreComputedWhereTheMethodCan) {
  for (const auto policy : kLettingIn) {
    const Result result = Incomplete({"dr_grpo", {}}, policy).Run();
    ASSERT_TRUE(result.ok()) << Describe(result);
    const float of_one = policy == SmallGroupPolicy::kRaw ? 1 : 0;
    EXPECT_EQ(result.advantages, Floats({0.5F, -0.5F, -0.5F, 0.5F, 0.5F, -0.5F, of_one}));
  }
  EXPECT_EQ(AdvantagesOf(Incomplete({"reinforce", {}}, SmallGroupPolicy::kZero)),
            Floats({1, 0, 0, 1, 1, 0, 1}));
}

TEST(DeclaredSmallGroups, FollowThePolicyWhereItCannot) {
  const MethodSpec method = {"pass_at_k_reinforce", {{"k", Whole(3)}}};
  const auto tail = [&](SmallGroupPolicy policy) {
    const Floats all = AdvantagesOf(Incomplete(method, policy));
    return Floats(all.begin() + 4, all.end());
  };
  EXPECT_EQ(tail(SmallGroupPolicy::kZero), Floats({0, 0, 0}));
  EXPECT_EQ(tail(SmallGroupPolicy::kRaw), Floats({1, 0, 1}));
  // K = 2 in the group of two: f(1 correct) is C(1,1)/C(1,1); K = 1 in the group of one.
  EXPECT_EQ(tail(SmallGroupPolicy::kClampK), Floats({1, 0, 1}));
}

TEST(DeclaredSmallGroups, AreCountedWithAWarning) {
  for (const bool statistics : {true, false}) {
    Call call = Incomplete({"dr_grpo", {}}, SmallGroupPolicy::kZero);
    call.options.group_statistics = statistics;
    for (const bool expected : {true, false}) {
      if (!expected) call.expected_group_size.reset();
      const Result result = call.Run();
      ASSERT_TRUE(result.ok()) << Describe(result);
      EXPECT_EQ(result.summary.incomplete, expected ? 2U : 1U);
      EXPECT_EQ(result.summary.small, 0U);  // by masking
      ASSERT_EQ(result.warnings.size(), 1U);
      EXPECT_EQ(result.warnings[0].code, WarningCode::kIncompleteGroups);
      EXPECT_THAT(result.warnings[0].message,
                  HasSubstr(expected ? "2 groups declare fewer than 4 responses"
                                     : "1 group declares fewer than 2 responses"));
    }
  }
}

TEST(DeclaredSmallGroups, LargerOnesStayAnError) {
  for (const auto policy : kLettingIn) {
    Call call = Incomplete({"dr_grpo", {}}, policy);
    call.expected_group_size = 2;
    ExpectRefused(call, {{"group_sizes[0]", "group 0 has 4 responses; expected_group_size is 2"}});
  }
}

TEST(DeclaredSmallGroups, AreDecidedByWhatTheyDeclareAndMaskedOnesByWhatIsLeft) {
  // One valid response each, of 4, of 2 and of 1.
  Call call = Incomplete({"dr_grpo", {}}, SmallGroupPolicy::kRaw);
  call.valid = Bitmap(std::vector{1, 0, 0, 0, 1, 0, 1});
  const Result result = call.Run();
  ASSERT_TRUE(result.ok()) << Describe(result);
  // small_group (0) for the first two, declared_small_group (raw) for the last.
  EXPECT_EQ(result.advantages, Floats({0, 0, 0, 0, 0, 0, 1}));
  EXPECT_EQ(result.summary.small, 2U);
  EXPECT_EQ(result.summary.incomplete, 2U);
  call.options.small_group = SmallGroupPolicy::kError;
  ExpectRefused(call,
                {{"small_group", "group 0 has 1 valid"}, {"small_group", "group 1 has 1 valid"}});
}

TEST(DeclaredSmallGroups, AllMaskedAreEmptyWhateverTheyDeclare) {
  for (const auto policy : {SmallGroupPolicy::kError, SmallGroupPolicy::kZero}) {
    for (const MethodSpec& spec : EverySpec(4)) {
      Call call = CallFor(spec, {1, 0, 0, 1, kNaN, kNaN, kNaN});
      call.group_size.reset();
      call.group_sizes = {4, 2, 1};
      call.expected_group_size = 4;
      call.valid = {15};
      call.options.declared_small_group = policy;
      const Result result = call.Run();
      ASSERT_TRUE(result.ok()) << Describe(spec) << Describe(result);
      EXPECT_EQ(result.summary.empty, 2U);
      EXPECT_EQ(result.summary.incomplete, 0U);
      EXPECT_TRUE(result.warnings.empty() ||
                  result.warnings[0].code == WarningCode::kNegativeAdvantageOfCorrect);
      call.group_sizes = {3, 4};
      call.valid = {7};
      call.expected_group_size = 3;
      ExpectRefused(call, {{"group_sizes[1]", "group 1 has 4 responses"}});
    }
  }
}

// Whatever path a group takes: told apart by kind, many in one kernel, or one by one (a mask that
// masks nothing).
TEST(DeclaredSmallGroups, GetTheSameOnEveryPath) {
  for (const MethodSpec& spec : EverySpec(4)) {
    for (const auto policy : kLettingIn) {
      for (const bool binary : {true, false}) {
        Call call = CallFor(spec, {1, 0, 0, 1, 1, 0, 1, 0, 1, 0, 1, 1});
        if (!binary && WorksOnRewards(spec))
          call.rewards[0] = call.rewards[5] = call.rewards[7] = 0.25F;
        call.group_size.reset();
        call.expected_group_size = 4;
        call.options.declared_small_group = policy;
        for (const bool by_ids : {false, true}) {
          call.group_sizes = by_ids ? Uints() : Uints{4, 2, 1, 1, 4};
          call.group_ids = by_ids ? Uints{7, 7, 7, 7, 1, 1, 3, 4, 9, 9, 9, 9} : Uints();
          for (const bool statistics : {true, false}) {
            call.options.group_statistics = statistics;
            Call masked = call;
            masked.valid = {255, 15};
            const Result one_by_one = masked.Run();
            const Result result = call.Run();
            ASSERT_TRUE(result.ok()) << Describe(spec) << Describe(result);
            EXPECT_EQ(BitsOf(result.advantages), BitsOf(one_by_one.advantages)) << Describe(spec);
            EXPECT_EQ(result.summary.incomplete, 3U) << Describe(spec);
            EXPECT_EQ(one_by_one.summary.incomplete, 3U);
          }
        }
      }
    }
  }
}

// All groups alike and too small.
TEST(DeclaredSmallGroups, MayBeAllOfABatch) {
  for (const MethodSpec& spec : EverySpec(4)) {
    for (const auto policy : kLettingIn) {
      Call call = CallFor(spec, {1, 0, 1, 1});
      call.group_size = 1;
      call.expected_group_size = 4;
      call.options.declared_small_group = policy;
      Call masked = call;
      masked.valid = {15};
      EXPECT_EQ(BitsOf(AdvantagesOf(call)), BitsOf(AdvantagesOf(masked))) << Describe(spec);
    }
  }
}

TEST(DeclaredSmallGroups, WithoutATableOfTheirSizeFollowThePolicy) {
  const MethodSpec method = {
      "custom_table",
      {{"tables", std::vector<OutcomeTable>{{4, {0, 1, 2, 3, 4}, {5, 6, 7, 8, 9}}}}}};
  EXPECT_EQ(AdvantagesOf(Incomplete(method, SmallGroupPolicy::kZero)),
            Floats({2, 7, 7, 2, 0, 0, 0}));
  EXPECT_EQ(AdvantagesOf(Incomplete(method, SmallGroupPolicy::kRaw)),
            Floats({2, 7, 7, 2, 1, 0, 1}));
  EXPECT_EQ(AdvantagesOf(Incomplete(method, SmallGroupPolicy::kClampK)),
            Floats({2, 7, 7, 2, 0, 0, 0}));
  // Nothing says that a group of 2 is less than it should be.
  Call call = Incomplete(method, SmallGroupPolicy::kZero);
  call.expected_group_size.reset();
  ExpectRefused(call, {{"method.custom_table.tables", "no table for n = 2"},
                       {"method.custom_table.tables", "no table for n = 1"}});
}

TEST(DeclaredSmallGroups, CountResponsesNotRows) {
  Call call = Incomplete({"dr_grpo", {}}, SmallGroupPolicy::kZero);
  call.rewards = {1, 0, 0, 1, 1, 1, 0};
  call.trajectory_ids = {1, 2, 3, 4, 5, 5, 6};
  call.group_sizes = {4, 3};
  const Result result = call.Run();
  ASSERT_TRUE(result.ok()) << Describe(result);
  EXPECT_EQ(result.advantages, Floats({0.5F, -0.5F, -0.5F, 0.5F, 0.5F, 0.5F, -0.5F}));
  EXPECT_EQ(result.summary.incomplete, 1U);
}

TEST(DeclaredSmallGroups, AMaskOfAnotherSizeIsRefusedAlone) {
  Call call = Incomplete({"dr_grpo", {}}, SmallGroupPolicy::kZero);
  call.valid = {1, 2, 3};
  ExpectRefused(call, {{"valid", "3 bytes"}});
}

}  // namespace
}  // namespace advantaged::testing
