// What became of the log.
#ifndef ADVANTAGED_SERVER_METRICS_LOG_METRICS_H_
#define ADVANTAGED_SERVER_METRICS_LOG_METRICS_H_

#include <cstdint>

#include "server/metrics/families.h"

namespace advantaged {

// For one thread.
class LogMetrics {
 public:
  // `registry` must outlive the metrics.
  explicit LogMetrics(prometheus::Registry& registry)
      : dropped_(CounterFamily(registry, "advantaged_log_lines_dropped_total",
                               "Lines of the log that were dropped because nobody read the others.")
                     .Add({})) {}

  // Lines dropped since the start: Log::dropped().
  void SetDropped(std::uint64_t lines) {
    dropped_.Increment(static_cast<double>(lines) - dropped_.Value());
  }

 private:
  prometheus::Counter& dropped_;
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_METRICS_LOG_METRICS_H_
