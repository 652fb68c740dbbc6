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

void BatchTally::OnGroup(const GroupReport& report, std::uint64_t times) {
  const GroupStatistics& statistics = report.statistics;
  responses += statistics.n * times;
  outcomes[static_cast<std::size_t>(statistics.outcome)] += times;
  CountDegenerate(statistics, times);
  if (statistics.incomplete) incomplete += times;
  group_size.Observe(statistics.n, times);
  if (OutcomesKnown(statistics.outcome)) AddOutcomes(report, times);
}

void BatchTally::OnAdvantages(std::span<const float> advantages) { magnitude.Observe(advantages); }

void BatchTally::OnAdvantage(float advantage, std::uint64_t times) {
  magnitude.Observe(advantage, times);
}

void BatchTally::CountDegenerate(const GroupStatistics& statistics, std::uint64_t times) {
  const GroupOutcome outcome = statistics.outcome;
  const std::array<bool, kDegenerateReasons.size()> applies = {outcome == GroupOutcome::kAllFail,
                                                               outcome == GroupOutcome::kAllPass,
                                                               outcome == GroupOutcome::kConstant,
                                                               outcome == GroupOutcome::kEmpty,
                                                               statistics.small,
                                                               statistics.suspicious};
  for (std::size_t i = 0; i < applies.size(); ++i) {
    if (applies[i]) degenerate[i] += times;
  }
}

void BatchTally::AddOutcomes(const GroupReport& report, std::uint64_t times) {
  const double rate = report.statistics.success_rate;
  const std::size_t bucket = BucketOf(rate, kRateEdges);
  success_rate.ObserveIn(bucket, rate, times);
  MassBySideAndSign& masses = mass[bucket];
  const std::array<const GroupReport::Mass*, kSides.size()> sides = {&report.correct,
                                                                     &report.wrong};
  const auto groups = static_cast<double>(times);
  for (std::size_t side = 0; side < sides.size(); ++side) {
    weight[side].Observe(sides[side]->Weight(), times);
    masses[side][0] += groups * sides[side]->positive;
    masses[side][1] += groups * sides[side]->negative;
  }
  for (std::size_t i = 0; i < pass_at_k.size(); ++i) {
    if (std::isnan(report.pass_at_k[i])) continue;
    pass_at_k[i].values.Observe(report.pass_at_k[i], times);
    pass_at_k[i].groups += times;
  }
}

}  // namespace advantaged
