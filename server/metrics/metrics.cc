#include "server/metrics/metrics.h"

#include <prometheus/text_serializer.h>

namespace advantaged {

Metrics::Metrics(const prometheus::Labels& build, const RunLimits& runs)
    : batch_(registry_, runs),
      kernel_fallback_(GaugeFamily(registry_, "advantaged_kernel_fallback",
                                   "1 if the best instruction set failed the self-test, else 0.")
                           .Add({})) {
  GaugeFamily(registry_, "advantaged_build_info", "Constant 1; the labels say what is running.")
      .Add(build)
      .Set(1);
}

std::string Metrics::Page() const {
  const prometheus::TextSerializer serializer;
  return serializer.Serialize(registry_.Collect()) + serializer.Serialize(process_.Collect());
}

}  // namespace advantaged
