#include "server/guard/tcp_counts.h"

// Not <netinet/tcp.h>, whose tcp_info ends before what we want.
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cstddef>

namespace advantaged {

std::optional<TcpCounts> CountsOf(int fd) {
  tcp_info info{};
  socklen_t size = sizeof(info);
  if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return std::nullopt;
  if (size < offsetof(tcp_info, tcpi_bytes_received) + sizeof(info.tcpi_bytes_received)) {
    return std::nullopt;
  }
  int unread = 0;
  if (ioctl(fd, FIONREAD, &unread) != 0) return std::nullopt;
  return TcpCounts{.received = info.tcpi_bytes_received,
                   .unread = static_cast<std::uint64_t>(unread),
                   .sent = info.tcpi_bytes_acked};
}

}  // namespace advantaged
