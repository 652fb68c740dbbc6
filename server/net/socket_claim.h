// The right to listen at the path of a Unix socket.
//
// The file of a socket outlives the server that made it, and nothing tells a dead server's from a
// starting one's. So a server first takes a lock on the file PATH.lock, which the kernel releases
// when the process ends, however it ends; who holds it may take over a file that a dead server
// left.
#ifndef ADVANTAGED_SERVER_NET_SOCKET_CLAIM_H_
#define ADVANTAGED_SERVER_NET_SOCKET_CLAIM_H_

#include <memory>
#include <string>
#include <utility>

#include "base/file_descriptor.h"

namespace advantaged {

class SocketClaim {
 public:
  // Claims `path` and removes a stale socket there. On failure returns null and says why in
  // `error`: another server listens, the path is not a socket, or the folder does not let us.
  static std::unique_ptr<SocketClaim> Take(const std::string& path, std::string& error);

  SocketClaim(const SocketClaim&) = delete;
  SocketClaim& operator=(const SocketClaim&) = delete;
  // Releases the lock. The lock file stays: removing it would let two servers lock two files of one
  // name.
  ~SocketClaim();

  // Says that the socket at the path is ours now; it is removed before the lock is released.
  void OwnsSocket() { owns_socket_ = true; }

 private:
  SocketClaim(FileDescriptor lock, std::string path)
      : lock_(std::move(lock)), path_(std::move(path)) {}
  const FileDescriptor lock_;
  const std::string path_;
  bool owns_socket_ = false;
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_NET_SOCKET_CLAIM_H_
