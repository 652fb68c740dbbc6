#include "server/net/socket_claim.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/errno_message.h"

namespace advantaged {
namespace {

// Connects to the socket at `path`: 0 if somebody answers, else the errno.
int Probe(const std::string& path) {
  const FileDescriptor probe(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!probe.valid()) return errno;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof(address.sun_path) - 1);
  const int failed =
      connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address));
  return failed != 0 ? errno : 0;
}

// Makes room at `path`, whose lock we hold. Returns what is in the way, or nothing.
std::string RemoveStale(const std::string& path) {
  struct stat found {};
  if (lstat(path.c_str(), &found) != 0) {
    return errno == ENOENT ? "" : ErrnoMessage(errno);
  }
  if (!S_ISSOCK(found.st_mode)) return "there is a file that is not a socket";
  const int reason = Probe(path);
  // EAGAIN: alive, but its queue of connections is full.
  if (reason == 0 || reason == EAGAIN) return "another server listens there";
  if (reason != ECONNREFUSED) return ErrnoMessage(reason);
  if (unlink(path.c_str()) != 0) return "cannot remove the stale socket: " + ErrnoMessage(errno);
  return "";
}

}  // namespace

std::unique_ptr<SocketClaim> SocketClaim::Take(const std::string& path, std::string& error) {
  const std::string lock_path = path + ".lock";
  FileDescriptor lock(open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!lock.valid()) {
    error = "cannot open " + lock_path + ": " + ErrnoMessage(errno);
    return nullptr;
  }
  if (flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    error = errno == EWOULDBLOCK ? "another server holds " + lock_path
                                 : "cannot lock " + lock_path + ": " + ErrnoMessage(errno);
    return nullptr;
  }
  error = RemoveStale(path);
  if (!error.empty()) return nullptr;
  return std::unique_ptr<SocketClaim>(new SocketClaim(std::move(lock), path));
}

SocketClaim::~SocketClaim() {
  if (owns_socket_) unlink(path_.c_str());
}

}  // namespace advantaged
