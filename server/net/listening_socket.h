// Sockets that listen, and what they leave in the file system.
#ifndef ADVANTAGED_SERVER_NET_LISTENING_SOCKET_H_
#define ADVANTAGED_SERVER_NET_LISTENING_SOCKET_H_

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "base/file_descriptor.h"
#include "server/net/address.h"
#include "server/net/socket_claim.h"

namespace advantaged {

class ListeningSocket {
 public:
  // Listens at all that `address` stands for: "localhost" may be 127.0.0.1 and ::1, "[::]" is every
  // IPv6 and IPv4 address of the machine. Adds the sockets to `sockets`, and puts the port that was
  // picked for port 0 into `address`. The file of a Unix socket gets exactly `socket_mode`, before
  // anybody can connect.
  //
  // Returns an empty text, or the reason of the failure in the words of the operating system.
  static std::string Open(Address& address, mode_t socket_mode,
                          std::vector<ListeningSocket>& sockets);

  ListeningSocket(ListeningSocket&&) = default;
  ListeningSocket& operator=(ListeningSocket&&) = delete;
  ListeningSocket(const ListeningSocket&) = delete;
  ListeningSocket& operator=(const ListeningSocket&) = delete;
  // Connections that nobody has accepted are reset. Removes the file of a Unix socket.
  ~ListeningSocket() = default;

  // Does not block.
  int fd() const { return fd_.get(); }
  bool is_unix() const { return claim_ != nullptr; }

 private:
  explicit ListeningSocket(FileDescriptor fd, std::unique_ptr<SocketClaim> claim = nullptr)
      : claim_(std::move(claim)), fd_(std::move(fd)) {}
  static std::string OpenUnix(const Address& address, mode_t mode,
                              std::vector<ListeningSocket>& sockets);
  static std::string OpenTcp(Address& address, std::vector<ListeningSocket>& sockets);

  std::unique_ptr<SocketClaim> claim_;  // null for TCP
  FileDescriptor fd_;
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_NET_LISTENING_SOCKET_H_
