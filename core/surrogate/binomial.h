// The binomial distribution of the number of correct responses.
#ifndef ADVANTAGED_CORE_SURROGATE_BINOMIAL_H_
#define ADVANTAGED_CORE_SURROGATE_BINOMIAL_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace advantaged {

// Probabilities of c = first, first+1, …; what is left out is below 1e-280 together.
struct BinomialWindow {
  std::size_t first = 0;
  std::span<const double> weight;
};

// Weights C(n, c) ρ^c (1−ρ)^(n−c), by ratios outward from the mode and divided by their sum: all
// terms are positive, so no digits cancel and nothing overflows. Relative error of a weight that is
// d away from the mode: below (d + 3) · 2⁻⁵¹.
class BinomialWeights {
 public:
  explicit BinomialWeights(std::uint32_t n);

  // For ρ in [1e-100, 1). O(n), and O(√n) for large n. The window lives until the next call.
  BinomialWindow At(double rho);

 private:
  std::vector<double> step_;    // (n−c)/(c+1) at c = 0 … n−1
  std::vector<double> weight_;  // c = 0 … n
};

}  // namespace advantaged

#endif  // ADVANTAGED_CORE_SURROGATE_BINOMIAL_H_
