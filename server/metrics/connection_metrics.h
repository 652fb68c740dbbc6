// The metrics of gRPC's connections, below the calls.
#ifndef ADVANTAGED_SERVER_METRICS_CONNECTION_METRICS_H_
#define ADVANTAGED_SERVER_METRICS_CONNECTION_METRICS_H_

#include <array>
#include <cstddef>
#include <string_view>

#include "server/metrics/families.h"

namespace advantaged {

enum class Transport : std::size_t { kTcp, kUnix };

// Why the guard shut a connection down (server/guard/connection_guard.h).
enum class Closure : std::size_t { kStreams, kCancelled, kUnaccounted, kHolding, kMemory };
inline constexpr std::array<std::string_view, 5> kClosures = {"streams", "cancelled", "unaccounted",
                                                              "holding", "memory"};

// Thread-safe. Every family and child exists from the start.
class ConnectionMetrics {
 public:
  // `registry` must outlive the metrics.
  explicit ConnectionMetrics(prometheus::Registry& registry);

  void CountOpened(Transport transport);
  void CountClosed(Transport transport);
  void Count(Closure closure) { shut_down_[static_cast<std::size_t>(closure)]->Increment(); }

 private:
  struct Child {
    prometheus::Gauge* open;
    prometheus::Counter* opened;
  };
  std::array<Child, 2> children_{};
  std::array<prometheus::Counter*, kClosures.size()> shut_down_{};
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_METRICS_CONNECTION_METRICS_H_
