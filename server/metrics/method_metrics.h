// The domain metrics that are told apart by method.
#ifndef ADVANTAGED_SERVER_METRICS_METHOD_METRICS_H_
#define ADVANTAGED_SERVER_METRICS_METHOD_METRICS_H_

#include <array>
#include <string_view>

#include "server/metrics/batch_tally.h"
#include "server/metrics/families.h"

namespace advantaged {

// The families with a label `method`. Their meanings are their help texts.
struct MethodFamilies {
  explicit MethodFamilies(prometheus::Registry& registry);

  prometheus::Family<prometheus::Counter>& responses;
  prometheus::Family<prometheus::Counter>& groups;
  prometheus::Family<prometheus::Histogram>& success_rate;
  prometheus::Family<prometheus::Histogram>& magnitude;
  prometheus::Family<prometheus::Histogram>& weight;
  prometheus::Family<prometheus::Counter>& mass;
};

// The children of one method, looked up once: a look-up costs more than an observation.
// Thread-safe.
class MethodMetrics {
 public:
  // `name` is that of a row of the method table.
  MethodMetrics(std::string_view name, MethodFamilies& families);

  std::string_view name() const { return name_; }
  void Commit(const BatchTally& tally);

 private:
  using MassCounters =
      std::array<std::array<std::array<prometheus::Counter*, kSigns.size()>, kSides.size()>,
                 kRateEdges.size()>;

  void AddMass(const std::string& method, MethodFamilies& families);

  std::string_view name_;
  prometheus::Counter& responses_;
  prometheus::Histogram& success_rate_;
  prometheus::Histogram& magnitude_;
  std::array<prometheus::Counter*, kOutcomes.size()> groups_{};
  std::array<prometheus::Histogram*, kSides.size()> weight_{};
  MassCounters mass_{};
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_METRICS_METHOD_METRICS_H_
