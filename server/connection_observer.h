// What is told of connections below the calls.
#ifndef ADVANTAGED_SERVER_CONNECTION_OBSERVER_H_
#define ADVANTAGED_SERVER_CONNECTION_OBSERVER_H_

#include <array>
#include <cstddef>
#include <string_view>

namespace advantaged {

enum class Transport : std::size_t { kTcp, kUnix };

// Why a connection was shut down (server/guard/policy.h).
enum class Closure : std::size_t { kStreams, kMemory };
inline constexpr std::array<std::string_view, 2> kClosures = {"streams", "memory"};

// Told by the listener's thread, of one connection after the other, but for OnShutDown.
class ConnectionObserver {
 public:
  virtual ~ConnectionObserver() = default;
  // A connection was accepted.
  virtual void OnOpened(Transport transport) = 0;
  // One that was accepted is closed.
  virtual void OnClosed(Transport transport) = 0;
  // A connection was closed at once, because as many as are allowed are open.
  virtual void OnRefused() = 0;
  // One that is open was shut down by the guard, on its thread; OnClosed follows.
  virtual void OnShutDown(Closure why) = 0;
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_CONNECTION_OBSERVER_H_
