// How much memory the process has, against what it may have.
//
// The kernel ends a process that needs more than its control group may have, and with it every
// trainer's call. So above a share of the limit new calls are refused, and above a larger one
// connections are closed (ConnectionGuard).
#ifndef ADVANTAGED_SERVER_GUARD_MEMORY_GUARD_H_
#define ADVANTAGED_SERVER_GUARD_MEMORY_GUARD_H_

#include <chrono>
#include <cstdint>
#include <mutex>

#include "server/file_descriptor.h"

namespace advantaged {

// The least limit of memory of the control groups of this process, version 1 or 2; 0 if there is
// none.
std::uint64_t ControlGroupLimit();

// Thread-safe.
class MemoryGuard {
 public:
  enum class Level : std::uint8_t { kLow, kHigh, kCritical };
  static constexpr double kHighShare = 0.7;
  static constexpr double kCriticalShare = 0.72;

  // `limit` in bytes; 0 stands for ControlGroupLimit().
  explicit MemoryGuard(std::uint64_t limit = 0);

  void SetLimit(std::uint64_t limit);
  // In force; 0: none.
  std::uint64_t limit() const;

  // Resident memory of the process in bytes, now.
  std::uint64_t Resident() const;

  // As of some milliseconds ago at most. Memory that is free and kept by the process is given back
  // before it counts.
  Level Look();

 private:
  using Clock = std::chrono::steady_clock;
  Level LevelOf(std::uint64_t resident) const;

  const FileDescriptor statm_;
  mutable std::mutex mutex_;
  std::uint64_t limit_ = 0;
  Clock::time_point looked_{};
  Clock::time_point freed_{};
  std::uint64_t after_freeing_ = 0;  // resident bytes
  Level level_ = Level::kLow;
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_GUARD_MEMORY_GUARD_H_
