// One histogram's share of one request: values are counted here without a lock and published at
// once. prometheus::Histogram takes a mutex for every value, a batch has thousands of them.
#ifndef ADVANTAGED_SERVER_METRICS_TALLY_H_
#define ADVANTAGED_SERVER_METRICS_TALLY_H_

#include <prometheus/histogram.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace advantaged {

// Upper edges of buckets, inclusive, ascending; what lies above the last is one bucket more.

// ρ̂ of a group. Multiples of 1/16 are exact in binary and are the rates that groups of 1, 2, 4, 8
// and 16 can have, so each of those has its own bucket.
inline constexpr std::size_t kRateSteps = 16;
inline constexpr std::array<double, kRateSteps + 1> kRateEdges = [] {
  std::array<double, kRateSteps + 1> edges{};
  for (std::size_t i = 0; i <= kRateSteps; ++i) edges[i] = static_cast<double>(i) / kRateSteps;
  return edges;
}();

// |A| and the effective weight W. The first bucket holds exact zeros.
inline constexpr std::array<double, 16> kWeightEdges = {
    0, 0.01, 0.03, 0.1, 0.2, 0.35, 0.5, 0.7, 1.0, 1.4, 2.0, 3.0, 5.0, 10.0, 30.0, 100.0};

// Label values for the sign of an advantage.
inline constexpr std::array<std::string_view, 3> kSignsAndZero = {"positive", "negative", "zero"};

// Responses in a group.
inline constexpr std::array<double, 12> kGroupSizeEdges = {1,  2,   4,   8,   16,   32,
                                                           64, 128, 256, 512, 1024, 4096};

// Seconds: the latency ladder of gRPC's proposal A66, from 10 µs to 10 s.
inline constexpr std::array<double, 19> kSecondsEdges = {1e-5, 5e-5, 1e-4,  3e-4, 6e-4,  1e-3, 2e-3,
                                                         4e-3, 8e-3, 0.016, 0.03, 0.065, 0.13, 0.25,
                                                         0.5,  1,    2,     5,    10};

// Bytes: the size ladder of A66, from 1 KiB to 64 MiB.
inline constexpr std::array<double, 9> kBytesEdges = {1024,    4096,    16384,    65536,   262144,
                                                      1048576, 4194304, 16777216, 67108864};

// The bucket of a value that is not negative and not NaN.
std::size_t BucketOf(double value, std::span<const double> edges);

class Tally {
 public:
  explicit Tally(std::span<const double> edges) : edges_(edges), counts_(edges.size() + 1) {}

  // `value` is finite and at least 0: a sum that falls reads as a restarted counter.
  void Observe(double value, std::uint64_t times = 1) {
    ObserveIn(BucketOf(value, edges_), value, times);
  }
  // The same where the bucket of `value` is known already.
  void ObserveIn(std::size_t bucket, double value, std::uint64_t times = 1) {
    counts_[bucket] += times;
    sum_ += value * static_cast<double>(times);
  }
  void PublishTo(prometheus::Histogram& histogram) const;

 private:
  std::span<const double> edges_;
  std::vector<std::uint64_t> counts_;
  double sum_ = 0;
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_METRICS_TALLY_H_
