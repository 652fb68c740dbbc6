// |A| of every response of a batch, counted into the buckets of kWeightEdges, and its sign, at the
// speed of a copy.
#ifndef ADVANTAGED_SERVER_METRICS_MAGNITUDE_TALLY_H_
#define ADVANTAGED_SERVER_METRICS_MAGNITUDE_TALLY_H_

#include <prometheus/histogram.h>

#include <array>
#include <cstdint>
#include <span>

#include "server/metrics/tally.h"

namespace advantaged {

class MagnitudeTally {
 public:
  // `advantages` are finite.
  void Observe(std::span<const float> advantages);
  void Observe(float advantage, std::uint64_t times);

  void PublishTo(prometheus::Histogram& histogram) const;
  // How many advantages were above, below and exactly 0: the order of kSignsAndZero.
  std::array<std::uint64_t, kSignsAndZero.size()> Signs() const;

 private:
  // Neighbours mostly fall into the same bucket; counting them in turn into several rows lets one
  // addition start before the last has ended.
  struct Lane {
    std::array<std::uint64_t, kWeightEdges.size() + 1> counts{};
    std::uint64_t negative = 0;
    double sum = 0;

    void Observe(float advantage, std::uint64_t times);
  };
  std::array<Lane, 4> lanes_;
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_METRICS_MAGNITUDE_TALLY_H_
