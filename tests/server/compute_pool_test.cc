// Threads and their queue: everything submitted is run or refused, once.
#include "server/compute/compute_pool.h"

#include <gtest/gtest.h>
#include <prometheus/registry.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <future>
#include <latch>
#include <thread>
#include <vector>

#include "server/metrics/pool_metrics.h"

namespace advantaged {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

constexpr char kNames[] = "ab";
constexpr auto kNormal = ComputePool::Priority::kNormal;

class Task final : public ComputeTask {
 public:
  explicit Task(std::function<void()> work = [] {}) : work_(std::move(work)) {}
  void Run(nanoseconds waited) override {
    EXPECT_GE(waited.count(), 0);
    work_();
    ++runs;
  }
  void Refuse(milliseconds delay) override {
    retry_delay = delay;
    ++refusals;
  }
  std::atomic<int> runs = 0;
  std::atomic<int> refusals = 0;
  milliseconds retry_delay{};

 private:
  std::function<void()> work_;
};

// Keeps a thread busy until it is let go.
struct Blocker {
  std::latch started{1};
  std::promise<void> let_go;
  Task task{[this] {
    started.count_down();
    let_go.get_future().wait();
  }};
};

class ComputePoolTest : public testing::Test {
 protected:
  prometheus::Registry registry_;
  PoolMetrics metrics_{registry_, "batches"};
};

TEST_F(ComputePoolTest, RunsEverythingBeforeItEnds) {
  std::vector<Task> tasks(200);
  {
    ComputePool pool({.threads = 3, .queued_calls = 200}, kNormal, metrics_);
    for (Task& task : tasks) pool.Submit(&kNames[0], task);
  }
  for (const Task& task : tasks) EXPECT_EQ(task.runs + 10 * task.refusals, 1);
}

TEST_F(ComputePoolTest, AFullQueueRefusesAtOnce) {
  Blocker blocker;
  Task waiting;
  Task refused;
  ComputePool pool({.threads = 1, .queued_calls = 1}, kNormal, metrics_);
  pool.Submit(&kNames[0], blocker.task);
  blocker.started.wait();
  pool.Submit(&kNames[0], waiting);
  pool.Submit(&kNames[0], refused);
  EXPECT_EQ(refused.refusals, 1);
  EXPECT_GE(refused.retry_delay, milliseconds(10));
  blocker.let_go.set_value();
}

TEST_F(ComputePoolTest, AFloodGivesUpItsPlaceToAnotherConnection) {
  Blocker blocker;
  std::vector<Task> flood(3);
  Task other;
  {
    ComputePool pool({.threads = 1, .queued_calls = 2}, kNormal, metrics_);
    pool.Submit(&kNames[0], blocker.task);
    blocker.started.wait();
    for (Task& task : flood) pool.Submit(&kNames[0], task);
    EXPECT_EQ(flood[2].refusals, 1) << "the queue is full of its own";
    pool.Submit(&kNames[1], other);
    EXPECT_EQ(flood[1].refusals, 1) << "its newest makes room";
    blocker.let_go.set_value();
  }
  EXPECT_EQ(flood[0].runs, 1);
  EXPECT_EQ(other.runs, 1);
}

TEST_F(ComputePoolTest, WithoutAQueueAnIdleThreadStillTakesWork) {
  Blocker blocker;
  Task refused;
  ComputePool pool({.threads = 1, .queued_calls = 0}, kNormal, metrics_);
  while (blocker.task.runs + blocker.task.refusals == 0 && !blocker.started.try_wait()) {
    // The thread may not have begun to wait yet.
    blocker.task.refusals = 0;
    pool.Submit(&kNames[0], blocker.task);
    if (blocker.task.refusals == 0) blocker.started.wait();
  }
  pool.Submit(&kNames[0], refused);
  EXPECT_EQ(refused.refusals, 1);
  blocker.let_go.set_value();
}

TEST_F(ComputePoolTest, IsStuckOnceAThreadHasBeenWithOneTaskForAMinute) {
  constexpr std::chrono::minutes kMinute{1};
  Blocker blocker;
  ComputePool pool({.threads = 2, .queued_calls = 1}, kNormal, metrics_);
  EXPECT_FALSE(pool.IsStuck(ComputePool::Clock::now() + kMinute)) << "every thread is free";
  const auto before = ComputePool::Clock::now();
  pool.Submit(&kNames[0], blocker.task);
  blocker.started.wait();
  EXPECT_FALSE(pool.IsStuck(before + kMinute - nanoseconds(1)));
  EXPECT_TRUE(pool.IsStuck(ComputePool::Clock::now() + kMinute)) << "the other thread is free";
  blocker.let_go.set_value();
  while (pool.IsStuck(ComputePool::Clock::now() + kMinute)) std::this_thread::yield();
}

// The nice value of a thread is its own on Linux.
TEST_F(ComputePoolTest, OnlyThreadsOfALowPriorityStandBack) {
  const auto niceness = [] { return getpriority(PRIO_PROCESS, static_cast<id_t>(gettid())); };
  int normal = -1;
  int low = -1;
  Task normal_task([&] { normal = niceness(); });
  Task low_task([&] { low = niceness(); });
  {
    ComputePool pool({.threads = 1, .queued_calls = 1}, kNormal, metrics_);
    ComputePool patient({.threads = 1, .queued_calls = 1}, ComputePool::Priority::kLow, metrics_);
    pool.Submit(&kNames[0], normal_task);
    patient.Submit(&kNames[0], low_task);
  }
  EXPECT_EQ(normal, niceness()) << "as this thread";
  EXPECT_EQ(low, std::min(19, normal + 10));
}

}  // namespace
}  // namespace advantaged
