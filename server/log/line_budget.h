// How many lines of a kind may be written in a second.
#ifndef ADVANTAGED_SERVER_LOG_LINE_BUDGET_H_
#define ADVANTAGED_SERVER_LOG_LINE_BUDGET_H_

#include <chrono>
#include <cstdint>
#include <limits>
#include <mutex>
#include <utility>

namespace advantaged {

// Thread-safe.
class LineBudget {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::uint32_t kUnlimited = std::numeric_limits<std::uint32_t>::max();

  // Whether a line may be written at `now`, the first `lines` of each second may. Then `skipped`
  // gets how many were not since the last that was.
  bool Take(std::uint32_t lines, Clock::time_point now, std::uint64_t& skipped) {
    const auto second = std::chrono::floor<std::chrono::seconds>(now);
    const std::lock_guard lock(mutex_);
    if (second != second_) {
      second_ = second;
      used_ = 0;
    }
    if (used_ >= lines) {
      ++skipped_;
      return false;
    }
    ++used_;
    skipped = std::exchange(skipped_, 0);
    return true;
  }

  // A line that was taken was not written, nor were `skipped` before it.
  void GiveUp(std::uint64_t skipped) {
    const std::lock_guard lock(mutex_);
    skipped_ += skipped + 1;
  }

 private:
  std::mutex mutex_;
  std::chrono::time_point<Clock, std::chrono::seconds> second_{};
  std::uint32_t used_ = 0;
  std::uint64_t skipped_ = 0;
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_LOG_LINE_BUDGET_H_
