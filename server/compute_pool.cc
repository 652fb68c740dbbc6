#include "server/compute_pool.h"

#include <algorithm>

#include "server/metrics/load_metrics.h"

namespace advantaged {

ComputePool::ComputePool(const ComputePoolLimits& limits, LoadMetrics& metrics)
    : metrics_(metrics),
      queue_limit_(limits.queued_calls),
      workers_(limits.threads > 0 ? limits.threads
                                  : std::max(1U, std::thread::hardware_concurrency())) {
  metrics_.SetThreads(workers_.size());
  metrics_.SetLimit("compute_threads", static_cast<double>(workers_.size()));
  for (Worker& worker : workers_) {
    worker.thread = std::thread([this, &worker] { Work(worker); });
  }
}

ComputePool::~ComputePool() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wake_.notify_all();
  for (Worker& worker : workers_) worker.thread.join();
}

void ComputePool::Submit(ConnectionId connection, double cost, ComputeTask& task) {
  std::optional<FairQueue::Entry> refused;
  std::chrono::milliseconds delay{};
  {
    const std::lock_guard lock(mutex_);
    // What an idle thread is about to take does not wait.
    refused = queue_.Push({&task, connection, cost, Clock::now()}, queue_limit_ + idle_);
    metrics_.SetQueued(queue_.size());
    if (refused) delay = ExpectedWait();
  }
  wake_.notify_one();
  if (refused) refused->task->Refuse(delay);
}

void ComputePool::SetQueueLimit(std::uint32_t queued_calls) {
  const std::lock_guard lock(mutex_);
  queue_limit_ = queued_calls;
}

bool ComputePool::IsStuck(Clock::time_point now) const {
  constexpr std::chrono::seconds kStuck{60};
  const std::lock_guard lock(mutex_);
  return std::ranges::any_of(workers_, [&](const Worker& worker) {
    return worker.busy_since && now - *worker.busy_since >= kStuck;
  });
}

void ComputePool::Work(Worker& worker) {
  constexpr double kNewest = 0.1;  // weight of a task in the running mean
  std::unique_lock lock(mutex_);
  while (true) {
    ++idle_;
    if (queue_.size() == 0 && idle_ == workers_.size()) queue_.EndBusyPeriod();
    wake_.wait(lock, [this] { return queue_.size() > 0 || ending_; });
    --idle_;
    const std::optional<FairQueue::Entry> entry = queue_.Pop();
    if (!entry) return;
    metrics_.SetQueued(queue_.size());
    worker.busy_since = Clock::now();
    const std::chrono::nanoseconds waited = *worker.busy_since - entry->since;
    lock.unlock();
    metrics_.AddBusy(1);
    entry->task->Run(waited);
    metrics_.AddBusy(-1);
    lock.lock();
    const std::chrono::duration<double> took = Clock::now() - *worker.busy_since;
    metrics_.CountTask(waited, took);
    mean_seconds_ += (took.count() - mean_seconds_) * (mean_seconds_ == 0 ? 1 : kNewest);
    worker.busy_since.reset();
  }
}

std::chrono::milliseconds ComputePool::ExpectedWait() const {
  constexpr std::chrono::milliseconds kLeast{10};
  constexpr std::chrono::milliseconds kMost{10000};
  const double seconds =
      mean_seconds_ * static_cast<double>(queue_.size()) / static_cast<double>(workers_.size());
  const auto wait = std::chrono::duration<double>(seconds);
  return std::clamp(std::chrono::duration_cast<std::chrono::milliseconds>(wait), kLeast, kMost);
}

}  // namespace advantaged
