#include "server/metrics/connection_metrics.h"

#include <string>

namespace advantaged {

ConnectionMetrics::ConnectionMetrics(prometheus::Registry& registry, LoadMetrics& load)
    : load_(load) {
  auto& open =
      GaugeFamily(registry, "advantaged_connections", "Open connections to the gRPC side.");
  auto& opened = CounterFamily(registry, "advantaged_connections_total",
                               "Connections that the gRPC side has accepted.");
  for (const Transport transport : {Transport::kTcp, Transport::kUnix}) {
    const prometheus::Labels labels = {
        {"transport", transport == Transport::kTcp ? "tcp" : "unix"}};
    children_[static_cast<std::size_t>(transport)] = {&open.Add(labels), &opened.Add(labels)};
  }
  auto& shut_down =
      CounterFamily(registry, "advantaged_connections_shut_down_total",
                    "Connections to the gRPC side that were shut down while memory was short.");
  for (std::size_t i = 0; i < kClosures.size(); ++i) {
    shut_down_[i] = &shut_down.Add({{"reason", std::string(kClosures[i])}});
  }
}

void ConnectionMetrics::OnOpened(Transport transport) {
  const Child& child = children_[static_cast<std::size_t>(transport)];
  child.open->Increment();
  child.opened->Increment();
}

void ConnectionMetrics::OnClosed(Transport transport) {
  children_[static_cast<std::size_t>(transport)].open->Decrement();
}

}  // namespace advantaged
