#include "server/rpc/call_queue.h"

#include <grpcpp/server_builder.h>
#include <pthread.h>

#include <algorithm>
#include <ctime>
#include <utility>

namespace advantaged {

CallQueue::CallQueue(grpc::ServerBuilder& builder, std::size_t threads) {
  builder.RegisterAsyncGenericService(&service_);
  for (std::size_t i = 0; i < threads; ++i) queues_.push_back(builder.AddCompletionQueue());
}

CallQueue::~CallQueue() { Stop(); }

void CallQueue::Start(Accept accept, Accounts accounts) {
  accept_ = std::move(accept);
  accounts_ = std::move(accounts);
  for (const auto& queue : queues_) {
    WaitForNext(*queue);
    Thread& thread = *threads_.emplace_back(std::make_unique<Thread>());
    thread.thread = std::thread([&queue, &thread] { Run(*queue, thread.events); });
    pthread_getcpuclockid(thread.thread.native_handle(), &thread.clock);
  }
}

void CallQueue::Stop() {
  {
    std::unique_lock lock(mutex_);
    if (std::exchange(stopping_, true)) return;
    // A queue that is shut down takes nothing more, and a call that is computed will want to end.
    no_wires_.wait(lock, [this] { return wires_ == 0; });
  }
  for (const auto& queue : queues_) queue->Shutdown();
  for (const auto& thread : threads_) thread->thread.join();
  // Queues have to be emptied even where nothing was started.
  std::atomic<std::uint64_t> events = 0;
  for (const auto& queue : queues_) Run(*queue, events);
}

void CallQueue::WaitForNext(grpc::ServerCompletionQueue& queue) {
  const std::lock_guard lock(mutex_);
  if (stopping_) return;
  ++wires_;
  new Wire(*this, service_, queue);
}

void CallQueue::Gone() {
  const std::lock_guard lock(mutex_);
  if (--wires_ == 0) no_wires_.notify_all();
}

double CallQueue::HeldSeconds() {
  // Of the time between two questions: a thread with less has had a rest.
  constexpr double kBusy = 0.25;
  const auto time_now = std::chrono::steady_clock::now();
  const double passed =
      std::chrono::duration<double>(time_now - std::exchange(asked_, time_now)).count();
  double most = 0;
  for (const auto& thread : threads_) {
    timespec time{};
    if (clock_gettime(thread->clock, &time) != 0) continue;  // it has ended
    const double now = static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
    const std::uint64_t events = thread->events.load(std::memory_order_relaxed);
    const double spent = now - std::exchange(thread->cpu_then, now);
    if (events != std::exchange(thread->seen, events) || spent < kBusy * passed) {
      thread->cpu_seconds = now;
    }
    most = std::max(most, now - thread->cpu_seconds);
  }
  return most;
}

void CallQueue::Run(grpc::ServerCompletionQueue& queue, std::atomic<std::uint64_t>& events) {
  void* tag = nullptr;
  bool ok = false;
  while (queue.Next(&tag, &ok)) {
    events.fetch_add(1, std::memory_order_relaxed);
    Wire::Happen(*static_cast<Wire::Event*>(tag), ok);
  }
}

}  // namespace advantaged
