// Everything the metrics page shows. Names, types and labels: tests/server/metric_families.txt.
#ifndef ADVANTAGED_SERVER_METRICS_METRICS_H_
#define ADVANTAGED_SERVER_METRICS_METRICS_H_

#include <prometheus/registry.h>

#include <string>

#include "server/metrics/batch_metrics.h"
#include "server/metrics/config_metrics.h"
#include "server/metrics/connection_metrics.h"
#include "server/metrics/http_metrics.h"
#include "server/metrics/load_metrics.h"
#include "server/metrics/log_metrics.h"
#include "server/metrics/process_metrics.h"
#include "server/metrics/refusal_metrics.h"
#include "server/metrics/rpc_metrics.h"
#include "server/metrics/tls_metrics.h"

namespace advantaged {

// Thread-safe.
class Metrics {
 public:
  // `build`: the labels of advantaged_build_info.
  Metrics(const prometheus::Labels& build, const RunLimits& runs);

  RpcMetrics& rpc() { return rpc_; }
  ConnectionMetrics& connections() { return connections_; }
  LoadMetrics& load() { return load_; }
  BatchMetrics& batch() { return batch_; }
  ConfigMetrics& config() { return config_; }
  RefusalMetrics& refusals() { return refusals_; }
  HttpMetrics& http() { return http_; }
  LogMetrics& log() { return log_; }
  TlsMetrics& tls() { return tls_; }
  // Whether the kernels left the best instruction set for the scalar one.
  void SetKernelFallback(bool fallback) { kernel_fallback_.Set(fallback ? 1 : 0); }
  // The page, in the Prometheus text format 0.0.4.
  std::string Page() const;

 private:
  prometheus::Registry registry_;
  RpcMetrics rpc_{registry_};
  LoadMetrics load_{registry_};
  ConnectionMetrics connections_{registry_, load_};
  BatchMetrics batch_;
  ConfigMetrics config_{registry_};
  RefusalMetrics refusals_{registry_};
  HttpMetrics http_{registry_, load_};
  LogMetrics log_{registry_};
  TlsMetrics tls_{registry_};
  prometheus::Gauge& kernel_fallback_;
  ProcessMetrics process_;
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_METRICS_METRICS_H_
