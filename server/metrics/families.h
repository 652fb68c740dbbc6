// Shorthand for metric families of prometheus-cpp.
#ifndef ADVANTAGED_SERVER_METRICS_FAMILIES_H_
#define ADVANTAGED_SERVER_METRICS_FAMILIES_H_

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <span>
#include <string>
#include <string_view>

namespace advantaged {

inline prometheus::Family<prometheus::Counter>& CounterFamily(prometheus::Registry& registry,
                                                              const std::string& name,
                                                              const std::string& help) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
}

inline prometheus::Family<prometheus::Gauge>& GaugeFamily(prometheus::Registry& registry,
                                                          const std::string& name,
                                                          const std::string& help) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(registry);
}

inline prometheus::Family<prometheus::Histogram>& HistogramFamily(prometheus::Registry& registry,
                                                                  const std::string& name,
                                                                  const std::string& help) {
  return prometheus::BuildHistogram().Name(name).Help(help).Register(registry);
}

// `labels` and one more.
inline prometheus::Labels With(prometheus::Labels labels, const char* name,
                               std::string_view value) {
  labels.emplace(name, value);
  return labels;
}

inline prometheus::Histogram& AddHistogram(prometheus::Family<prometheus::Histogram>& family,
                                           const prometheus::Labels& labels,
                                           std::span<const double> edges) {
  return family.Add(labels, prometheus::Histogram::BucketBoundaries(edges.begin(), edges.end()));
}

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_METRICS_FAMILIES_H_
