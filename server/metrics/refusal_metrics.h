// Why requests were refused as INVALID_ARGUMENT: what a trainer sends that it should not.
#ifndef ADVANTAGED_SERVER_METRICS_REFUSAL_METRICS_H_
#define ADVANTAGED_SERVER_METRICS_REFUSAL_METRICS_H_

#include <functional>
#include <map>
#include <string>

#include "advantaged/advantaged.h"
#include "server/metrics/families.h"

namespace advantaged {

namespace v1 {
class ComputeAdvantagesRequest;
}

// Thread-safe. Every family and child exists from the start.
class RefusalMetrics {
 public:
  // `registry` must outlive the metrics.
  explicit RefusalMetrics(prometheus::Registry& registry);

  // `violations` is not empty and names fields of `request`. One more pass over its rewards.
  void Count(const v1::ComputeAdvantagesRequest& request, const Violations& violations);

 private:
  std::map<std::string, prometheus::Counter*, std::less<>> by_field_;
  prometheus::Counter& nonfinite_;
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_METRICS_REFUSAL_METRICS_H_
