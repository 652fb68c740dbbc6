#include "core/engine/summary.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace advantaged {
namespace {

double Total(const MagnitudeSums::Lanes& lanes) {
  return std::accumulate(lanes.begin(), lanes.end(), 0.0);
}

}  // namespace

SummaryBuilder::SummaryBuilder(std::span<const std::uint32_t> pass_at)
    : pass_at_k_(pass_at.size()) {
  for (const std::uint32_t k : pass_at) {
    summary_.pass_at_k.push_back({.k = k, .mean = {}, .groups = 0});
  }
}

void SummaryBuilder::Add(const GroupReport& report, std::uint64_t times) {
  const GroupStatistics& group = report.statistics;
  const auto groups = static_cast<std::uint32_t>(times);
  const auto weight = static_cast<double>(times);
  summary_.groups += groups;
  summary_.responses += group.n * groups;
  std::uint32_t* const by_outcome[] = {&summary_.empty,    &summary_.all_fail, &summary_.mixed,
                                       &summary_.all_pass, &summary_.constant, &summary_.varied};
  *by_outcome[static_cast<std::size_t>(group.outcome)] += groups;
  if (group.small) summary_.small += groups;
  if (group.suspicious) summary_.suspicious += groups;
  if (group.incomplete) summary_.incomplete += groups;
  if (group.no_signal && group.n > 0) no_signal_ += groups;
  if (OutcomesKnown(group.outcome)) success_rates_ += weight * group.success_rate;
  for (std::size_t i = 0; i < pass_at_k_.size(); ++i) {
    if (std::isnan(report.pass_at_k[i])) continue;
    pass_at_k_[i] += weight * report.pass_at_k[i];
    summary_.pass_at_k[i].groups += groups;
  }
}

void SummaryBuilder::Add(std::span<const float> advantages) {
  if (advantages.empty()) return;
  if (!origin_) origin_ = std::abs(static_cast<double>(advantages[0]));
  AddMagnitudes(advantages, *origin_, sums_);
}

void SummaryBuilder::Add(float advantage, std::uint64_t times) {
  if (times == 0) return;
  const double a = advantage;
  const double magnitude = std::abs(a);
  const auto weight = static_cast<double>(times);
  if (!origin_) origin_ = magnitude;
  const double distance = magnitude - *origin_;
  sums_.distance[0] += weight * distance;
  sums_.squares[0] += weight * (distance * distance);
  sums_.maximum[0] = std::max(sums_.maximum[0], magnitude);
  (a > 0 ? sums_.positive : sums_.negative)[0] += weight * magnitude;
}

Summary SummaryBuilder::Build(std::size_t responses) const {
  Summary summary = summary_;
  summary.masked_responses = static_cast<std::uint32_t>(responses - summary.responses);
  const std::uint32_t known = summary.all_fail + summary.mixed + summary.all_pass;
  if (known > 0) summary.mean_success_rate = success_rates_ / known;
  for (std::size_t i = 0; i < pass_at_k_.size(); ++i) {
    Summary::PassAtK& pass = summary.pass_at_k[i];
    if (pass.groups > 0) pass.mean = pass_at_k_[i] / pass.groups;
  }
  const std::uint32_t filled = summary.groups - summary.empty;
  if (filled > 0) summary.no_signal_share = static_cast<double>(no_signal_) / filled;
  summary.max_absolute = *std::ranges::max_element(sums_.maximum);
  summary.positive_weight = Total(sums_.positive);
  summary.negative_weight = Total(sums_.negative);
  if (origin_) {
    const double shift = Total(sums_.distance) / summary.responses;
    summary.mean_absolute = *origin_ + shift;
    const double variance = Total(sums_.squares) / summary.responses - shift * shift;
    summary.sd_absolute = std::sqrt(std::max(0.0, variance));
  }
  return summary;
}

}  // namespace advantaged
