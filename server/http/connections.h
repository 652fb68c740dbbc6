// The open connections of an HTTP server, and which of them could be closed to make room.
#ifndef ADVANTAGED_SERVER_HTTP_CONNECTIONS_H_
#define ADVANTAGED_SERVER_HTTP_CONNECTIONS_H_

#include <cstddef>
#include <functional>
#include <list>

#include "server/http/server.h"

namespace advantaged::http {

// Not thread-safe: everything runs on the server's thread.
class Connections {
 public:
  // Closes a connection that waits.
  using Close = std::function<void()>;
  using Place = std::list<Close>::iterator;

  // `observer` must outlive the object.
  explicit Connections(Observer& observer) : observer_(observer) {}

  void Add() { observer_.OnConnections(++open_); }
  void Remove() { observer_.OnConnections(--open_); }
  std::size_t open() const { return open_; }

  // A connection waits for its client to send or to read; then no more.
  Place Wait(Close close) { return waiting_.insert(waiting_.end(), std::move(close)); }
  void EndWait(Place place) { waiting_.erase(place); }

  // Closes the connection that has waited longest. False if none waits: all are being answered.
  bool MakeRoom();

  Observer& observer() { return observer_; }

 private:
  Observer& observer_;
  std::size_t open_ = 0;
  std::list<Close> waiting_;  // longest first
};

}  // namespace advantaged::http

#endif  // ADVANTAGED_SERVER_HTTP_CONNECTIONS_H_
