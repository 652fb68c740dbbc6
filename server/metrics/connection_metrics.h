// The metrics of gRPC's connections, below the calls.
#ifndef ADVANTAGED_SERVER_METRICS_CONNECTION_METRICS_H_
#define ADVANTAGED_SERVER_METRICS_CONNECTION_METRICS_H_

#include <array>
#include <cstddef>

#include "server/connection_observer.h"
#include "server/metrics/families.h"
#include "server/metrics/load_metrics.h"

namespace advantaged {

// Thread-safe. Every family and child exists from the start.
class ConnectionMetrics final : public ConnectionObserver {
 public:
  // `registry` and `load`, which counts those refused, must outlive the metrics.
  ConnectionMetrics(prometheus::Registry& registry, LoadMetrics& load);

  void OnOpened(Transport transport) override;
  void OnClosed(Transport transport) override;
  void OnRefused() override { load_.Count(Rejection::kConnections); }
  void OnShutDown(Closure why) override { shut_down_[static_cast<std::size_t>(why)]->Increment(); }

 private:
  struct Child {
    prometheus::Gauge* open;
    prometheus::Counter* opened;
  };
  LoadMetrics& load_;
  std::array<Child, 2> children_{};
  std::array<prometheus::Counter*, kClosures.size()> shut_down_{};
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_METRICS_CONNECTION_METRICS_H_
