#include "server/rpc/call_queue.h"

#include <grpcpp/server_builder.h>

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
    threads_.emplace_back([&queue] { Run(*queue); });
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
  for (std::thread& thread : threads_) thread.join();
  // Queues have to be emptied even where nothing was started.
  for (const auto& queue : queues_) Run(*queue);
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

void CallQueue::Run(grpc::ServerCompletionQueue& queue) {
  void* tag = nullptr;
  bool ok = false;
  while (queue.Next(&tag, &ok)) {
    Wire::Happen(*static_cast<Wire::Event*>(tag), ok);
  }
}

}  // namespace advantaged
