#include "server/guard/bytes_read.h"

// Not <netinet/tcp.h>, whose tcp_info ends before what we want.
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstddef>

namespace advantaged {

std::optional<std::uint64_t> BytesRead(int fd) {
  // First: what comes in between then counts as read.
  int unread = 0;
  if (ioctl(fd, FIONREAD, &unread) != 0) return std::nullopt;
  tcp_info info{};
  socklen_t size = sizeof(info);
  if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return std::nullopt;
  if (size < offsetof(tcp_info, tcpi_bytes_received) + sizeof(info.tcpi_bytes_received)) {
    return std::nullopt;
  }
  const std::uint64_t received = info.tcpi_bytes_received;
  return received - std::min(received, static_cast<std::uint64_t>(unread));
}

}  // namespace advantaged
