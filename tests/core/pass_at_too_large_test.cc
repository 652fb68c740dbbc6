// pass_at beyond the size of groups: unknown there, with a warning, and in no mean.

#include <cmath>
#include <vector>

#include "tests/core/call.h"

namespace advantaged::testing {
namespace {

using ::testing::HasSubstr;

Call Asking(const Floats& rewards, const Uints& group_sizes, const Uints& pass_at) {
  Call call;
  call.method = {"dr_grpo", {}};
  call.rewards = rewards;
  call.group_sizes = group_sizes;
  call.options.pass_at = pass_at;
  return call;
}

TEST(PassAtTooLarge, IsNaNWithAWarning) {
  for (const bool statistics : {true, false}) {
    Call call = Asking({1, 0, 0, 1, 1, 0, 0, 0}, {4, 4}, {8, 2});
    call.options.group_statistics = statistics;
    const Result result = call.Run();
    ASSERT_TRUE(result.ok()) << Describe(result);
    ASSERT_EQ(result.warnings.size(), 1U);
    EXPECT_EQ(result.warnings[0].code, WarningCode::kPassAtTooLarge);
    EXPECT_THAT(result.warnings[0].message,
                HasSubstr("2 groups have fewer valid responses than the largest K of pass_at, 8"));
    EXPECT_FALSE(result.summary.pass_at_k[0].mean.has_value());
    EXPECT_EQ(result.summary.pass_at_k[0].groups, 0U);
    EXPECT_TRUE(result.summary.pass_at_k[1].mean.has_value());
    if (!statistics) continue;
    EXPECT_TRUE(std::isnan(result.pass_at_k[0]));
    EXPECT_FALSE(std::isnan(result.pass_at_k[1]));
  }
}

TEST(PassAtTooLarge, IsAboutTheSmallGroupsOnly) {
  const Result result = Asking({1, 0, 0, 1, 1, 0}, {4, 2}, {4}).Run();
  ASSERT_EQ(result.warnings.size(), 1U);
  EXPECT_THAT(result.warnings[0].message, HasSubstr("1 group has fewer"));
  EXPECT_FALSE(std::isnan(result.pass_at_k[0]));
  EXPECT_TRUE(std::isnan(result.pass_at_k[1]));
  EXPECT_EQ(result.summary.pass_at_k[0].groups, 1U);
  EXPECT_EQ(result.summary.pass_at_k[0].mean, 1.0);
}

TEST(PassAtTooLarge, IsAboutValidResponsesAndNotAboutEmptyGroups) {
  Call call = Asking({1, 0, 0, 1, 1, 0}, {4, 2}, {4});
  call.valid = {0x0F};  // the second group is empty
  EXPECT_TRUE(call.Run().warnings.empty());
  call.valid = {0x07};
  EXPECT_EQ(call.Run().warnings.size(), 1U);
  call.options.pass_at = {3};
  EXPECT_TRUE(call.Run().warnings.empty());
}

}  // namespace
}  // namespace advantaged::testing
