// A small HTTP/1.1 server: one thread for all connections, none of which can hold up another.
//
//   std::string error;
//   auto server = http::Server::Start({.host = "127.0.0.1", .port = 0}, routes, {}, error);
//
// What is asked of a client is bounded in bytes and in time, so half-open connections cost a file
// descriptor for a while and nothing else.
#ifndef ADVANTAGED_SERVER_HTTP_SERVER_H_
#define ADVANTAGED_SERVER_HTTP_SERVER_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "server/address.h"
#include "server/http/message.h"

namespace advantaged::http {

struct Limits {
  std::uint32_t header_bytes = 16384;
  // For each request to arrive, counted from the end of the one before, and for each response to
  // leave; then the connection is closed.
  std::chrono::milliseconds time{15000};
  // One more is accepted and closed.
  std::size_t connections = 512;
};

class Server {
 public:
  // Listens and serves from a thread of its own. On failure returns null and says why in `error`.
  static std::unique_ptr<Server> Start(const Address& address, std::vector<Route> routes,
                                       const Limits& limits, std::string& error);
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
