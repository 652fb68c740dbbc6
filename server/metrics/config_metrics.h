// Which configuration is in effect, so that replicas that differ show.
#ifndef ADVANTAGED_SERVER_METRICS_CONFIG_METRICS_H_
#define ADVANTAGED_SERVER_METRICS_CONFIG_METRICS_H_

#include <string>

#include "server/metrics/families.h"

namespace advantaged {

// For one thread.
class ConfigMetrics {
 public:
  // `registry` must outlive the metrics.
  explicit ConfigMetrics(prometheus::Registry& registry);

  // The configuration in effect: Configuration::Hash().
  void SetHash(const std::string& hash);
  // The file was read again, and taken or refused.
  void CountReload(bool success) { (success ? successes_ : failures_).Increment(); }

 private:
  prometheus::Family<prometheus::Gauge>& info_;
  prometheus::Gauge* current_ = nullptr;
  prometheus::Family<prometheus::Counter>& reloads_;
  prometheus::Counter& successes_;
  prometheus::Counter& failures_;
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_METRICS_CONFIG_METRICS_H_
