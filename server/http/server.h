// A small HTTP/1.1 server: one thread for all connections, none of which can hold up another.
//
//   std::string error;
//   auto server = http::Server::Start({.host = "127.0.0.1", .port = 0}, routes, {}, error);
//
// What is asked of a client is bounded in bytes and in time, so half-open connections cost a file
// descriptor and a few KiB for a while. When there are too many, or they hold too many bytes, the
// one that has kept the server waiting longest, to send or to read, makes room: a client that asks
// something at once is always served unless all others are being answered.
#ifndef ADVANTAGED_SERVER_HTTP_SERVER_H_
#define ADVANTAGED_SERVER_HTTP_SERVER_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "server/http/message.h"
#include "server/net/address.h"

namespace advantaged::http {

struct Limits {
  std::uint32_t header_bytes = 16384;
  // For each request to arrive, counted from the end of the one before, and for each response to
  // leave; then the connection is closed. Also until the deadline of a request that has arrived.
  std::chrono::milliseconds time{15000};
  std::size_t connections = 10000;
  // Of headers that have arrived in part, and of answers that have not left, over all connections.
  // Those of requests with a guard do not count: they have been admitted elsewhere.
  std::size_t held_bytes = std::size_t{16} << 20;
};

// Why a connection was closed before its client had what it asked for.
enum class Drop : std::uint8_t {
  kConnections,  // to make room for another one, or for want of it
  kBytes,        // to make room for the bytes of others
  kSlowRequest,  // its request did not arrive in time
  kSlowReader,   // its answer did not leave in time
};

// Told what happens, on the server's thread.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void OnConnections(std::size_t open) = 0;
  // What counts for Limits::held_bytes.
  virtual void OnHeld(std::size_t bytes) = 0;
  virtual void OnDropped(Drop reason) = 0;
  // A header has arrived, or what is no header. `route`: the path of the route; "" if there is
  // none.
  virtual void OnRequest(std::string_view route) = 0;
  // Each of them is answered once, or with client_closed_request when its connection ends first.
  virtual void OnAnswer(std::string_view route, status code) = 0;
};

class Server {
 public:
  // Listens and serves from a thread of its own. On failure returns null and says why in `error`.
  // `observer` must outlive the server.
  static std::unique_ptr<Server> Start(const Address& address, std::vector<Route> routes,
                                       const Limits& limits, Observer& observer,
                                       std::string& error);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  // Closes every connection.
  ~Server();

  // Where it listens, e.g. "127.0.0.1:9464".
  std::string address() const;

 private:
  class Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace advantaged::http

#endif  // ADVANTAGED_SERVER_HTTP_SERVER_H_
