#include "core/surrogate/finite_n.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/kernels/rank.h"
#include "core/methods/failure.h"
#include "core/methods/table_cache.h"

namespace advantaged {
namespace {

std::vector<Pair> AffineTable(const MethodRow& row, const Parameters& parameters, std::uint32_t n,
                              StopPoint& stop) {
  std::vector<Pair> table(std::size_t{n} + 1, Pair{0, 0});
  std::vector<float> outcomes(n, 0.0F);
  const std::vector<std::uint32_t> lengths(n, 1);
  for (std::size_t c = 1; c < n; ++c) {
    stop.Pass();
    outcomes[c - 1] = 1;
    const Moments moments = ComputeMoments(outcomes);
    const Affine affine = row.affine({outcomes, lengths, moments}, parameters);
    table[c] = {affine.slope * ((1 - affine.centre) - affine.shift),
                affine.slope * ((0 - affine.centre) - affine.shift)};
  }
  return table;
}

}  // namespace

std::vector<Pair> FiniteTable(const MethodRow& row, const Parameters& parameters, std::uint32_t n,
                              StopPoint& stop) {
  return row.has_table() ? EvaluateTable(row, parameters, n, [&] { stop.Pass(); })
                         : AffineTable(row, parameters, n, stop);
}

FiniteSurrogate::FiniteSurrogate(std::vector<Pair> table)
    : table_(std::move(table)),
      of_n_(static_cast<std::uint32_t>(table_.size() - 1)),
      of_others_(static_cast<std::uint32_t>(table_.size() - 2)) {
  const std::size_t n = table_.size() - 1;
  CarriedSum sum;
  sum_.push_back(0);
  for (std::size_t j = 0; j < n; ++j) {
    difference_.push_back(table_[j + 1].correct - table_[j].wrong);
    sum.Add(difference_[j]);
    sum_.push_back(sum.Value() / static_cast<double>(n));
  }
}

FiniteSurrogate::Point FiniteSurrogate::At(double rho) {
  Point point{};
  const BinomialWindow others = of_others_.At(rho);
  for (std::size_t i = 0; i < others.weight.size(); ++i) {
    point.slope += others.weight[i] * difference_[others.first + i];
  }
  const auto n = static_cast<double>(table_.size() - 1);
  const BinomialWindow window = of_n_.At(rho);
  double variance = 0;
  for (std::size_t i = 0; i < window.weight.size(); ++i) {
    const std::size_t c = window.first + i;
    const double weight = window.weight[i];
    const Pair& a = table_[c];
    const double share = static_cast<double>(c) / n;
    const double coefficient = share * a.correct / rho - (1 - share) * a.wrong / (1 - rho);
    // Rooted first: for tiny ρ the square alone may overflow.
    const double spread = std::sqrt(weight) * (coefficient - point.slope);
    variance += spread * spread;
    point.value += weight * sum_[c];
    point.mean_square += weight * (share * a.correct * a.correct + (1 - share) * a.wrong * a.wrong);
  }
  point.coefficient_sd = std::sqrt(variance);
  return point;
}

PassAtKEstimator::PassAtKEstimator(std::uint32_t n, std::uint32_t k)
    : k_(k), failure_(FailureLadder(n, k)), weights_(n) {
  for (std::uint32_t c = 0; c <= n; ++c) failure_[c] *= static_cast<double>(n - c) / n;
}

PassAtKEstimator::Point PassAtKEstimator::At(double rho) {
  const double log_failure = k_ * std::log1p(-rho);
  const double mean = std::exp(log_failure);
  const BinomialWindow window = weights_.At(rho);
  double variance = 0;
  for (std::size_t i = 0; i < window.weight.size(); ++i) {
    const double spread = std::sqrt(window.weight[i]) * (failure_[window.first + i] - mean);
    variance += spread * spread;
  }
  return {-std::expm1(log_failure), std::sqrt(variance)};
}

}  // namespace advantaged
