#include "server/compute/compute_pool.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>

#include "server/metrics/pool_metrics.h"

namespace advantaged {
namespace {

// Makes this thread nicer than those of the rest of the process, so that the scheduler gives it a
// tenth of their weight. Of Linux, where niceness belongs to a thread. What the system does not
// grant costs others time, and nothing else.
void StandBack() {
  constexpr int kNicer = 10;
  constexpr int kNicest = 19;
  const auto self = static_cast<id_t>(gettid());
  setpriority(PRIO_PROCESS, self, std::min(kNicest, getpriority(PRIO_PROCESS, self) + kNicer));
}

}  // namespace

ComputePool::ComputePool(const ComputePoolLimits& limits, Priority priority, PoolMetrics& metrics)
    : metrics_(metrics),
      priority_(priority),
      queue_limit_(limits.queued_calls),
      workers_(limits.threads > 0 ? limits.threads
                                  : std::max(1U, std::thread::hardware_concurrency())) {
  metrics_.SetThreads(workers_.size());
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

void ComputePool::Submit(ConnectionId connection, ComputeTask& task) {
  std::optional<FairQueue::Entry> refused;
  std::chrono::milliseconds delay{};
  {
    const std::lock_guard lock(mutex_);
    // What an idle thread is about to take does not wait.
    refused = queue_.Push({.task = &task, .connection = connection, .since = Clock::now()},
                          queue_limit_ + idle_);
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
  if (priority_ == Priority::kLow) StandBack();
  std::unique_lock lock(mutex_);
  while (true) {
    ++idle_;
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
    const std::chrono::nanoseconds took = Clock::now() - *worker.busy_since;
    metrics_.CountTask(waited, took);
    queue_.Finish(*entry, took);
    worker.busy_since.reset();
  }
}

std::chrono::milliseconds ComputePool::ExpectedWait() const {
  constexpr std::chrono::milliseconds kLeast{10};
  constexpr std::chrono::milliseconds kMost{10000};
  const auto wait = queue_.expected() * queue_.size() / workers_.size();
  return std::clamp(std::chrono::duration_cast<std::chrono::milliseconds>(wait), kLeast, kMost);
}

}  // namespace advantaged
