// Lines that the log does not have.
#ifndef ADVANTAGED_SERVER_LOG_DROPPED_LINES_H_
#define ADVANTAGED_SERVER_LOG_DROPPED_LINES_H_

#include <cstdint>

namespace advantaged {

// Since the start.
struct DroppedLines {
  std::uint64_t unread = 0;     // pushed out of the queue, for nobody read those before
  std::uint64_t unwritten = 0;  // refused by the descriptor: a full disk, a reader who is gone
  std::uint64_t limited = 0;    // of gRPC and protobuf, beyond what they may have in a second
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_LOG_DROPPED_LINES_H_
