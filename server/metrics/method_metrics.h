// The domain metrics that are told apart by method and, where the server is asked to, by run.
#ifndef ADVANTAGED_SERVER_METRICS_METHOD_METRICS_H_
#define ADVANTAGED_SERVER_METRICS_METHOD_METRICS_H_

#include <array>

#include "server/metrics/batch_tally.h"
#include "server/metrics/families.h"

namespace advantaged {

// Their meanings are their help texts.
struct MethodFamilies {
  explicit MethodFamilies(prometheus::Registry& registry);

  prometheus::Family<prometheus::Counter>& responses;
  prometheus::Family<prometheus::Counter>& groups;
  prometheus::Family<prometheus::Histogram>& success_rate;
  prometheus::Family<prometheus::Histogram>& magnitude;
  prometheus::Family<prometheus::Counter>& sign;
};

// The children of one method, looked up once: a look-up costs more than an observation. They are on
// the page as long as this lives. Commit is thread-safe.
class MethodMetrics {
 public:
  // `labels` are those that all its children share; no two may live that have the same. `families`
  // must outlive the metrics.
  MethodMetrics(const prometheus::Labels& labels, MethodFamilies& families);
  MethodMetrics(const MethodMetrics&) = delete;
  MethodMetrics& operator=(const MethodMetrics&) = delete;
  ~MethodMetrics();

  void Commit(const BatchTally& tally);

 private:
  MethodFamilies& families_;
  prometheus::Counter& responses_;
  prometheus::Histogram& success_rate_;
  prometheus::Histogram& magnitude_;
  std::array<prometheus::Counter*, kOutcomes.size()> groups_{};
  std::array<prometheus::Counter*, kSignsAndZero.size()> sign_{};
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_METRICS_METHOD_METRICS_H_
