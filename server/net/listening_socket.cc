#include "server/net/listening_socket.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>

#include "base/errno_message.h"

namespace advantaged {
namespace {

constexpr int kSocketFlags = SOCK_NONBLOCK | SOCK_CLOEXEC;

struct AddrInfoDeleter {
  void operator()(addrinfo* list) const { freeaddrinfo(list); }
};
using AddrInfoList = std::unique_ptr<addrinfo, AddrInfoDeleter>;

// `host` and `port` as the system resolves them. On failure returns null and says why in `error`.
AddrInfoList Resolve(const Address& address, std::string& error) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* list = nullptr;
  const int problem =
      getaddrinfo(address.host.c_str(), std::to_string(address.port).c_str(), &hints, &list);
  if (problem != 0) error = problem == EAI_SYSTEM ? ErrnoMessage(errno) : gai_strerror(problem);
  return AddrInfoList(list);
}

// A name may stand for one address twice: "localhost" does where the file of hosts has two lines.
bool SeenBefore(const addrinfo& entry, const addrinfo* list) {
  for (; list != &entry; list = list->ai_next) {
    if (list->ai_addrlen == entry.ai_addrlen &&
        std::memcmp(list->ai_addr, entry.ai_addr, entry.ai_addrlen) == 0)
      return true;
  }
  return false;
}

bool SetFlag(int fd, int level, int name, int value) {
  return setsockopt(fd, level, name, &value, sizeof(value)) == 0;
}

void SetPort(sockaddr& address, std::uint16_t port) {
  auto& field = address.sa_family == AF_INET6 ? reinterpret_cast<sockaddr_in6&>(address).sin6_port
                                              : reinterpret_cast<sockaddr_in&>(address).sin_port;
  field = htons(port);
}

std::uint16_t PortOf(int fd) {
  sockaddr_storage bound{};
  socklen_t size = sizeof(bound);
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&bound), &size) != 0) return 0;
  return ntohs(bound.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6&>(bound).sin6_port
                                           : reinterpret_cast<sockaddr_in&>(bound).sin_port);
}

// Returns 0 and the socket in `fd`, or the errno.
int ListenTcp(const addrinfo& where, FileDescriptor& fd) {
  fd = FileDescriptor(socket(where.ai_family, SOCK_STREAM | kSocketFlags, 0));
  // SO_REUSEADDR: a restarted server need not wait until the connections of the last one have timed
  // out. Never SO_REUSEPORT: a second server would silently take half of the connections.
  // TCP_NODELAY passes to what is accepted: small replies leave at once.
  const bool listens =
      fd.valid() && SetFlag(fd.get(), SOL_SOCKET, SO_REUSEADDR, 1) &&
      SetFlag(fd.get(), IPPROTO_TCP, TCP_NODELAY, 1) &&
      (where.ai_family != AF_INET6 || SetFlag(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, 0)) &&
      bind(fd.get(), where.ai_addr, where.ai_addrlen) == 0 && listen(fd.get(), SOMAXCONN) == 0;
  return listens ? 0 : errno;
}

}  // namespace

std::string ListeningSocket::Open(Address& address, mode_t socket_mode,
                                  std::vector<ListeningSocket>& sockets) {
  return address.is_unix() ? OpenUnix(address, socket_mode, sockets) : OpenTcp(address, sockets);
}

std::string ListeningSocket::OpenTcp(Address& address, std::vector<ListeningSocket>& sockets) {
  std::string error;
  const AddrInfoList list = Resolve(address, error);
  int missing_family = 0;
  bool any = false;
  for (addrinfo* entry = list.get(); entry != nullptr; entry = entry->ai_next) {
    if (SeenBefore(*entry, list.get())) continue;
    SetPort(*entry->ai_addr, address.port);
    FileDescriptor fd;
    const int problem = ListenTcp(*entry, fd);
    // "localhost" on a machine without IPv6.
    if (problem == EAFNOSUPPORT || problem == EADDRNOTAVAIL) {
      missing_family = problem;
      continue;
    }
    if (problem != 0) return ErrnoMessage(problem);
    // What follows listens on the port that was picked here.
    address.port = PortOf(fd.get());
    sockets.push_back(ListeningSocket(std::move(fd)));
    any = true;
  }
  return any || !error.empty() ? error : ErrnoMessage(missing_family);
}

std::string ListeningSocket::OpenUnix(const Address& address, mode_t mode,
                                      std::vector<ListeningSocket>& sockets) {
  std::string error;
  auto claim = SocketClaim::Take(address.path, error);
  if (claim == nullptr) return error;
  FileDescriptor fd(socket(AF_UNIX, SOCK_STREAM | kSocketFlags, 0));
  sockaddr_un where{};
  where.sun_family = AF_UNIX;
  address.path.copy(where.sun_path, sizeof(where.sun_path) - 1);
  if (!fd.valid() || bind(fd.get(), reinterpret_cast<sockaddr*>(&where), sizeof(where)) != 0)
    return ErrnoMessage(errno);
  claim->OwnsSocket();
  // Until listen nobody can connect, whatever the mode that bind gave.
  if (fchmodat(AT_FDCWD, address.path.c_str(), mode, AT_SYMLINK_NOFOLLOW) != 0 ||
      listen(fd.get(), SOMAXCONN) != 0)
    return ErrnoMessage(errno);
  sockets.push_back(ListeningSocket(std::move(fd), std::move(claim)));
  return "";
}

}  // namespace advantaged
