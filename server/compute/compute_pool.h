// Threads that compute, as many as configured, and the bounded queue before them.
//
// gRPC's own threads serve the network: one that computes for milliseconds delays every other
// connection.
#ifndef ADVANTAGED_SERVER_COMPUTE_COMPUTE_POOL_H_
#define ADVANTAGED_SERVER_COMPUTE_COMPUTE_POOL_H_

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "server/compute/fair_queue.h"
#include "server/compute/limits.h"

namespace advantaged {

class PoolMetrics;

// Thread-safe.
class ComputePool {
 public:
  using Clock = std::chrono::steady_clock;
  // kLow: its threads get what those of the rest of the process leave of the CPUs, and a tenth
  // where these leave nothing.
  enum class Priority : std::uint8_t { kNormal, kLow };

  // `metrics` must outlive the pool.
  ComputePool(const ComputePoolLimits& limits, Priority priority, PoolMetrics& metrics);
  ComputePool(const ComputePool&) = delete;
  ComputePool& operator=(const ComputePool&) = delete;
  // Runs what is queued to its end.
  ~ComputePool();

  // Has `task` run, or refused: it or, where its connection has less waiting than another, one of
  // that other. Connections share the time of the threads.
  void Submit(ConnectionId connection, ComputeTask& task);

  std::size_t threads() const { return workers_.size(); }

  // For calls to come.
  void SetQueueLimit(std::uint32_t queued_calls);

  // For liveness: true if at `now` a thread has been with one task for a minute. It will not end,
  // for the largest batch takes about a second.
  bool IsStuck(Clock::time_point now) const;

 private:
  struct Worker {
    std::optional<Clock::time_point> busy_since;
    std::thread thread;
  };

  void Work(Worker& worker);
  // Until a queue as long as now has been worked off, as far as one can tell.
  std::chrono::milliseconds ExpectedWait() const;

  PoolMetrics& metrics_;
  const Priority priority_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  FairQueue queue_;
  std::uint32_t queue_limit_;
  unsigned idle_ = 0;
  bool ending_ = false;
  std::vector<Worker> workers_;
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_COMPUTE_COMPUTE_POOL_H_
