#include "server/metrics/batch_tally.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace advantaged {
namespace {

// The label order of kOutcomes is that of the enumeration.
static_assert(static_cast<int>(GroupOutcome::kEmpty) == 0);
static_assert(static_cast<int>(GroupOutcome::kAllFail) == 1);
static_assert(static_cast<int>(GroupOutcome::kMixed) == 2);
static_assert(static_cast<int>(GroupOutcome::kAllPass) == 3);
static_assert(static_cast<int>(GroupOutcome::kConstant) == 4);
static_assert(static_cast<int>(GroupOutcome::kVaried) == 5);

}  // namespace

std::size_t PassAtLabel(std::uint32_t k) {
  const std::size_t other = kPassAtLabels.size() - 1;
  if (!std::has_single_bit(k)) return other;
  return std::min(static_cast<std::size_t>(std::countr_zero(k)), other);
}

BatchTally::BatchTally(std::span<const std::uint32_t> pass_at) {
  for (const std::uint32_t k : pass_at) pass_at_k.push_back({.label = PassAtLabel(k)});
}

void BatchTally::OnGroup(const GroupReport& report) {
  const GroupStatistics& statistics = report.statistics;
  responses += statistics.n;
  ++outcomes[static_cast<std::size_t>(statistics.outcome)];
  CountDegenerate(statistics);
  group_size.Observe(statistics.n);
  if (OutcomesKnown(statistics.outcome)) AddOutcomes(report);
}

void BatchTally::OnAdvantages(std::span<const float> advantages) { magnitude.Observe(advantages); }

void BatchTally::CountDegenerate(const GroupStatistics& statistics) {
  const GroupOutcome outcome = statistics.outcome;
  const std::array<bool, kDegenerateReasons.size()> applies = {outcome == GroupOutcome::kAllFail,
                                                               outcome == GroupOutcome::kAllPass,
                                                               outcome == GroupOutcome::kConstant,
                                                               outcome == GroupOutcome::kEmpty,
                                                               statistics.small,
                                                               statistics.suspicious};
  for (std::size_t i = 0; i < applies.size(); ++i) {
    if (applies[i]) ++degenerate[i];
  }
}

void BatchTally::AddOutcomes(const GroupReport& report) {
  const double rate = report.statistics.success_rate;
  const std::size_t bucket = BucketOf(rate, kRateEdges);
  success_rate.ObserveIn(bucket, rate);
  MassBySideAndSign& masses = mass[bucket];
  const std::array<const GroupReport::Mass*, kSides.size()> sides = {&report.correct,
                                                                     &report.wrong};
  for (std::size_t side = 0; side < sides.size(); ++side) {
    weight[side].Observe(sides[side]->Weight());
    masses[side][0] += sides[side]->positive;
    masses[side][1] += sides[side]->negative;
  }
  for (std::size_t i = 0; i < pass_at_k.size(); ++i) {
    if (std::isnan(report.pass_at_k[i])) continue;
    pass_at_k[i].values.Observe(report.pass_at_k[i]);
    ++pass_at_k[i].groups;
  }
}

}  // namespace advantaged
