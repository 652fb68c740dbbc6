// The open connections of an HTTP server, what they hold, and which of them could be closed to make
// room.
#ifndef ADVANTAGED_SERVER_HTTP_CONNECTIONS_H_
#define ADVANTAGED_SERVER_HTTP_CONNECTIONS_H_

#include <boost/asio/ip/tcp.hpp>
#include <cstddef>
#include <functional>
#include <list>
#include <string>
#include <string_view>

#include "server/http/server.h"
#include "server/log/line_budget.h"

namespace advantaged::http {

// IP:PORT of the other end, "" if it has left.
std::string PeerOf(const boost::asio::ip::tcp::socket& socket);

// Not thread-safe: everything runs on the server's thread.
class Connections {
 public:
  // A connection that waits.
  struct Waiting {
    std::function<void()> close;  // and lets go of what it holds
    std::string_view peer;        // for the log; lives as long as the connection
  };
  using Place = std::list<Waiting>::iterator;

  // `observer` must outlive the object. `max_held_bytes`: Limits::held_bytes.
  Connections(Observer& observer, std::size_t max_held_bytes)
      : observer_(observer), max_held_bytes_(max_held_bytes) {}

  void Add() { observer_.OnConnections(++open_); }
  void Remove() { observer_.OnConnections(--open_); }
  std::size_t open() const { return open_; }

  // A connection waits for its client to send or to read; then no more.
  Place Wait(Waiting waiting) { return waiting_.insert(waiting_.end(), std::move(waiting)); }
  void EndWait(Place place) { waiting_.erase(place); }

  // A connection holds `now` bytes instead of `before`. Where that makes too many, closes those
  // that have waited longest; it may be among them.
  void Hold(std::size_t before, std::size_t now);

  // Closes the connection that has waited longest. False if none waits: all are being answered.
  bool MakeRoom(Drop reason = Drop::kConnections);

  // Tells the observer, and the log at most once a second.
  void CountDrop(Drop reason, std::string_view peer);

  Observer& observer() { return observer_; }

 private:
  Observer& observer_;
  const std::size_t max_held_bytes_;
  std::size_t open_ = 0;
  std::size_t held_bytes_ = 0;
  std::list<Waiting> waiting_;  // longest first
  LineBudget lines_;
};

}  // namespace advantaged::http

#endif  // ADVANTAGED_SERVER_HTTP_CONNECTIONS_H_
