// Accepts gRPC's connections.
//
// gRPC could listen by itself, but its accept loop (1.51) knows no limit, and it gives up the port
// for good when file descriptors run out once (CVE-2023-4785). So this thread accepts, counts and
// refuses, and gRPC gets connections that are open already.
//
//   auto listener = Listener::Open(options, metrics, error);
//   listener->Start([&](int fd, Transport transport) { ... });  // hands over
#ifndef ADVANTAGED_SERVER_LISTENER_H_
#define ADVANTAGED_SERVER_LISTENER_H_

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "server/address.h"
#include "server/file_descriptor.h"
#include "server/guard/connection_guard.h"
#include "server/listening_socket.h"
#include "server/metrics/connection_metrics.h"
#include "server/worker.h"

namespace advantaged {

class Metrics;

struct ListenerOptions {
  std::vector<Address> addresses;
  mode_t socket_mode = 0660;  // of Unix sockets
  // One more is accepted and closed. A connection takes two file descriptors.
  std::size_t max_connections = 1000;
};

// How many of `wanted` HTTP connections there are file descriptors for beside `max_connections` of
// gRPC's; at least 512 if a listener opens.
std::size_t AffordableHttpConnections(std::size_t wanted, std::size_t max_connections);

class Listener {
 public:
  // Takes a connected, non-blocking socket, which it owns from then on, and shuts it down both ways
  // when it is done with it.
  using HandOver = std::function<void(int fd, Transport transport)>;

  // Listens; nothing is accepted before Start. On failure returns null and says in `error` which
  // address failed and why. `limits` are what TCP connections are held to. `metrics` and `memory`
  // must outlive the listener.
  static std::unique_ptr<Listener> Open(const ListenerOptions& options,
                                        const ConnectionLimits& limits, Metrics& metrics,
                                        MemoryGuard& memory, std::string& error);
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  ~Listener();

  // Where it listens, in the order of the options, with the ports that were picked.
  const std::vector<std::string>& addresses() const { return addresses_; }

  // Any thread.
  const ConnectionGuard& guard() const { return guard_; }

  // Accepts from a thread of its own, and hands over from another. Call once.
  // `held`: see ConnectionGuard::Look.
  void Start(HandOver hand_over, std::function<double()> held);

  // Listens no longer: when this returns the last connection has been handed over, and the files of
  // Unix sockets are gone. Connections stay as they are.
  void StopListening();

 private:
  using Clock = std::chrono::steady_clock;

  Listener(const ListenerOptions& options, const ConnectionLimits& limits, Metrics& metrics,
           MemoryGuard& memory);
  bool Watch(int operation, int fd, std::uint32_t events);

  // The thread, and what runs on it:
  void Run();
  void AcceptFrom(int fd);
  // Returns whether to go on with this socket.
  bool AcceptOne(const ListeningSocket& socket);
  void Pause(int reason);
  void Resume();
  void Closed(int watch);
  int Patience() const;
  void LookAtConnections();

  const std::size_t max_connections_;
  Metrics& metrics_;
  std::vector<std::string> addresses_;
  HandOver hand_over_;
  std::function<double()> held_;

  FileDescriptor epoll_;
  FileDescriptor end_;  // readable once the thread shall end
  std::mutex mutex_;    // held while accepting, so that StopListening is a clear cut
  std::vector<ListeningSocket> sockets_;

  // By the thread only. Of each open connection there is a duplicate of its descriptor, for what is
  // closed by its owner tells nobody: those of TCP connections are the guard's.
  struct Watched {
    FileDescriptor fd;  // none for TCP
    Transport transport;
  };
  std::unordered_map<int, Watched> connections_;
  ConnectionGuard guard_;
  std::optional<Clock::time_point> looked_;  // at connections; none while all rest
  std::optional<Clock::time_point> paused_until_;
  std::optional<Clock::time_point> warned_;
  // Hands over. gRPC then reads from the connection, on this thread, for as long as there is
  // something to read: meanwhile others are accepted, and the guard looks.
  std::unique_ptr<Worker> hands_over_;
  std::thread thread_;
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_LISTENER_H_
