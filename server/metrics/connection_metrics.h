// The metrics of gRPC's connections, below the calls.
#ifndef ADVANTAGED_SERVER_METRICS_CONNECTION_METRICS_H_
#define ADVANTAGED_SERVER_METRICS_CONNECTION_METRICS_H_

#include <array>
#include <cstddef>

#include "server/metrics/families.h"
#include "server/metrics/load_metrics.h"
#include "server/net/connection_observer.h"

namespace advantaged {

// Thread-safe. Every family and child exists from the start.
class ConnectionMetrics final : public ConnectionObserver {
 public:
  // `registry` and `load`, which counts those refused, must outlive the metrics.
  ConnectionMetrics(prometheus::Registry& registry, LoadMetrics& load);

  void OnOpened(Transport transport) override;
  void OnClosed(Transport transport) override;
  void OnRefused() override { load_.Count(Rejection::kConnections); }

 private:
  struct Child {
    prometheus::Gauge* open;
    prometheus::Counter* opened;
  };
  LoadMetrics& load_;
  std::array<Child, 2> children_{};
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_METRICS_CONNECTION_METRICS_H_
