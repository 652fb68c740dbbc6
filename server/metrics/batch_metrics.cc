#include "server/metrics/batch_metrics.h"

#include <chrono>
#include <string>

#include "core/methods/method_table.h"

namespace advantaged {

BatchMetrics::BatchMetrics(prometheus::Registry& registry, const RunLimits& runs)
    : with_runs_(runs.runs > 0),
      weight_families_(registry),
      families_(registry),
      runs_(runs, families_),
      incomplete_(CounterFamily(registry, "advantaged_incomplete_groups_total",
                                "Groups that declare fewer responses than expected_group_size, or "
                                "than the method needs, and that declared_small_group let in.")
                      .Add({})),
      group_size_(AddHistogram(
          HistogramFamily(registry, "advantaged_group_size", "Valid responses of each group."), {},
          kGroupSizeEdges)),
      last_batch_(GaugeFamily(registry, "advantaged_last_batch_timestamp_seconds",
                              "Unix time of the last successful batch; 0 before the first.")
                      .Add({})) {
  for (const MethodRow* row : MethodTable()) {
    const std::string name(row->name);
    methods_.try_emplace(name, prometheus::Labels{{"method", name}}, families_);
    weights_.try_emplace(name, name, weight_families_);
  }

  auto& degenerate =
      CounterFamily(registry, "advantaged_degenerate_groups_total",
                    "Groups that teach little, by reason; a group may have several. small: masking "
                    "left too few responses for the method; suspicious: the spread of rewards is "
                    "above 0 and below 1e-5 of their magnitude.");
  for (std::size_t i = 0; i < kDegenerateReasons.size(); ++i) {
    degenerate_[i] = &degenerate.Add({{"reason", std::string(kDegenerateReasons[i])}});
  }

  auto& clipped = CounterFamily(registry, "advantaged_clipped_responses_total",
                                "Advantages that clip stages raised to their low or lowered to "
                                "their high bound.");
  for (std::size_t i = 0; i < kBounds.size(); ++i) {
    clipped_[i] = &clipped.Add({{"bound", std::string(kBounds[i])}});
  }

  auto& values = HistogramFamily(
      registry, "advantaged_pass_at_k",
      "Unbiased Pass@K of each group with known outcomes and at least K responses, "
      "for the K that requests ask; K other than a power of two up to 1024 share one "
      "label.");
  auto& groups = CounterFamily(registry, "advantaged_pass_at_k_groups_total",
                               "Groups that advantaged_pass_at_k_sum adds up.");
  for (std::size_t i = 0; i < kPassAtLabels.size(); ++i) {
    const prometheus::Labels labels = {{"k", std::string(kPassAtLabels[i])}};
    pass_at_k_[i] = {&AddHistogram(values, labels, kRateEdges), &groups.Add(labels)};
  }
}

void BatchMetrics::Commit(const BatchLabels& labels, const BatchTally& tally,
                          RunMetrics::Time now) {
  if (with_runs_ && !labels.run.empty()) {
    runs_.Commit(labels, tally, now);
  } else if (const auto method = methods_.find(labels.method); method != methods_.end()) {
    method->second.Commit(tally);
  }
  if (const auto weights = weights_.find(labels.method); weights != weights_.end()) {
    weights->second.Commit(tally);
  }
  for (std::size_t i = 0; i < kDegenerateReasons.size(); ++i) {
    degenerate_[i]->Increment(static_cast<double>(tally.degenerate[i]));
  }
  incomplete_.Increment(static_cast<double>(tally.incomplete));
  for (std::size_t i = 0; i < kBounds.size(); ++i) {
    clipped_[i]->Increment(static_cast<double>(tally.clipped[i]));
  }
  for (const BatchTally::PassAtK& asked : tally.pass_at_k) {
    asked.values.PublishTo(*pass_at_k_[asked.label].values);
    pass_at_k_[asked.label].groups->Increment(static_cast<double>(asked.groups));
  }
  tally.group_size.PublishTo(group_size_);
  const std::chrono::duration<double> time = std::chrono::system_clock::now().time_since_epoch();
  last_batch_.Set(time.count());
}

}  // namespace advantaged
