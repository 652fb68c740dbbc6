// Accepts gRPC's connections.
//
// gRPC could listen by itself, but its accept loop (1.51) knows no limit, and it gives up the port
// for good when file descriptors run out once (CVE-2023-4785). So this thread accepts, counts and
// refuses, and gRPC gets connections that are open already.
//
//   auto listener = Listener::Open(options, observer, error);
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
#include "server/connection_observer.h"
#include "server/file_descriptor.h"
#include "server/guard/connection_guard.h"
#include "server/listening_socket.h"

namespace advantaged {

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
  // address failed and why. `observer` and `guard`, which is told of TCP connections, must outlive
  // the listener.
  static std::unique_ptr<Listener> Open(const ListenerOptions& options,
                                        ConnectionObserver& observer, ConnectionGuard& guard,
                                        std::string& error);
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  ~Listener();

  // Where it listens, in the order of the options, with the ports that were picked.
  const std::vector<std::string>& addresses() const { return addresses_; }

  // Accepts from a thread of its own. Call once.
  void Start(HandOver hand_over);

  // Listens no longer: when this returns the last connection has been handed over, and the files of
  // Unix sockets are gone. Connections stay as they are.
  void StopListening();

 private:
  using Clock = std::chrono::steady_clock;

  Listener(const ListenerOptions& options, ConnectionObserver& observer, ConnectionGuard& guard);
  bool Watch(int operation, int fd, std::uint32_t events);

  // The thread, and what runs on it:
  void Run();
  void AcceptFrom(int fd);
  // Returns whether to go on with this socket.
  bool AcceptOne(const ListeningSocket& socket);
  void Pause(int reason);
  void Resume();
  void Closed(int watch);

  const std::size_t max_connections_;
  ConnectionObserver& observer_;
  ConnectionGuard& guard_;
  std::vector<std::string> addresses_;
  HandOver hand_over_;

  FileDescriptor epoll_;
  FileDescriptor end_;  // readable once the thread shall end
  std::mutex mutex_;    // held while accepting, so that StopListening is a clear cut
  std::vector<ListeningSocket> sockets_;

  // By the thread only: a duplicate of each open connection's descriptor, for what is closed by its
  // owner tells nobody.
  struct Watched {
    FileDescriptor fd;
    Transport transport;
  };
  std::unordered_map<int, Watched> connections_;
  std::optional<Clock::time_point> paused_until_;
  std::optional<Clock::time_point> warned_;
  std::thread thread_;
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_LISTENER_H_
