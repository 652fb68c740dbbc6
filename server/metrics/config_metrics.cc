#include "server/metrics/config_metrics.h"

namespace advantaged {

ConfigMetrics::ConfigMetrics(prometheus::Registry& registry)
    : info_(GaugeFamily(registry, "advantaged_config_info",
                        "Constant 1; the label is the CRC-32 of the configuration in effect.")),
      reloads_(CounterFamily(registry, "advantaged_config_reloads_total",
                             "Times the configuration file was read again, by result.")),
      successes_(reloads_.Add({{"result", "success"}})),
      failures_(reloads_.Add({{"result", "failure"}})) {}

void ConfigMetrics::SetHash(const std::string& hash) {
  // Adding an existing label gives the same child: then there is nothing to remove.
  prometheus::Gauge* const next = &info_.Add({{"hash", hash}});
  next->Set(1);
  if (current_ != nullptr && current_ != next) info_.Remove(current_);
  current_ = next;
}

}  // namespace advantaged
