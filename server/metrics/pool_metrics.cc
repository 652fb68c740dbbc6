#include "server/metrics/pool_metrics.h"

namespace advantaged {

PoolMetrics::PoolMetrics(prometheus::Registry& registry, const std::string& pool)
    : threads_(GaugeFamily(registry, "advantaged_compute_threads", "Threads that compute.")
                   .Add({{"pool", pool}})),
      busy_(GaugeFamily(registry, "advantaged_compute_threads_busy",
                        "Threads that are computing. Small calls do not need one.")
                .Add({{"pool", pool}})),
      queued_(GaugeFamily(registry, "advantaged_queued_calls", "Calls waiting for a thread.")
                  .Add({{"pool", pool}})),
      tasks_(CounterFamily(registry, "advantaged_compute_tasks_total",
                           "Calls that a thread has worked on.")
                 .Add({{"pool", pool}})),
      wait_seconds_(CounterFamily(registry, "advantaged_compute_wait_seconds_total",
                                  "Time that these calls had waited for the thread.")
                        .Add({{"pool", pool}})),
      busy_seconds_(CounterFamily(registry, "advantaged_compute_busy_seconds_total",
                                  "Time that threads have worked on them.")
                        .Add({{"pool", pool}})) {}

void PoolMetrics::CountTask(std::chrono::duration<double> waited,
                            std::chrono::duration<double> took) {
  tasks_.Increment();
  wait_seconds_.Increment(waited.count());
  busy_seconds_.Increment(took.count());
}

}  // namespace advantaged
