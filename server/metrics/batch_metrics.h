// The domain metrics: how hard the prompts are and which of them get the gradient.
#ifndef ADVANTAGED_SERVER_METRICS_BATCH_METRICS_H_
#define ADVANTAGED_SERVER_METRICS_BATCH_METRICS_H_

#include <array>
#include <functional>
#include <map>
#include <string>

#include "server/metrics/batch_tally.h"
#include "server/metrics/method_metrics.h"
#include "server/metrics/run_metrics.h"
#include "server/metrics/weight_metrics.h"

namespace advantaged {

// Creates every family and every combination of labels but those of runs at once, so a scrape shows
// 0 before the first batch and rates are right from the first one on. Thread-safe.
class BatchMetrics {
 public:
  // `registry` must outlive the metrics.
  BatchMetrics(prometheus::Registry& registry, const RunLimits& runs);

  // Publishes a successful call. Batches without a run have no label `run`; WeightMetrics never.
  void Commit(const BatchLabels& labels, const BatchTally& tally,
              RunMetrics::Time now = std::chrono::steady_clock::now());
  // Call it every now and then.
  void ExpireIdleRuns(RunMetrics::Time now) { runs_.ExpireIdle(now); }

 private:
  struct PassAtK {
    prometheus::Histogram* values;
    prometheus::Counter* groups;
  };

  const bool with_runs_;
  WeightFamilies weight_families_;
  std::map<std::string, WeightMetrics, std::less<>> weights_;
  MethodFamilies families_;
  std::map<std::string, MethodMetrics, std::less<>> methods_;  // of batches without a run
  RunMetrics runs_;
  std::array<prometheus::Counter*, kDegenerateReasons.size()> degenerate_{};
  prometheus::Counter& incomplete_;
  std::array<prometheus::Counter*, kBounds.size()> clipped_{};
  std::array<PassAtK, kPassAtLabels.size()> pass_at_k_{};
  prometheus::Histogram& group_size_;
  prometheus::Gauge& last_batch_;
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_METRICS_BATCH_METRICS_H_
