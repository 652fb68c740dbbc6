#include "core/methods/failure.h"

#include <algorithm>
#include <cmath>

namespace advantaged {

std::vector<double> FailureLadder(std::uint32_t n, std::uint32_t k) {
  std::vector<double> f(n + 1, 0.0);
  f[0] = 1;
  for (std::uint32_t c = 0; c + k < n; ++c) {
    f[c + 1] = f[c] * (static_cast<double>(n - c - k) / static_cast<double>(n - c - 1));
  }
  return f;
}

double FailureWithout(std::uint32_t n, std::uint32_t k, std::uint32_t c) {
  if (n - c < k) return 0;
  // The ratio is symmetric in c and k−1: C(n−1−c, k−1)/C(n−1, k−1) = C(n−k, c)/C(n−1, c).
  const std::uint32_t factors = std::min(c, k - 1);
  const std::uint32_t other = std::max(c, k - 1);
  double f = 1;
  for (std::uint32_t j = 0; j < factors; ++j) {
    f *= static_cast<double>(n - 1 - other - j) / static_cast<double>(n - 1 - j);
  }
  return f;
}

Counts MakeCounts(std::uint32_t n, std::uint32_t c, double f_correct, double f_wrong) {
  return {.n = static_cast<double>(n),
          .c = static_cast<double>(c),
          .rho = static_cast<double>(c) / n,
          .fail = static_cast<double>(n - c) / n,
          .f_correct = c == 0 ? 0 : f_correct,
          .f_wrong = c == n ? 0 : f_wrong,
          .rho_k = c == n ? 1 : PassAtK(n, c, f_wrong)};
}

double FailureVariation(std::uint32_t n, std::uint32_t k, double rho, double fail) {
  // `chance` is proportional to the probability of j common responses and starts at 1, so it may
  // grow beyond all bounds, and `term` with it; the quotient of the sums does not see their scale.
  constexpr double kLarge = 0x1p512;
  constexpr double kNegligible = 0x1p-64;  // of a sum
  const double mean = static_cast<double>(k) * k / n;
  const double sd = mean / k * (n - k) / std::sqrt(std::max(1.0, n - 1.0));
  // Bernstein: with probability 1 − 2⁻⁶⁰ and more, there are no fewer common responses.
  const double few = std::max(0.0, std::floor(mean - 10 * sd - 30));
  const std::uint32_t least = std::max(2 * k > n ? 2 * k - n : 0, static_cast<std::uint32_t>(few));
  const double log_fail = rho < 0.5 ? std::log1p(-rho) : std::log(fail);
  double chance = 1;
  double term = std::expm1(-static_cast<double>(least) * log_fail);
  double chances = chance;
  double terms = term;
  for (std::uint32_t j = least; j < k; ++j) {
    const auto rest = static_cast<double>(k - j);
    const double others = static_cast<double>(n) - 2.0 * k + (j + 1);
    const double ratio = rest * rest / (static_cast<double>(j + 1) * others);
    // (1−ρ)^(−j−1) − 1 = ((1−ρ)^(−j) − 1 + ρ)/(1−ρ)
    term = ratio * ((term + rho * chance) / fail);
    chance *= ratio;
    chances += chance;
    terms += term;
    const bool falling = ratio < fail;
    if (falling && term < kNegligible * terms && chance < kNegligible * chances) break;
    if (chance + term > kLarge) {
      chance /= kLarge;
      term /= kLarge;
      chances /= kLarge;
      terms /= kLarge;
    }
  }
  return std::sqrt(terms / chances);
}

}  // namespace advantaged
