// Leave-one-out failure, the one combinatorial quantity that all Pass@K methods share.
//
//   f₋(c) = C(n−c−1, K−1) / C(n−1, K−1)     of one wrong response, c of n correct
//   f₊(c) = C(n−c, K−1) / C(n−1, K−1) = f₋(c−1)   of one correct response, c ≥ 1
//   1 − ρ̂_K = C(n−c, K) / C(n, K) = (1 − ρ̂) f₋(c)
//
// Equations (12), (14) and Lemma 1 of arXiv 2510.23049v1. Computed by multiplication of ratios, so
// nothing overflows at any n and no digits cancel; the relative error is below n · 2⁻⁵¹.
#ifndef ADVANTAGED_CORE_METHODS_FAILURE_H_
#define ADVANTAGED_CORE_METHODS_FAILURE_H_

#include <cstdint>
#include <vector>

#include "core/methods/method.h"

namespace advantaged {

// f₋(0 … n) for one 1 ≤ k ≤ n, by f₋(0) = 1, f₋(c+1) = f₋(c)·(n−c−k)/(n−c−1); 0 once n − c < k.
// O(n).
std::vector<double> FailureLadder(std::uint32_t n, std::uint32_t k);

// f₋(c) alone, 0 ≤ c ≤ n. O(min(c, k)).
double FailureWithout(std::uint32_t n, std::uint32_t k, std::uint32_t c);

// The group as methods see it; `f_wrong` = f₋(c) and `f_correct` = f₊(c) as computed by one of the
// two above.
Counts MakeCounts(std::uint32_t n, std::uint32_t c, double f_correct, double f_wrong);

// Unbiased Pass@K ρ̂_K = 1 − (1 − ρ̂) f₋(c), equation (12).
inline double PassAtK(std::uint32_t n, std::uint32_t c, double f_wrong) {
  return 1 - f_wrong * (static_cast<double>(n - c) / n);
}

// Coefficient of variation, sd/mean, of the unbiased estimate C(n−c, K)/C(n, K) of (1−ρ)^K under
// c ~ Binomial(n, ρ), exactly, for 1 ≤ K ≤ n and 0 < ρ = 1 − `fail` < 1; infinite where it
// overflows. Two subsets of K that share j responses both fail with probability (1−ρ)^(2K−j), so
//
//   (sd/mean)² = Σ_j C(K, j) C(n−K, K−j) / C(n, K) · ((1−ρ)^(−j) − 1)
//
// All terms are positive; those below 2⁻⁶⁰ of the sum are left out. O(min(K, n−K)).
double FailureVariation(std::uint32_t n, std::uint32_t k, double rho, double fail);

}  // namespace advantaged

#endif  // ADVANTAGED_CORE_METHODS_FAILURE_H_
