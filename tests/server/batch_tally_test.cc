// What a group adds to the tally of its batch, and which labels there are.
#include "server/metrics/batch_tally.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace advantaged {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::SizeIs;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

GroupReport Report(GroupOutcome outcome, std::uint32_t n, std::uint32_t c) {
  GroupReport report;
  report.statistics.outcome = outcome;
  report.statistics.n = n;
  report.statistics.c = c;
  report.statistics.success_rate = n == 0 ? kNan : static_cast<double>(c) / n;
  return report;
}

TEST(BatchTally, OnlyPowersOfTwoUpTo1024HaveALabel) {
  EXPECT_EQ(kPassAtLabels[PassAtLabel(1)], "1");
  EXPECT_EQ(kPassAtLabels[PassAtLabel(2)], "2");
  EXPECT_EQ(kPassAtLabels[PassAtLabel(1024)], "1024");
  for (const std::uint32_t k : {0U, 3U, 1023U, 1025U, 2048U, 1U << 31}) {
    EXPECT_EQ(kPassAtLabels[PassAtLabel(k)], "other") << k;
  }
}

TEST(BatchTally, MixedGroup) {
  const std::vector<std::uint32_t> pass_at = {2, 3};
  const std::vector<double> rates = {0.5, kNan};
  GroupReport report = Report(GroupOutcome::kMixed, 4, 1);
  report.pass_at_k = rates;
  report.correct.positive = 0.25;
  report.wrong.negative = 0.5;
  report.wrong.positive = 0.125;

  BatchTally tally(pass_at);
  tally.OnGroup(report, 1);
  tally.OnGroup(report, 1);

  EXPECT_EQ(tally.responses, 8);
  EXPECT_THAT(tally.outcomes, ElementsAre(0, 0, 2, 0, 0, 0));
  EXPECT_THAT(tally.degenerate, Each(0));
  ASSERT_THAT(tally.pass_at_k, SizeIs(2));
  EXPECT_EQ(tally.pass_at_k[0].groups, 2);
  EXPECT_EQ(tally.pass_at_k[1].groups, 0);
  // A rate of 1/4 is bucket 4 of 16.
  EXPECT_THAT(tally.mass[4][0], ElementsAre(0.5, 0));
  EXPECT_THAT(tally.mass[4][1], ElementsAre(0.25, 1.0));
}

TEST(BatchTally, GroupWithUnknownOutcomes) {
  GroupReport report = Report(GroupOutcome::kConstant, 4, 0);
  report.statistics.suspicious = true;
  BatchTally tally({});
  tally.OnGroup(report, 1);
  EXPECT_THAT(tally.outcomes, ElementsAre(0, 0, 0, 0, 1, 0));
  EXPECT_THAT(tally.degenerate, ElementsAre(0, 0, 1, 0, 0, 1));

  prometheus::Histogram rates({kRateEdges.begin(), kRateEdges.end()});
  tally.success_rate.PublishTo(rates);
  EXPECT_EQ(rates.Collect().histogram.sample_count, 0);
}

TEST(BatchTally, EmptyAndSmallGroups) {
  BatchTally tally({});
  tally.OnGroup(Report(GroupOutcome::kEmpty, 0, 0), 1);
  GroupReport small = Report(GroupOutcome::kAllPass, 1, 1);
  small.statistics.small = true;
  tally.OnGroup(small, 1);
  EXPECT_THAT(tally.degenerate, ElementsAre(0, 1, 0, 1, 1, 0));
  EXPECT_EQ(tally.responses, 1);
}

TEST(BatchTally, IncompleteGroupsAreNotDegenerateForThat) {
  BatchTally tally({});
  GroupReport incomplete = Report(GroupOutcome::kMixed, 2, 1);
  incomplete.statistics.incomplete = true;
  tally.OnGroup(incomplete, 3);
  tally.OnGroup(Report(GroupOutcome::kMixed, 4, 1), 1);
  EXPECT_EQ(tally.incomplete, 3);
  EXPECT_THAT(tally.degenerate, Each(0));
}

TEST(BatchTally, Clipped) {
  BatchTally tally({});
  EXPECT_THAT(tally.clipped, Each(0));
  tally.OnClipped(2, 3);
  EXPECT_THAT(tally.clipped, ElementsAre(2, 3));
}

}  // namespace
}  // namespace advantaged
