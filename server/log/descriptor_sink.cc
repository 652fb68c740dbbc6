#include "server/log/descriptor_sink.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <string>

#include "base/errno_message.h"
#include "base/text.h"

namespace advantaged {
namespace {

// How often a writer that waits looks whether it should hurry.
constexpr int kLookMilliseconds = 50;

// trace, debug, info, warning, error, critical.
constexpr std::array<std::string_view, 6> kColours = {"\033[37m", "\033[36m", "\033[32m",
                                                      "\033[33m", "\033[31m", "\033[31m"};
constexpr std::string_view kPlain = "\033[m";

}  // namespace

void DescriptorSink::Hurry(std::chrono::milliseconds time) { end_ = Clock::now() + time; }

void DescriptorSink::sink_it_(const spdlog::details::log_msg& message) {
  if (!SayLost() || !Say(message)) ++lost_;
}

bool DescriptorSink::SayLost() {
  const std::uint64_t lost = lost_;
  if (lost == said_) return true;
  const std::string text = Concat(lost - said_, " lines of the log were lost",
                                  error_ == 0 ? "" : ": " + ErrnoMessage(error_));
  if (!Say({"advantaged", spdlog::level::warn, text})) return false;
  said_ = lost;
  return true;
}

bool DescriptorSink::Say(const spdlog::details::log_msg& message) {
  spdlog::memory_buf_t line;
  formatter_->format(message, line);
  const std::string_view text(line.data(), line.size());
  const auto level = static_cast<std::size_t>(message.level);
  if (!colours_ || level >= kColours.size()) return Write(text);
  std::string coloured(text.substr(0, message.color_range_start));
  coloured += kColours[level];
  coloured +=
      text.substr(message.color_range_start, message.color_range_end - message.color_range_start);
  coloured += kPlain;
  coloured += text.substr(message.color_range_end);
  return Write(coloured);
}

bool DescriptorSink::Write(std::string_view text) {
  const std::string ended = cut_ ? Concat("\n", text) : "";
  if (cut_) text = ended;
  const std::size_t size = text.size();
  // A pipe that is writable takes PIPE_BUF bytes without blocking. O_NONBLOCK is no choice: it
  // would hold for every process that has the same terminal or pipe.
  while (!text.empty()) {
    const bool writable = WaitUntilWritable();
    const ssize_t written =
        writable ? write(descriptor_, text.data(), std::min<std::size_t>(text.size(), PIPE_BUF))
                 : 0;
    if (written < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (written <= 0) {
      error_ = written < 0 ? errno : 0;
      cut_ = cut_ || text.size() < size;
      return false;
    }
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  cut_ = false;
  return true;
}

bool DescriptorSink::WaitUntilWritable() const {
  pollfd wanted{.fd = descriptor_, .events = POLLOUT, .revents = 0};
  for (;;) {
    // After the end a look, no wait: there may be thousands of lines left.
    const bool over = Clock::now() >= end_.load();
    if (poll(&wanted, 1, over ? 0 : kLookMilliseconds) > 0) return true;
    if (over) return false;
  }
}

}  // namespace advantaged
