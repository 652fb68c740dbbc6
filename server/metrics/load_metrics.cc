#include "server/metrics/load_metrics.h"

#include <string>

namespace advantaged {

LoadMetrics::LoadMetrics(prometheus::Registry& registry)
    : threads_(
          GaugeFamily(registry, "advantaged_compute_threads", "Threads that compute.").Add({})),
      busy_(GaugeFamily(registry, "advantaged_compute_threads_busy",
                        "Threads that are computing. Small calls do not need one.")
                .Add({})),
      queued_(
          GaugeFamily(registry, "advantaged_queued_calls", "Calls waiting for a thread.").Add({})),
      bytes_(GaugeFamily(registry, "advantaged_in_flight_bytes",
                         "Bytes of requests in flight and of the answers to them.")
                 .Add({})),
      limits_(GaugeFamily(registry, "advantaged_limit", "Limits in force, by flag.")) {
  auto& rejected = CounterFamily(registry, "advantaged_rejected_total",
                                 "Calls and connections refused before any work, by the limit "
                                 "they would have broken.");
  for (std::size_t i = 0; i < kRejections.size(); ++i) {
    rejected_[i] = &rejected.Add({{"reason", std::string(kRejections[i])}});
  }
  auto& expired =
      CounterFamily(registry, "advantaged_expired_total",
                    "Calls whose deadline passed before their answer, by where they were then.");
  auto& cancelled = CounterFamily(registry, "advantaged_cancelled_total",
                                  "Calls cancelled by the caller, by where they were then.");
  for (std::size_t i = 0; i < kCallStages.size(); ++i) {
    const prometheus::Labels labels = {{"stage", std::string(kCallStages[i])}};
    expired_[i] = &expired.Add(labels);
    cancelled_[i] = &cancelled.Add(labels);
  }
}

void LoadMetrics::Count(Rejection rejection) {
  rejected_[static_cast<std::size_t>(rejection)]->Increment();
}

void LoadMetrics::Count(CallStage stage, GivenUp given_up) {
  auto& counters = given_up == GivenUp::kDeadline ? expired_ : cancelled_;
  counters[static_cast<std::size_t>(stage)]->Increment();
}

}  // namespace advantaged
