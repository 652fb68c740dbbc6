#include "server/metrics/tally.h"

namespace advantaged {

std::size_t BucketOf(double value, std::span<const double> edges) {
  // All of them: a few comparisons side by side cost less than one mispredicted step of a search.
  std::size_t bucket = 0;
  for (const double edge : edges) bucket += value > edge ? 1U : 0U;
  return bucket;
}

void Tally::PublishTo(prometheus::Histogram& histogram) const {
  histogram.ObserveMultiple(std::vector<double>(counts_.begin(), counts_.end()), sum_);
}

}  // namespace advantaged
