// Shuts TCP connections down that fill the memory, so that the process does not end for all.
//
// gRPC 1.51 bounds a message, and nothing that is none: headers without end, messages that never
// end, more calls than the client was told it may have. So while memory is short (policy.h) the
// guard compares what the kernel has received of each connection with the messages that have
// arrived, and asks gRPC how many calls each has open. That needs no look into any byte, so TLS
// changes nothing. Unix sockets are for neighbours that are trusted: the kernel counts nothing of
// them, and they are never shut down.
#ifndef ADVANTAGED_SERVER_GUARD_CONNECTION_GUARD_H_
#define ADVANTAGED_SERVER_GUARD_CONNECTION_GUARD_H_

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <thread>
#include <unordered_map>

#include "server/connection_observer.h"
#include "server/guard/connection_account.h"
#include "server/guard/memory_guard.h"
#include "server/guard/peer.h"
#include "server/guard/unaccounted_bytes.h"
#include "server/log/line_budget.h"

namespace advantaged {

// Thread-safe.
class ConnectionGuard {
 public:
  // `streams`: calls that a client is told it may have open. What it refers to must outlive it.
  ConnectionGuard(std::uint32_t streams, MemoryGuard& memory, ConnectionObserver& observer);
  ConnectionGuard(const ConnectionGuard&) = delete;
  ConnectionGuard& operator=(const ConnectionGuard&) = delete;
  ~ConnectionGuard();

  // Looks at memory from a thread of its own from now on. Call once.
  void Start();

  // A connection is open from `peer`, and `fd` is a descriptor of it until Remove, when both sides
  // have ended it.
  void Add(int fd, const Peer& peer);
  void Remove(int fd);

  // Whether new connections had better wait: memory is critical, and one was shut down a moment ago
  // whose client comes back at once.
  bool accepts_none() const { return accepts_none_; }

  // The account of the connection whose calls come from `peer`, as gRPC writes it; null if there is
  // none, and for Unix sockets.
  std::shared_ptr<ConnectionAccount> Find(std::string_view peer) const;

 private:
  using Clock = std::chrono::steady_clock;

  struct Guarded {
    Peer peer;
    std::shared_ptr<ConnectionAccount> account;
    UnaccountedBytes bytes{};
    ConnectionReading reading{};
    bool is_shut = false;
  };

  void Run();
  std::chrono::milliseconds Rest(const MemoryReading& memory) const;
  // With mutex_ held:
  void Read();
  void Relieve(MemoryReading memory);
  void ShutDown(int fd, Closure why, const MemoryReading& memory);

  const std::uint32_t streams_;
  MemoryGuard& memory_;
  ConnectionObserver& observer_;
  mutable std::mutex mutex_;
  std::unordered_map<int, Guarded> guarded_;
  std::map<Peer, std::shared_ptr<ConnectionAccount>> by_peer_;
  bool ending_ = false;
  std::condition_variable ends_;
  std::atomic<bool> accepts_none_ = false;

  // By the thread only.
  struct Leaving {
    Clock::time_point since;
    std::uint64_t bytes;
  };
  std::deque<Leaving> leaving_;
  Clock::time_point read_{};
  LineBudget lines_;
  std::thread thread_;
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_GUARD_CONNECTION_GUARD_H_
