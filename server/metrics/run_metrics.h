// The metrics of MethodFamilies for training runs that requests name (`run`), with a label `run`.
//
// Names come from clients, and every series costs memory here and in Prometheus. So only the runs
// at work have series: at most `runs` of them at a time, those beyond counting for the run "other".
// A run has them from its second batch on, so that names that come once take no room; the first
// counts for "other". It has series of the methods it uses, from its first batch with each; all
// runs together have those of kMethodsPerRun methods for each of `runs`, and what is beyond counts
// for "other", too. A run without a batch for `idle` loses them and makes room for another. If it
// returns, it starts at 0, which increase() understands.
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

// On the average: most runs use one method. More would let one client fill the page.
inline constexpr std::size_t kMethodsPerRun = 2;

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

  // The series that a batch counts for; null if they are to be made.
  MethodMetrics* Find(const BatchLabels& labels, Time now);
  MethodMetrics& Add(const BatchLabels& labels, Time now);
  // Whether series of a further method may be made for a run, known or not.
  bool HasRoom(std::string_view run) const;
  // Whether this is not the first batch of a run that has none; remembers it if it is.
  bool SeenBefore(std::string_view run, Time now);

  const RunLimits limits_;
  MethodFamilies& families_;
  // Held exclusively where series come and go, shared while a batch is added to them.
  std::shared_mutex mutex_;
  std::map<std::string, Run, std::less<>> runs_;  // without "other"
  Run other_;
  std::size_t methods_ = 0;                             // of `runs_`
  std::map<std::string, Time, std::less<>> seen_once_;  // names that would have room
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_METRICS_RUN_METRICS_H_
