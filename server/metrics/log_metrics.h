// What became of the log.
#ifndef ADVANTAGED_SERVER_METRICS_LOG_METRICS_H_
#define ADVANTAGED_SERVER_METRICS_LOG_METRICS_H_

#include <cstdint>

#include "server/log/dropped_lines.h"
#include "server/metrics/families.h"

namespace advantaged {

// For one thread.
class LogMetrics {
 public:
  // `registry` must outlive the metrics.
  explicit LogMetrics(prometheus::Registry& registry)
      : dropped_(CounterFamily(registry, "advantaged_log_lines_dropped_total",
                               "Lines that the log does not have: nobody read the others, they "
                               "could not be written, or they were too many of gRPC's own.")),
        unread_(dropped_.Add({{"reason", "unread"}})),
        unwritten_(dropped_.Add({{"reason", "unwritten"}})),
        limited_(dropped_.Add({{"reason", "limited"}})) {}

  // Since the start: Log::dropped().
  void SetDropped(const DroppedLines& lines) {
    Set(unread_, lines.unread);
    Set(unwritten_, lines.unwritten);
    Set(limited_, lines.limited);
  }

 private:
  static void Set(prometheus::Counter& counter, std::uint64_t lines) {
    counter.Increment(static_cast<double>(lines) - counter.Value());
  }

  prometheus::Family<prometheus::Counter>& dropped_;
  prometheus::Counter& unread_;
  prometheus::Counter& unwritten_;
  prometheus::Counter& limited_;
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_METRICS_LOG_METRICS_H_
