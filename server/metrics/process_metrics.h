// The process_* metrics of the Prometheus client libraries, which prometheus-cpp lacks; read from
// /proc at each scrape.
#ifndef ADVANTAGED_SERVER_METRICS_PROCESS_METRICS_H_
#define ADVANTAGED_SERVER_METRICS_PROCESS_METRICS_H_

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>

#include <vector>

namespace advantaged {

// What cannot be read is left out.
class ProcessMetrics final : public prometheus::Collectable {
 public:
  std::vector<prometheus::MetricFamily> Collect() const override;
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_METRICS_PROCESS_METRICS_H_
