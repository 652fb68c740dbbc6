// The right to listen at the path of a Unix socket.
//
// gRPC removes whatever socket it finds at the path, a living server's as well. So a server first
// takes a lock on the file PATH.lock, which the kernel releases when the process ends, however it
// ends; who holds it may take over a socket file that a dead server left.
#ifndef ADVANTAGED_SERVER_SOCKET_CLAIM_H_
#define ADVANTAGED_SERVER_SOCKET_CLAIM_H_

#include <memory>
#include <string>

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

 private:
  explicit SocketClaim(int lock) : lock_(lock) {}
  const int lock_;
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_SOCKET_CLAIM_H_
