#include "server/metrics/load_metrics.h"

#include <string>

namespace advantaged {

LoadMetrics::LoadMetrics(prometheus::Registry& registry)
    : batches_(registry, "batches"),
      descriptions_(registry, "descriptions"),
      calls_(GaugeFamily(registry, "advantaged_in_flight_calls",
                         "Calls that compute whose answer has not been sent.")
                 .Add({})),
      bytes_(GaugeFamily(registry, "advantaged_in_flight_bytes",
                         "Bytes of requests in flight and of the answers to them.")
                 .Add({})),
      limits_(GaugeFamily(registry, "advantaged_limit", "Limits in force, by flag.")) {
  auto& rejected = CounterFamily(registry, "advantaged_rejected_total",
                                 "Calls and connections refused, by the limit they would have "
                                 "broken, for want of memory, or because the server shuts down.");
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

void LoadMetrics::SetInFlight(std::uint64_t calls, std::uint64_t bytes) {
  calls_.Set(static_cast<double>(calls));
  bytes_.Set(static_cast<double>(bytes));
}

void LoadMetrics::Count(Rejection rejection) {
  rejected_[static_cast<std::size_t>(rejection)]->Increment();
}

void LoadMetrics::Count(CallStage stage, GivenUp given_up) {
  auto& counters = given_up == GivenUp::kDeadline ? expired_ : cancelled_;
  counters[static_cast<std::size_t>(stage)]->Increment();
}

}  // namespace advantaged
