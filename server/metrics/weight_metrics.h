// Who gets the gradient, by method. Not told apart by run: of a method it follows from the success
// rates, which are, and it takes two thirds of the series.
#ifndef ADVANTAGED_SERVER_METRICS_WEIGHT_METRICS_H_
#define ADVANTAGED_SERVER_METRICS_WEIGHT_METRICS_H_

#include <array>
#include <string>

#include "server/metrics/batch_tally.h"
#include "server/metrics/families.h"

namespace advantaged {

// Their meanings are their help texts.
struct WeightFamilies {
  explicit WeightFamilies(prometheus::Registry& registry);

  prometheus::Family<prometheus::Histogram>& weight;
  prometheus::Family<prometheus::Counter>& mass;
};

// The children of one method. Commit is thread-safe.
class WeightMetrics {
 public:
  WeightMetrics(const std::string& method, WeightFamilies& families);

  void Commit(const BatchTally& tally);

 private:
  using MassCounters =
      std::array<std::array<std::array<prometheus::Counter*, kSigns.size()>, kSides.size()>,
                 kRateEdges.size()>;

  std::array<prometheus::Histogram*, kSides.size()> weight_{};
  MassCounters mass_{};
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_METRICS_WEIGHT_METRICS_H_
