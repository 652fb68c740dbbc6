// How busy the threads are that compute.
#ifndef ADVANTAGED_SERVER_METRICS_POOL_METRICS_H_
#define ADVANTAGED_SERVER_METRICS_POOL_METRICS_H_

#include <chrono>
#include <cstddef>
#include <string>

#include "server/metrics/families.h"

namespace advantaged {

// Of one pool, which the label `pool` names. Thread-safe.
class PoolMetrics {
 public:
  // `registry` must outlive the metrics.
  PoolMetrics(prometheus::Registry& registry, const std::string& pool);

  void SetThreads(std::size_t threads) { threads_.Set(static_cast<double>(threads)); }
  void AddBusy(int threads) { busy_.Increment(threads); }
  void SetQueued(std::size_t calls) { queued_.Set(static_cast<double>(calls)); }
  // A thread has done a task that had waited for it.
  void CountTask(std::chrono::duration<double> waited, std::chrono::duration<double> took);

 private:
  prometheus::Gauge& threads_;
  prometheus::Gauge& busy_;
  prometheus::Gauge& queued_;
  prometheus::Counter& tasks_;
  prometheus::Counter& wait_seconds_;
  prometheus::Counter& busy_seconds_;
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_METRICS_POOL_METRICS_H_
