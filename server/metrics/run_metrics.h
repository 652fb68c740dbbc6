// The metrics of MethodFamilies for training runs that requests name (`run`), with a label `run`.
//
// Names come from clients, and every series costs memory here and in Prometheus. So only the runs
// at work have series: at most `runs` of them at a time, those beyond counting for the run "other";
// a run has series of the methods it uses, from its first batch with each; and a run without a
// batch for `idle` loses them and makes room for another. If it returns, it starts at 0, which
// increase() understands.
#ifndef ADVANTAGED_SERVER_METRICS_RUN_METRICS_H_
#define ADVANTAGED_SERVER_METRICS_RUN_METRICS_H_

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <shared_mutex>
#include <string>
#include <string_view>

#include "server/metrics/method_metrics.h"

namespace advantaged {

// What --metrics-runs and --metrics-run-idle say.
struct RunLimits {
  std::size_t runs = 0;  // 0: no label `run`
  std::chrono::milliseconds idle{std::chrono::hours(6)};
};

// Whose batch it is.
struct BatchLabels {
  std::string_view method;  // a name of the method table
  std::string_view run;     // as requests have it; empty: none
};

// Thread-safe. Batches of known runs and methods do not wait for each other.
class RunMetrics {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // `families` must outlive the metrics.
  RunMetrics(const RunLimits& limits, MethodFamilies& families);

  // `labels.run` is not empty.
  void Commit(const BatchLabels& labels, const BatchTally& tally, Time now);
  // Removes the runs whose last batch was `idle` or longer before `now`.
  void ExpireIdle(Time now);

 private:
  struct Run {
    std::atomic<Time> last_batch;
    std::map<std::string, MethodMetrics, std::less<>> methods;
  };

  // The run that a batch of `name` counts for; null if that is a new one.
  Run* Find(std::string_view name);

  const RunLimits limits_;
  MethodFamilies& families_;
  // Held exclusively where series come and go, shared while a batch is added to them.
  std::shared_mutex mutex_;
  std::map<std::string, Run, std::less<>> runs_;
  Run other_;
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_METRICS_RUN_METRICS_H_
