// What is told of connections below the calls.
#ifndef ADVANTAGED_SERVER_NET_CONNECTION_OBSERVER_H_
#define ADVANTAGED_SERVER_NET_CONNECTION_OBSERVER_H_

#include <cstddef>

namespace advantaged {

enum class Transport : std::size_t { kTcp, kUnix };

// Told by the listener's thread, of one connection after the other.
class ConnectionObserver {
 public:
  virtual ~ConnectionObserver() = default;
  // A connection was accepted.
  virtual void OnOpened(Transport transport) = 0;
  // One that was accepted is closed.
  virtual void OnClosed(Transport transport) = 0;
  // A connection was closed at once, because as many as are allowed are open.
  virtual void OnRefused() = 0;
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_NET_CONNECTION_OBSERVER_H_
