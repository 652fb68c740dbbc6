// One thread that does what it is given, in that order.
#ifndef ADVANTAGED_SERVER_WORKER_H_
#define ADVANTAGED_SERVER_WORKER_H_

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace advantaged {

// Thread-safe.
class Worker {
 public:
  Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  // Does what it has been given first.
  ~Worker();

  void Do(std::function<void()> task);
  // Returns once everything that was given before is done.
  void Wait();

 private:
  void Run();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> tasks_;
  std::uint64_t given_ = 0;
  std::uint64_t done_ = 0;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_WORKER_H_
