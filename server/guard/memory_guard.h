// How much memory the process has, against what it may have.
//
// The kernel ends a process that needs more than its control group may have, and with it every
// trainer's call. So near the limit new calls are refused, and nearer still connections are shut
// down (policy.h).
#ifndef ADVANTAGED_SERVER_GUARD_MEMORY_GUARD_H_
#define ADVANTAGED_SERVER_GUARD_MEMORY_GUARD_H_

#include <atomic>
#include <chrono>
#include <cstdint>

#include "server/guard/policy.h"

namespace advantaged {

// Thread-safe, but for Look.
class MemoryGuard {
 public:
  // Bytes; 0: none.
  void SetLimit(std::uint64_t limit) { limit_ = limit; }
  std::uint64_t limit() const { return limit_; }

  // As of the last Look.
  Shortage shortage() const { return shortage_; }

  // Reads what the process has; `leaving` is left to the caller. Memory that it has free and keeps
  // is given back before it counts. By one thread.
  MemoryReading Look(std::chrono::steady_clock::time_point now);

 private:
  std::atomic<std::uint64_t> limit_ = 0;
  std::atomic<Shortage> shortage_ = Shortage::kNone;
  std::chrono::steady_clock::time_point freed_{};
  std::uint64_t after_freeing_ = 0;  // resident bytes
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_GUARD_MEMORY_GUARD_H_
