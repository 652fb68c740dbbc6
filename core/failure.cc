#include "core/failure.h"

#include <algorithm>

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

}  // namespace advantaged
