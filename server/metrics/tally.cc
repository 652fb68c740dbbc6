#include "server/metrics/tally.h"

#include <algorithm>
#include <bit>
#include <limits>

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

std::size_t BucketOf(double value, std::span<const double> edges) {
  return static_cast<std::size_t>(std::lower_bound(edges.begin(), edges.end(), value) -
                                  edges.begin());
}

void Tally::ObserveMagnitudes(std::span<const float> values) {
  double sum = 0;
  for (const float value : values) {
    const std::uint32_t bits = std::bit_cast<std::uint32_t>(value) & 0x7FFFFFFFU;
    const double magnitude = std::bit_cast<float>(bits);
    const std::size_t bucket = kBucketOfCell[bits >> kCellShift];
    ++counts_[bucket + (magnitude > kEdgesAndInfinity[bucket] ? 1 : 0)];
    sum += magnitude;
  }
  sum_ += sum;
}

void Tally::PublishTo(prometheus::Histogram& histogram) const {
  histogram.ObserveMultiple(std::vector<double>(counts_.begin(), counts_.end()), sum_);
}

}  // namespace advantaged
