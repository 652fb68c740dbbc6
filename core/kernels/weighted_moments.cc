#include "core/kernels/weighted_moments.h"

#include <optional>

#include "core/kernels/lane_sum.h"

namespace advantaged {
namespace {

// The one value that all have, if they do.
template <typename Weight>
std::optional<double> Constant(std::span<const double> values, Weight weight) {
  std::optional<double> constant;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (weight(i) == 0) continue;
    if (constant && *constant != values[i]) return std::nullopt;
    constant = values[i];
  }
  return constant;
}

template <typename Weight>
BatchMoments Moments(std::span<const double> values, Weight weight) {
  const auto [total, sum] = LaneSum<2>(values.size(), [&](std::size_t i) {
    return std::array<double, 2>{weight(i), weight(i) * values[i]};
  });
  if (total == 0) return {};
  if (const std::optional<double> constant = Constant(values, weight)) return {total, *constant, 0};
  const double mean = sum / total;
  const auto [deviation, squares] = LaneSum<2>(values.size(), [&](std::size_t i) {
    const double d = values[i] - mean;
    return std::array<double, 2>{weight(i) * d, weight(i) * (d * d)};
  });
  return {total, mean + deviation / total, squares - deviation * (deviation / total)};
}

}  // namespace

BatchMoments WeightedMoments(std::span<const double> values,
                             std::span<const std::uint32_t> weights) {
  if (weights.empty()) return Moments(values, [](std::size_t /*unused*/) { return 1.0; });
  return Moments(values, [&](std::size_t i) { return static_cast<double>(weights[i]); });
}

BatchMoments Merge(const BatchMoments& a, const BatchMoments& b) {
  if (a.weight == 0) return b;
  if (b.weight == 0) return a;
  const double weight = a.weight + b.weight;
  const double distance = b.mean - a.mean;
  return {weight, a.mean + distance * (b.weight / weight),
          a.centred_squares + b.centred_squares +
              distance * distance * (a.weight * (b.weight / weight))};
}

}  // namespace advantaged
