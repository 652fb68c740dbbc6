// The metrics of gRPC's connections, below the calls.
#ifndef ADVANTAGED_SERVER_METRICS_CONNECTION_METRICS_H_
#define ADVANTAGED_SERVER_METRICS_CONNECTION_METRICS_H_

#include <array>
#include <cstddef>

#include "server/metrics/families.h"

namespace advantaged {

enum class Transport : std::size_t { kTcp, kUnix };

// Thread-safe. Every family and child exists from the start.
class ConnectionMetrics {
 public:
  // `registry` must outlive the metrics.
  explicit ConnectionMetrics(prometheus::Registry& registry);

  void CountOpened(Transport transport);
  void CountClosed(Transport transport);

 private:
  struct Child {
    prometheus::Gauge* open;
    prometheus::Counter* opened;
  };
  std::array<Child, 2> children_{};
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_METRICS_CONNECTION_METRICS_H_
