#include "server/http/server.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <thread>

#include "server/http/connections.h"
#include "server/http/router.h"
#include "server/http/session.h"

namespace advantaged::http {

using boost::asio::ip::tcp;
using boost::system::error_code;

class Server::Impl {
 public:
  Impl(std::vector<Route> routes, const Limits& limits, Observer& observer)
      : router_(std::move(routes)), limits_(limits), connections_(observer, limits.held_bytes) {}

  ~Impl() {
    context_.stop();
    if (thread_.joinable()) thread_.join();
  }

  error_code Listen(const Address& address);
  void Serve() {
    Accept();
    thread_ = std::thread([this] { context_.run(); });
  }
  tcp::endpoint endpoint() const { return acceptor_.local_endpoint(); }

 private:
  void Accept();
  // Makes it a session, or closes it.
  void Take(tcp::socket socket);
  // Those that wait behind one that was accepted. False if there can be no more for now.
  bool AcceptMore();
  // Out of file descriptors, most likely, and all are in use: trying at once would spin.
  void AcceptLater();

  const Router router_;
  const Limits limits_;
  Connections connections_;
  // After what the sessions refer to: they are destroyed with it.
  boost::asio::io_context context_{1};
  tcp::acceptor acceptor_{context_};
  boost::asio::steady_timer pause_{context_};
  std::thread thread_;
};

error_code Server::Impl::Listen(const Address& address) {
  error_code error;
  tcp::resolver resolver(context_);
  const auto found =
      resolver.resolve(address.host, std::to_string(address.port), tcp::resolver::passive, error);
  if (error) return error;
  const tcp::endpoint endpoint = found.begin()->endpoint();
  acceptor_.open(endpoint.protocol(), error);
  if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(tcp::acceptor::max_listen_connections, error);
  if (!error) acceptor_.non_blocking(true, error);  // for AcceptMore
  return error;
}

void Server::Impl::Accept() {
  acceptor_.async_accept([this](error_code error, tcp::socket socket) {
    if (!error) Take(std::move(socket));
    // Without a file descriptor left, one may become free.
    if ((error || !AcceptMore()) && !connections_.MakeRoom()) return AcceptLater();
    Accept();
  });
}

bool Server::Impl::AcceptMore() {
  // One in a turn of the thread would let a probe wait behind a crowd for as many turns, and let
  // the kernel's queue overflow. Not all: the crowd may not keep the thread from those it has let
  // in.
  constexpr int kInARow = 1024;
  for (int i = 0; i < kInARow; ++i) {
    error_code error;
    tcp::socket socket = acceptor_.accept(error);
    if (error == boost::asio::error::would_block) return true;
    if (error == boost::asio::error::connection_aborted) continue;
    if (error) return false;
    Take(std::move(socket));
  }
  return true;
}

void Server::Impl::Take(tcp::socket socket) {
  if (connections_.open() >= limits_.connections && !connections_.MakeRoom()) {
    return connections_.CountDrop(Drop::kConnections, PeerOf(socket));
  }
  std::make_shared<Session>(std::move(socket), router_, limits_, connections_)->Run();
}

void Server::Impl::AcceptLater() {
  constexpr std::chrono::milliseconds kPause{100};
  pause_.expires_after(kPause);
  pause_.async_wait([this](error_code) { Accept(); });
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() = default;

std::unique_ptr<Server> Server::Start(const Address& address, std::vector<Route> routes,
                                      const Limits& limits, Observer& observer,
                                      std::string& error) {
  auto impl = std::make_unique<Impl>(std::move(routes), limits, observer);
  if (const error_code problem = impl->Listen(address)) {
    error = "cannot listen on " + address.ToString() + ": " + problem.message();
    return nullptr;
  }
  impl->Serve();
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

std::string Server::address() const {
  const tcp::endpoint endpoint = impl_->endpoint();
  return Address{.path = {}, .host = endpoint.address().to_string(), .port = endpoint.port()}
      .ToString();
}

}  // namespace advantaged::http
