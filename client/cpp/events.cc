#include "client/cpp/events.h"

namespace advantaged::client {

EventLoop::~EventLoop() {
  {
    std::unique_lock lock(mutex_);
    idle_.wait(lock, [this] { return under_way_ == 0; });
  }
  queue_.Shutdown();
  if (thread_.joinable()) {
    thread_.join();
  } else {
    while (HandleNext(queue_)) {
    }
  }
}

void EventLoop::Began() {
  const std::lock_guard lock(mutex_);
  ++under_way_;
  if (thread_.joinable()) return;
  thread_ = std::thread([this] {
    while (HandleNext(queue_)) {
    }
  });
}

void EventLoop::Ended() {
  const std::lock_guard lock(mutex_);
  if (--under_way_ == 0) idle_.notify_all();
}

}  // namespace advantaged::client
