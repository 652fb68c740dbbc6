// Writes log lines to a file descriptor whose reader may be slow, stopped or gone.
#ifndef ADVANTAGED_SERVER_LOG_DESCRIPTOR_SINK_H_
#define ADVANTAGED_SERVER_LOG_DESCRIPTOR_SINK_H_

#include <spdlog/details/null_mutex.h>
#include <spdlog/sinks/base_sink.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string_view>

namespace advantaged {

// For one thread, but for Hurry and lost. What the descriptor refuses (its reader is gone, the disk
// is full) is lost and counted. The line before the next that it takes says so.
class DescriptorSink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 public:
  // The descriptor is not closed at the end. `colours`: the part of a line that the pattern marks.
  DescriptorSink(int descriptor, bool colours) : descriptor_(descriptor), colours_(colours) {}

  // From now on waits for the reader for `time` in all, then drops lines. Any thread, once.
  void Hurry(std::chrono::milliseconds time);

  // Lines that the descriptor refused, since the start. Any thread.
  std::uint64_t lost() const { return lost_; }

 private:
  using Clock = std::chrono::steady_clock;

  void sink_it_(const spdlog::details::log_msg& message) override;
  void flush_() override {}
  // Writes one line; false if it could not.
  bool Say(const spdlog::details::log_msg& message);
  // Says what was lost, if it has not been said; false if that was lost, too.
  bool SayLost();
  // All of it; false if it could not. `error_` says why, 0: no time was left.
  bool Write(std::string_view text);
  // False if it is time to give up.
  bool WaitUntilWritable() const;

  const int descriptor_;
  const bool colours_;
  std::atomic<Clock::time_point> end_ = Clock::time_point::max();
  std::atomic<std::uint64_t> lost_ = 0;
  std::uint64_t said_ = 0;  // of those
  int error_ = 0;
  bool cut_ = false;  // the line written last has no end
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_LOG_DESCRIPTOR_SINK_H_
