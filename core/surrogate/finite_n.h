// What a method does with n responses per prompt, exactly.
//
// For iid outcomes the expected update is F_n′(ρ) ∇ρ (because ρ∇₊ + (1−ρ)∇₋ = 0), with
//
//   F_n′(ρ) = Σ_{j=0}^{n−1} C(n−1, j) ρ^j (1−ρ)^(n−1−j) · d_j,   d_j = A₊(j+1) − A₋(j)
//   F_n(ρ)  = (1/n) Σ_{c=0}^{n} C(n, c) ρ^c (1−ρ)^(n−c) · (d_0 + … + d_(c−1))
//
// polynomials in Bernstein form, which is as stable as their coefficients.
#ifndef ADVANTAGED_CORE_SURROGATE_FINITE_N_H_
#define ADVANTAGED_CORE_SURROGATE_FINITE_N_H_

#include <cstdint>
#include <vector>

#include "core/methods/method.h"
#include "core/surrogate/binomial.h"
#include "core/surrogate/stop_point.h"

namespace advantaged {

// A₊ and A₋ for c = 0 … n before rounding. Methods without a table are taken on outcomes, with
// equal lengths. O(n), without a table O(n²). `stop` is passed before each.
std::vector<Pair> FiniteTable(const MethodRow& row, const Parameters& parameters, std::uint32_t n,
                              StopPoint& stop);

class FiniteSurrogate {
 public:
  // The table for c = 0 … n, n ≥ 2.
  explicit FiniteSurrogate(std::vector<Pair> table);

  struct Point {
    double slope;  // F_n′
    double value;  // F_n
    // Of X(c) = (c/n) A₊/ρ − ((n−c)/n) A₋/(1−ρ); its mean is F_n′.
    double coefficient_sd;
    double mean_square;  // E[A²] over the responses
  };
  Point At(double rho);

 private:
  const std::vector<Pair> table_;
  std::vector<double> difference_;  // d_j, n of them
  std::vector<double> sum_;         // (d_0 + … + d_(c−1))/n, n+1 of them
  BinomialWeights of_n_;
  BinomialWeights of_others_;  // n−1
};

// The unbiased estimator ρ̂_K = 1 − C(n−c, K)/C(n, K), 1 ≤ K ≤ n, equation (12) of arXiv
// 2510.23049v1.
class PassAtKEstimator {
 public:
  PassAtKEstimator(std::uint32_t n, std::uint32_t k);

  struct Point {
    double mean;  // 1 − (1−ρ)^K
    double sd;
  };
  Point At(double rho);

 private:
  const double k_;
  std::vector<double> failure_;  // 1 − ρ̂_K at c = 0 … n; its small values keep their digits
  BinomialWeights weights_;
};

}  // namespace advantaged

#endif  // ADVANTAGED_CORE_SURROGATE_FINITE_N_H_
