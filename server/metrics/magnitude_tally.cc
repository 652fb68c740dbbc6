#include "server/metrics/magnitude_tally.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <numeric>
#include <vector>

namespace advantaged {
namespace {

// A float of 0 or more, read as an integer, grows with its value. Its upper bits (exponent and four
// bits of mantissa) name a cell; no cell contains more than one edge, so the bucket of a value is
// that of its cell's lower end, or the next one.
constexpr unsigned kCellShift = 19;
constexpr std::size_t kCells = std::size_t{1} << (31 - kCellShift);

constexpr std::size_t BucketBySearch(double value) {
  std::size_t bucket = 0;
  while (bucket < kWeightEdges.size() && value > kWeightEdges[bucket]) ++bucket;
  return bucket;
}

constexpr auto kBucketOfCell = [] {
  std::array<std::uint8_t, kCells> buckets{};
  for (std::uint32_t cell = 0; cell < kCells; ++cell) {
    buckets[cell] =
        static_cast<std::uint8_t>(BucketBySearch(std::bit_cast<float>(cell << kCellShift)));
  }
  return buckets;
}();

constexpr auto kEdgesAndInfinity = [] {
  std::array<double, kWeightEdges.size() + 1> edges{};
  std::copy(kWeightEdges.begin(), kWeightEdges.end(), edges.begin());
  edges.back() = std::numeric_limits<double>::infinity();
  return edges;
}();

}  // namespace

inline void MagnitudeTally::Lane::Observe(float advantage, std::uint64_t times) {
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(advantage) & 0x7FFFFFFFU;
  const double magnitude = std::bit_cast<float>(bits);
  const std::size_t bucket = kBucketOfCell[bits >> kCellShift];
  counts[bucket + (magnitude > kEdgesAndInfinity[bucket] ? 1 : 0)] += times;
  negative += advantage < 0 ? times : 0;
  sum += magnitude * static_cast<double>(times);
}

void MagnitudeTally::Observe(std::span<const float> advantages) {
  constexpr std::size_t kLanes = std::tuple_size_v<decltype(lanes_)>;
  std::size_t i = 0;
  for (; i + kLanes <= advantages.size(); i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) lanes_[lane].Observe(advantages[i + lane], 1);
  }
  for (; i < advantages.size(); ++i) lanes_[0].Observe(advantages[i], 1);
}

void MagnitudeTally::Observe(float advantage, std::uint64_t times) {
  lanes_[0].Observe(advantage, times);
}

void MagnitudeTally::PublishTo(prometheus::Histogram& histogram) const {
  std::vector<double> counts(kWeightEdges.size() + 1);
  double sum = 0;
  for (const Lane& lane : lanes_) {
    for (std::size_t i = 0; i < counts.size(); ++i) {
      counts[i] += static_cast<double>(lane.counts[i]);
    }
    sum += lane.sum;
  }
  histogram.ObserveMultiple(counts, sum);
}

std::array<std::uint64_t, kSignsAndZero.size()> MagnitudeTally::Signs() const {
  static_assert(kWeightEdges[0] == 0);
  std::uint64_t negative = 0;
  std::uint64_t zero = 0;
  std::uint64_t all = 0;
  for (const Lane& lane : lanes_) {
    negative += lane.negative;
    zero += lane.counts[0];
    all = std::accumulate(lane.counts.begin(), lane.counts.end(), all);
  }
  return {all - negative - zero, negative, zero};
}

}  // namespace advantaged
