#include "server/http/connections.h"

#include <spdlog/spdlog.h>

#include <utility>

namespace advantaged::http {
namespace {

const char* Reason(Drop reason) {
  switch (reason) {
    case Drop::kConnections:
      return "there are too many connections";
    case Drop::kBytes:
      return "headers and answers under way have too many bytes";
    case Drop::kSlowRequest:
      return "its request did not arrive in time";
    case Drop::kSlowReader:
      return "its answer was not read in time";
  }
  return "";
}

}  // namespace

std::string PeerOf(const boost::asio::ip::tcp::socket& socket) {
  boost::system::error_code error;
  const auto peer = socket.remote_endpoint(error);
  if (error) return "";
  return Address{.path = {}, .host = peer.address().to_string(), .port = peer.port()}.ToString();
}

void Connections::Hold(std::size_t before, std::size_t now) {
  held_bytes_ += now - before;  // unsigned: fewer work, too
  while (held_bytes_ > max_held_bytes_ && MakeRoom(Drop::kBytes)) continue;
  observer_.OnHeld(held_bytes_);
}

bool Connections::MakeRoom(Drop reason) {
  if (waiting_.empty()) return false;
  const Waiting longest = std::move(waiting_.front());
  waiting_.pop_front();
  CountDrop(reason, longest.peer);
  longest.close();
  return true;
}

void Connections::CountDrop(Drop reason, std::string_view peer) {
  observer_.OnDropped(reason);
  std::uint64_t skipped = 0;
  if (!lines_.Take(1, LineBudget::Clock::now(), skipped)) return;
  spdlog::warn("http: closed {}: {} ({} more since the last such line)",
               peer.empty() ? "a connection" : peer, Reason(reason), skipped);
}

}  // namespace advantaged::http
