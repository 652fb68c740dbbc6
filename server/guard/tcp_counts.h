// What the kernel has counted of a TCP connection.
#ifndef ADVANTAGED_SERVER_GUARD_TCP_COUNTS_H_
#define ADVANTAGED_SERVER_GUARD_TCP_COUNTS_H_

#include <cstdint>
#include <optional>

namespace advantaged {

struct TcpCounts {
  std::uint64_t received = 0;  // bytes, in order
  std::uint64_t unread = 0;    // of these, those that nobody has read
  std::uint64_t sent = 0;      // bytes that the other end has acknowledged
};

// None if `fd` is no TCP connection, or on Linux before 4.19, which does not count them.
std::optional<TcpCounts> CountsOf(int fd);

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_GUARD_TCP_COUNTS_H_
