// What one TCP connection has brought, as far as its calls can tell, and the way to end it. gRPC's
// threads write it, the guard reads it.
#ifndef ADVANTAGED_SERVER_GUARD_CONNECTION_ACCOUNT_H_
#define ADVANTAGED_SERVER_GUARD_CONNECTION_ACCOUNT_H_

#include <cstdint>
#include <mutex>
#include <optional>

#include "server/file_descriptor.h"
#include "server/guard/peer.h"
#include "server/metrics/connection_metrics.h"

namespace advantaged {

// Since the connection was opened, but for `open` and `reading`.
struct ConnectionBook {
  std::uint64_t calls = 0;
  std::uint64_t open = 0;           // calls now
  std::uint64_t reading = 0;        // messages that are waited for now
  std::uint64_t messages = 0;       // that have arrived
  std::uint64_t message_bytes = 0;  // of these
  std::uint64_t abandoned = 0;      // calls that did not end well
  std::uint64_t unfinished = 0;     // messages that were waited for and did not arrive
  std::uint64_t unread = 0;         // calls that we ended before we waited for a message
};

enum class CallEnd : std::uint8_t {
  kWell,
  kAbandoned,  // cancelled, or without a message
  kUnread,     // by us, before we waited for a message
};

// Thread-safe.
class ConnectionAccount {
 public:
  // `fd` is a duplicate of the connection's descriptor.
  ConnectionAccount(FileDescriptor fd, const Peer& peer, std::uint64_t most_open)
      : peer_(peer), most_open_(most_open), fd_(std::move(fd)) {}

  const Peer& peer() const { return peer_; }

  // What a call says. One more open call than the most shuts the connection down.
  void CallBegan();
  void ReadBegan();
  void ReadEnded(std::optional<std::uint64_t> message_bytes);
  void CallEnded(CallEnd end);

  ConnectionBook book() const;

  // Shuts the connection down both ways and throws away what gRPC has not read of it; once.
  void ShutDown(Closure why);
  // Why it was shut down; none if it ends by itself.
  std::optional<Closure> closure() const;
  // gRPC has closed its end: the descriptor goes, too.
  void Close();

 private:
  void ShutDownLocked(Closure why);

  const Peer peer_;
  const std::uint64_t most_open_;
  mutable std::mutex mutex_;
  FileDescriptor fd_;
  ConnectionBook book_;
  std::optional<Closure> closure_;
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_GUARD_CONNECTION_ACCOUNT_H_
