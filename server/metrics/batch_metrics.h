// The domain metrics: how hard the prompts are and which of them get the gradient.
#ifndef ADVANTAGED_SERVER_METRICS_BATCH_METRICS_H_
#define ADVANTAGED_SERVER_METRICS_BATCH_METRICS_H_

#include <array>
#include <string_view>
#include <vector>

#include "server/metrics/batch_tally.h"
#include "server/metrics/method_metrics.h"

namespace advantaged {

// Creates every family and every combination of labels at once, so a scrape shows 0 before the
// first batch and rates are right from the first one on. Thread-safe.
class BatchMetrics {
 public:
  // `registry` must outlive the metrics.
  explicit BatchMetrics(prometheus::Registry& registry);

  // Publishes a successful call. `method` is a name of the method table.
  void Commit(std::string_view method, const BatchTally& tally);

 private:
  struct PassAtK {
    prometheus::Histogram* values;
    prometheus::Counter* groups;
  };

  std::vector<MethodMetrics> methods_;  // in the order of the method table
  std::array<prometheus::Counter*, kDegenerateReasons.size()> degenerate_{};
  std::array<PassAtK, kPassAtLabels.size()> pass_at_k_{};
  prometheus::Histogram& group_size_;
  prometheus::Gauge& last_batch_;
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_METRICS_BATCH_METRICS_H_
