#include "server/metrics/metrics.h"

#include <prometheus/text_serializer.h>

namespace advantaged {

Metrics::Metrics(const prometheus::Labels& build, const RunLimits& runs) : batch_(registry_, runs) {
  GaugeFamily(registry_, "advantaged_build_info", "Constant 1; the labels say what is running.")
      .Add(build)
      .Set(1);
}

std::string Metrics::Page() const {
  const prometheus::TextSerializer serializer;
  return serializer.Serialize(registry_.Collect()) + serializer.Serialize(process_.Collect());
}

}  // namespace advantaged
