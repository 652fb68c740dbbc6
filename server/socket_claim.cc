#include "server/socket_claim.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

namespace advantaged {
namespace {

// An errno in words; strerror is not thread-safe.
std::string Reason(int number) { return std::generic_category().message(number); }

// Connects to the socket at `path`: 0 if somebody answers, else the errno.
int Probe(const std::string& path) {
  const int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (probe < 0) return errno;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof(address.sun_path) - 1);
  const int failed = connect(probe, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
  const int reason = failed != 0 ? errno : 0;
  close(probe);
  return reason;
}

// Makes room at `path`, whose lock we hold. Returns what is in the way, or nothing.
std::string RemoveStale(const std::string& path) {
  struct stat found {};
  if (lstat(path.c_str(), &found) != 0) {
    return errno == ENOENT ? "" : Reason(errno);
  }
  if (!S_ISSOCK(found.st_mode)) return "there is a file that is not a socket";
  const int reason = Probe(path);
  // EAGAIN: alive, but its queue of connections is full.
  if (reason == 0 || reason == EAGAIN) return "another server listens there";
  if (reason != ECONNREFUSED) return Reason(reason);
  if (unlink(path.c_str()) != 0) return "cannot remove the stale socket: " + Reason(errno);
  return "";
}

}  // namespace

std::unique_ptr<SocketClaim> SocketClaim::Take(const std::string& path, std::string& error) {
  const std::string lock_path = path + ".lock";
  const int lock = open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (lock < 0) {
    error = "cannot open " + lock_path + ": " + Reason(errno);
    return nullptr;
  }
  std::unique_ptr<SocketClaim> claim(new SocketClaim(lock));
  if (flock(lock, LOCK_EX | LOCK_NB) != 0) {
    error = errno == EWOULDBLOCK ? "another server holds " + lock_path
                                 : "cannot lock " + lock_path + ": " + Reason(errno);
    return nullptr;
  }
  error = RemoveStale(path);
  return error.empty() ? std::move(claim) : nullptr;
}

SocketClaim::~SocketClaim() { close(lock_); }

}  // namespace advantaged
