// The rules of the guard: what a connection may send that no message accounts for.
#ifndef ADVANTAGED_SERVER_GUARD_CONNECTION_TAB_H_
#define ADVANTAGED_SERVER_GUARD_CONNECTION_TAB_H_

#include <chrono>
#include <cstdint>
#include <optional>

#include "server/guard/connection_account.h"

namespace advantaged {

struct ConnectionLimits {
  std::uint32_t streams = 256;            // that the client is told
  std::uint64_t message_bytes = 1 << 20;  // of the largest message that gRPC takes
};

// What is known of a connection at one time.
struct ConnectionSight {
  ConnectionBook book;         // read before the rest, so that no message is ahead of its bytes
  std::uint64_t received = 0;  // bytes of TCP that gRPC has read, since the connection was opened
  std::uint64_t sent = 0;      // likewise, that the client has acknowledged
  std::chrono::steady_clock::time_point time;
};

// Calls that may be open, before the connection is shut down: a client counts from when it has read
// its limit, and may have opened some before.
std::uint64_t MostOpenCalls(const ConnectionLimits& limits);

// One connection's. For one thread.
class ConnectionTab {
 public:
  explicit ConnectionTab(std::chrono::steady_clock::time_point opened) { last_.time = opened; }

  // Returns why the connection is to be shut down, if it is.
  std::optional<Closure> Look(const ConnectionSight& sight, const ConnectionLimits& limits);

  // Bytes received that belong to nothing that has been finished: messages that are on their way,
  // and what is no message.
  std::uint64_t unaccounted() const { return bytes_ > 0 ? static_cast<std::uint64_t>(bytes_) : 0; }
  // Whether gRPC had read any since the look before.
  bool is_moving() const { return moving_; }

 private:
  ConnectionSight last_;
  double bytes_ = 0;
  double in_flight_ = 0;  // bytes that may come for calls that are over
  double abandoned_ = 0;  // calls, of late
  bool moving_ = true;
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_GUARD_CONNECTION_TAB_H_
