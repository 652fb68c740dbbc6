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
      tasks_(CounterFamily(registry, "advantaged_compute_tasks_total",
                           "Calls that a thread has worked on.")
                 .Add({})),
      wait_seconds_(CounterFamily(registry, "advantaged_compute_wait_seconds_total",
                                  "Time that these calls had waited for the thread.")
                        .Add({})),
      busy_seconds_(CounterFamily(registry, "advantaged_compute_busy_seconds_total",
                                  "Time that threads have worked on them.")
                        .Add({})),
      calls_(GaugeFamily(registry, "advantaged_in_flight_calls",
                         "Calls that compute whose answer has not been sent.")
                 .Add({})),
      bytes_(GaugeFamily(registry, "advantaged_in_flight_bytes",
                         "Bytes of requests in flight and of the answers to them.")
                 .Add({})),
      limits_(GaugeFamily(registry, "advantaged_limit", "Limits in force, by flag.")) {
  auto& rejected = CounterFamily(registry, "advantaged_rejected_total",
                                 "Calls and connections refused before any work, by the limit "
                                 "they would have broken, or because the server shuts down.");
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

void LoadMetrics::CountTask(std::chrono::duration<double> waited,
                            std::chrono::duration<double> took) {
  tasks_.Increment();
  wait_seconds_.Increment(waited.count());
  busy_seconds_.Increment(took.count());
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
