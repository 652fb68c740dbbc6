// The bytes a client sends on one connection of the HTTP port. A byte 0xFF is not sent: it ends a
// packet, and the server sees what came before it first. After the last the client sends no more;
// then the server must have answered or refused everything and closed.
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "server/grpc/version.h"
#include "server/http/connections.h"
#include "server/http/session.h"
#include "server/metrics/metrics.h"
#include "server/pages.h"
#include "server/probes.h"
#include "tests/fuzz/require.h"

namespace advantaged::fuzz {
namespace {

using std::chrono_literals::operator""s;

constexpr std::size_t kMaxBytes = 65536;
constexpr char kPacketEnd = '\xFF';
// Small, so that short inputs pass the limits.
constexpr http::Limits kLimits{.header_bytes = 512};
constexpr std::size_t kMaxBodyBytes = 64;

http::Route Echo(const char* path) {
  return {.path = path,
          .method = http::verb::post,
          .max_body_bytes = kMaxBodyBytes,
          .handle = [](http::Request request, const http::Reply& reply) {
            reply({.body = std::move(request.body)});
          }};
}

int guards = 0;  // that are held

class CountedGuard final : public http::RequestGuard {
 public:
  CountedGuard() { ++guards; }
  CountedGuard(const CountedGuard&) = delete;
  CountedGuard& operator=(const CountedGuard&) = delete;
  ~CountedGuard() override { --guards; }
};

// As a route that computes: it refuses some by their head, unread.
http::Route Admitting() {
  http::Route route = Echo("/admit");
  route.admit = [](const http::Head& head,
                   http::Response& refusal) -> std::shared_ptr<http::RequestGuard> {
    Require(head.field("no-such-field").empty(), "a field that was not sent is empty");
    if (head.body_bytes <= kMaxBodyBytes / 2) return std::make_shared<CountedGuard>();
    refusal = {.code = http::status::too_many_requests,
               .fields = {{"Retry-After", std::string(head.field("traceparent"))}}};
    return nullptr;
  };
  return route;
}

// Passes on what a server counts, and sees that it comes out even.
class Observer final : public http::Observer {
 public:
  explicit Observer(http::Observer& next) : next_(next) {}
  void OnConnections(std::size_t open) override { next_.OnConnections(open); }
  void OnHeld(std::size_t bytes) override {
    held_ = bytes;
    next_.OnHeld(bytes);
  }
  void OnDropped(http::Drop) override { Require(false, "nobody is dropped"); }
  void OnRequest(std::string_view route) override {
    ++open_requests_;
    next_.OnRequest(route);
  }
  void OnAnswer(std::string_view route, http::status code) override {
    --open_requests_;
    next_.OnAnswer(route, code);
  }
  int open_requests() const { return open_requests_; }
  std::size_t held() const { return held_; }

 private:
  http::Observer& next_;
  int open_requests_ = 0;
  std::size_t held_ = 0;
};

Metrics& TheMetrics() {
  static Metrics& metrics = *new Metrics(BuildLabels(), {});
  return metrics;
}

// The pages of the server, and two that take a body.
const http::Router& Pages() {
  static const Probes& probes = *new Probes;
  static const http::Router& router = *[] {
    auto routes = MakePages(probes, 1);
    routes.push_back(Echo("/echo"));
    routes.push_back(Admitting());
    return new http::Router(std::move(routes));
  }();
  return router;
}

boost::asio::io_context& Context() {
  static boost::asio::io_context& context = *new boost::asio::io_context(1);
  return context;
}

// Both ends of a connection; the server's runs in this thread.
class Connection {
 public:
  Connection() {
    Require(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends_.data()) == 0,
            "there are sockets");
    context_.restart();
    boost::asio::ip::tcp::socket socket(context_);
    socket.assign(boost::asio::ip::tcp::v4(), ends_[1]);
    std::make_shared<http::Session>(std::move(socket), Pages(), kLimits, connections_)->Run();
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() { close(ends_[0]); }

  void Send(std::string_view packet) {
    // The server may have hung up; the buffer of a socket takes any input whole.
    if (!packet.empty()) send(ends_[0], packet.data(), packet.size(), MSG_NOSIGNAL);
    context_.poll();
    Receive();
  }

  // Everything the server sent.
  std::string Finish() {
    shutdown(ends_[0], SHUT_WR);
    while (!context_.stopped()) {
      Require(context_.run_one_for(5s) == 1 || context_.stopped(),
              "the server closes a connection whose client does");
      Receive();
    }
    Require(connections_.open() == 0, "no session is left");
    Require(observer_.open_requests() == 0, "every request is answered or counted as not");
    Require(observer_.held() == 0, "nothing is held for nobody");
    Require(guards == 0, "every guard is given back");
    return received_;
  }

 private:
  void Receive() {
    std::array<char, 16384> buffer;
    for (ssize_t size = 0; (size = recv(ends_[0], buffer.data(), buffer.size(), 0)) > 0;) {
      received_.append(buffer.data(), static_cast<std::size_t>(size));
    }
  }

  std::array<int, 2> ends_{};  // the client's and the server's
  std::string received_;
  Observer observer_{TheMetrics().http()};
  http::Connections connections_{observer_, kLimits.held_bytes};
  // Made once: that takes longer than a connection.
  boost::asio::io_context& context_ = Context();
};

}  // namespace
}  // namespace advantaged::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace advantaged::fuzz;
  if (size > kMaxBytes) return 0;
  Connection connection;
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  while (!rest.empty()) {
    const std::string_view packet = rest.substr(0, rest.find(kPacketEnd));
    connection.Send(packet);
    rest.remove_prefix(std::min(packet.size() + 1, rest.size()));
  }
  const std::string answer = connection.Finish();
  Require(answer.empty() || answer.starts_with("HTTP/1."), "the server answers in HTTP", answer);
  return 0;
}
