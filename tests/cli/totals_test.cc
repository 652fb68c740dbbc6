#include "cli/totals.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/backend.h"
#include "cli/batch.h"

namespace advantaged::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Groups of many kinds: constant, mixed, of two sizes (one less than expected), masked to too few
// and to none.
std::vector<InputLine> Lines() {
  std::vector<InputLine> lines;
  for (int i = 0; i < 40; ++i) {
    InputLine line;
    const int n = i % 3 == 0 ? 4 : 6;
    for (int j = 0; j < n; ++j) line.rewards.push_back((i * j) % 7 < i % 5 ? 1.0F : 0.0F);
    if (i % 10 == 9) {
      line.valid.emplace(line.rewards.size(), 0);
      line.valid->front() = i == 9 ? 1 : 0;
    }
    lines.push_back(line);
  }
  return lines;
}

v1::ComputeAdvantagesRequest Settings() {
  v1::ComputeAdvantagesRequest settings;
  settings.mutable_method()->mutable_grpo();
  settings.set_expected_group_size(6);
  settings.set_declared_small_group(v1::SMALL_GROUP_POLICY_ZERO);
  for (const std::uint32_t k : {1U, 5U}) settings.add_pass_at(k);
  return settings;
}

Totals Compute(std::size_t groups_per_call) {
  const auto backend = MakeLocalBackend();
  const std::vector<InputLine> lines = Lines();
  Totals totals;
  Batch batch;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    batch.Add(Place{.line = i + 1}, lines[i]);
    if (batch.groups().size() < groups_per_call && i + 1 < lines.size()) continue;
    const auto reply = backend->Compute(batch.view(), Settings());
    EXPECT_TRUE(reply.ok()) << reply.status();
    totals.Add(*reply);
    batch.Clear();
  }
  return totals;
}

TEST(Totals, OfManyCallsAreThoseOfOne) {
  const Totals one = Compute(1000);
  const v1::Summary& expected = one.summary();
  ASSERT_GT(expected.mixed_groups(), 0U);
  ASSERT_GT(expected.empty_groups(), 0U);
  ASSERT_GT(expected.small_groups(), 0U);
  ASSERT_GT(expected.incomplete_groups(), 0U);
  for (const std::size_t groups_per_call : {1U, 3U, 16U}) {
    v1::Summary sum = Compute(groups_per_call).summary();
    EXPECT_NEAR(sum.mean_success_rate(), expected.mean_success_rate(), 1e-12);
    EXPECT_NEAR(sum.no_signal_share(), expected.no_signal_share(), 1e-12);
    EXPECT_NEAR(sum.mean_absolute_advantage(), expected.mean_absolute_advantage(), 1e-12);
    EXPECT_NEAR(sum.sd_absolute_advantage(), expected.sd_absolute_advantage(), 1e-12);
    EXPECT_EQ(sum.max_absolute_advantage(), expected.max_absolute_advantage());
    EXPECT_NEAR(sum.positive_weight(), expected.positive_weight(), 1e-10);
    EXPECT_NEAR(sum.negative_weight(), expected.negative_weight(), 1e-10);
    ASSERT_EQ(sum.pass_at_k_size(), 2);
    for (int i = 0; i < 2; ++i) {
      EXPECT_NEAR(sum.pass_at_k(i).mean(), expected.pass_at_k(i).mean(), 1e-12);
      EXPECT_EQ(sum.pass_at_k(i).groups(), expected.pass_at_k(i).groups());
      EXPECT_EQ(sum.pass_at_k(i).k(), expected.pass_at_k(i).k());
    }
    EXPECT_EQ(sum.groups(), expected.groups());
    EXPECT_EQ(sum.responses(), expected.responses());
    EXPECT_EQ(sum.masked_responses(), expected.masked_responses());
    EXPECT_EQ(sum.all_fail_groups(), expected.all_fail_groups());
    EXPECT_EQ(sum.mixed_groups(), expected.mixed_groups());
    EXPECT_EQ(sum.all_pass_groups(), expected.all_pass_groups());
    EXPECT_EQ(sum.constant_groups(), expected.constant_groups());
    EXPECT_EQ(sum.empty_groups(), expected.empty_groups());
    EXPECT_EQ(sum.small_groups(), expected.small_groups());
    EXPECT_EQ(sum.incomplete_groups(), expected.incomplete_groups());
  }
}

TEST(Totals, AWarningOfEachKindOnce) {
  v1::ComputeAdvantagesResponse response;
  v1::Warning& warning = *response.add_warnings();
  warning.set_code(v1::Warning::CODE_SMALL_GROUPS);
  warning.set_message("3 groups are small");
  Totals totals;
  totals.Add(response);
  EXPECT_THAT(totals.Warnings(), ElementsAre("3 groups are small"));
  warning.set_message("4 groups are small");
  totals.Add(response);
  EXPECT_THAT(totals.Warnings(),
              ElementsAre(HasSubstr("3 groups are small (the first of 2 calls")));
}

}  // namespace
}  // namespace advantaged::cli
