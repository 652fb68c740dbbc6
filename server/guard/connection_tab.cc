#include "server/guard/connection_tab.h"

#include <algorithm>
#include <cmath>

namespace advantaged {
namespace {

// Of what is no message. Frames are small beside what they belong to; the bounds are some ten times
// what clients were seen to need.
constexpr double kAtOnce = 128 << 10;        // TLS handshakes, settings
constexpr double kInASecond = 16 << 10;      // pings
constexpr double kForCall = 8 << 10;         // headers, windows
constexpr double kForMessage = 256;          // frames of a small message, pings and windows for it
constexpr double kForMessageByte = 1.25;     // itself; frames, records of TLS
constexpr double kForSentByte = 0.25;        // windows and pings of who reads answers
constexpr std::uint64_t kCallsUntold = 256;  // open before the client has read the limit
// Of a message that we did not wait for: the window of its call, which may be on its way still.
constexpr double kForUnread = 128 << 10;
constexpr double kUnreadSeconds = 5;
constexpr double kUntoldMessages = 4;
constexpr double kAbandonedAtOnce = 1024;  // beside four times the calls that may be open
constexpr double kAbandonedInASecond = 500;

}  // namespace

std::uint64_t MostOpenCalls(const ConnectionLimits& limits) {
  return limits.streams + kCallsUntold;
}

std::optional<Closure> ConnectionTab::Look(const ConnectionSight& sight,
                                           const ConnectionLimits& limits) {
  const auto grown = [](std::uint64_t now, std::uint64_t before) {
    return static_cast<double>(now) - static_cast<double>(before);
  };
  const ConnectionBook& now = sight.book;
  const ConnectionBook& before = last_.book;
  const double seconds = std::chrono::duration<double>(sight.time - last_.time).count();
  const double largest = static_cast<double>(limits.message_bytes);
  const double unfinished = grown(now.unfinished, before.unfinished);

  bytes_ += grown(sight.received, last_.received);
  bytes_ -= kInASecond * seconds + kForCall * grown(now.calls, before.calls) +
            kForMessage * grown(now.messages, before.messages) +
            kForMessageByte * grown(now.message_bytes, before.message_bytes) +
            kForSentByte * grown(sight.sent, last_.sent) + largest * unfinished;
  const double unread = kForUnread * grown(now.unread, before.unread);
  in_flight_ = in_flight_ * std::exp(-seconds / kUnreadSeconds) + unread;
  bytes_ = std::max(-in_flight_, bytes_ - unread);

  const double abandoned = grown(now.abandoned, before.abandoned);
  // A call that ends well makes up for one that does not.
  const double ended = grown(now.calls - now.open, before.calls - before.open);
  abandoned_ =
      std::max(0.0, abandoned_ + abandoned - (ended - abandoned) - kAbandonedInASecond * seconds);

  moving_ = sight.received != last_.received;
  last_ = sight;

  if (abandoned_ > kAbandonedAtOnce + 4.0 * limits.streams) return Closure::kCancelled;
  // Calls whose bytes gRPC has read and which it has not told us of yet: how many bytes, its
  // windows say, and those grow with the messages that have come.
  const double untold = std::min(static_cast<double>(now.message_bytes), kUntoldMessages * largest);
  const double room = kAtOnce + untold + largest * (static_cast<double>(now.reading) + unfinished);
  if (bytes_ > room) return Closure::kUnaccounted;
  return std::nullopt;
}

}  // namespace advantaged
