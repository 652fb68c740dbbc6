// Ends TCP connections that bring what no call accounts for.
//
// gRPC 1.51 bounds a message, and nothing that is none: floods of small frames, headers without
// end, calls that are reset at once, more calls than the client was told it may have. It does not
// tell us of them either. But the kernel counts the bytes of every connection, and calls say what
// they got, so the difference is seen without looking into any byte, under TLS too (docs/adr/0026).
//
// A connection whose bytes rest costs nothing: the listener wakes it here when bytes come, and gets
// it back when they have stopped.
#ifndef ADVANTAGED_SERVER_GUARD_CONNECTION_GUARD_H_
#define ADVANTAGED_SERVER_GUARD_CONNECTION_GUARD_H_

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "server/guard/connection_account.h"
#include "server/guard/connection_tab.h"
#include "server/guard/memory_guard.h"
#include "server/log/line_budget.h"

namespace advantaged {

class ConnectionGuard {
 public:
  using Clock = std::chrono::steady_clock;
  // Between two looks at connections that move bytes.
  static constexpr std::chrono::milliseconds kPeriod{20};

  // What it refers to must outlive the guard.
  ConnectionGuard(const ConnectionLimits& limits, MemoryGuard& memory, ConnectionMetrics& metrics)
      : limits_(limits), memory_(memory), metrics_(metrics) {}

  // The account of the open connection whose calls come from `peer`, as gRPC writes it; null if
  // there is none, and for Unix sockets. Any thread.
  std::shared_ptr<ConnectionAccount> Find(std::string_view peer) const;

  // By the thread of the listener, from here on. `fd` is a duplicate of the connection's
  // descriptor, which the guard closes in Remove; it names the connection below.
  void Add(FileDescriptor fd, const Peer& peer);
  void Remove(int fd);
  // Bytes have come.
  void Wake(int fd) { awake_.insert(fd); }
  bool is_awake() const { return !awake_.empty(); }
  // `held`: CPU seconds for which a thread of the network has been busy without serving a call.
  // Looks at the connections that are awake, shuts down those beyond their bounds, and returns
  // those that rest from now on, until Wake.
  std::vector<int> Look(double held);

 private:
  struct Guarded {
    std::shared_ptr<ConnectionAccount> account;
    ConnectionTab tab;
    std::uint64_t brought = 0;     // bytes that the kernel has received, read or not
    std::uint64_t moved = 0;       // bytes that gRPC has read and written of it
    std::uint64_t moved_free = 0;  // when no thread was held
  };

  void EndHold(double held);
  void RelieveMemory();
  void Report(const ConnectionAccount& account, Closure why);

  const ConnectionLimits limits_;
  MemoryGuard& memory_;
  ConnectionMetrics& metrics_;
  std::unordered_map<int, Guarded> guarded_;
  std::unordered_set<int> awake_;
  LineBudget lines_;
  mutable std::mutex mutex_;
  std::map<Peer, std::shared_ptr<ConnectionAccount>> by_peer_;
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_GUARD_CONNECTION_GUARD_H_
