#include "core/surrogate/binomial.h"

#include <algorithm>
#include <cmath>

namespace advantaged {

BinomialWeights::BinomialWeights(std::uint32_t n) : weight_(std::size_t{n} + 1) {
  step_.reserve(n);
  for (std::uint32_t c = 0; c < n; ++c) {
    step_.push_back(static_cast<double>(n - c) / static_cast<double>(c + 1));
  }
}

BinomialWindow BinomialWeights::At(double rho) {
  constexpr double kNegligible = 1e-285;  // of the mode
  const std::size_t n = step_.size();
  const double odds = rho / (1 - rho);
  const double mode = std::floor(static_cast<double>(n + 1) * rho);
  const std::size_t top = std::min(n, static_cast<std::size_t>(mode));
  weight_[top] = 1;
  double sum = 1;
  std::size_t last = top;
  while (last < n) {
    const double next = weight_[last] * (step_[last] * odds);
    if (next < kNegligible) break;
    sum += next;
    weight_[++last] = next;
  }
  std::size_t first = top;
  while (first > 0) {
    const double next = weight_[first] / (step_[first - 1] * odds);
    if (next < kNegligible) break;
    sum += next;
    weight_[--first] = next;
  }
  const std::span<double> window(weight_.data() + first, last - first + 1);
  for (double& weight : window) weight /= sum;
  return {first, window};
}

}  // namespace advantaged
