// What happens on a completion queue of gRPC, and who hears of it.
#ifndef ADVANTAGED_CLIENT_CPP_EVENTS_H_
#define ADVANTAGED_CLIENT_CPP_EVENTS_H_

#include <grpcpp/completion_queue.h>

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <thread>

namespace advantaged::client {

// The tag of everything that is put on a queue.
class EventHandler {
 public:
  virtual void OnEvent() = 0;

 protected:
  ~EventHandler() = default;
};

// Waits for one event of the queue and hands it to its handler. False if the queue is empty and
// shut down.
inline bool HandleNext(grpc::CompletionQueue& queue) {
  void* handler = nullptr;
  bool ok = false;
  if (!queue.Next(&handler, &ok)) return false;
  static_cast<EventHandler*>(handler)->OnEvent();
  return true;
}

// A queue with a thread of its own, for calls that nobody waits for. Not gRPC's callbacks: version
// 1.51 frees their queue twice if the last channel of a process goes while the next one comes.
class EventLoop {
 public:
  EventLoop() = default;
  // Waits until as many calls have ended as have begun.
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  grpc::CompletionQueue& queue() { return queue_; }
  // Around each call. The first starts the thread.
  void Began();
  void Ended();

 private:
  grpc::CompletionQueue queue_;
  std::mutex mutex_;
  std::condition_variable idle_;
  std::size_t under_way_ = 0;
  std::thread thread_;
};

}  // namespace advantaged::client

#endif  // ADVANTAGED_CLIENT_CPP_EVENTS_H_
