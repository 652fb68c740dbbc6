// The variance-stabilizing transform of the Pass@K estimator as a surrogate reward: equal steps of
// F_VST are equally hard to tell apart by n responses, at every success rate.
//
//   F_VST′(ρ) = ρ_K′ / (√n · sd(ρ̂_K)),   ρ̂_K = 1 − C(n−c, K)/C(n, K),  c ~ Binomial(n, ρ)
//   A_i = F_VST′(ρ̂) · (r_i − ρ̂) = K/√n · √(ρ̂/(1−ρ̂)) / v(ρ̂) · A_GRPO,   v = sd/mean of 1 − ρ̂_K
//
// K = 1 is GRPO, and so is n ≫ K. For K > 1 and small n it is neither GRPO nor pass_at_k_shaped
// (docs/surrogates.md). Left open in sections 5.1 and 5.2 of arXiv 2510.23049v1.
#include <algorithm>
#include <cmath>

#include "core/methods/failure.h"
#include "core/methods/parameters.h"
#include "core/methods/rows.h"

namespace advantaged {
namespace {

constexpr ParameterRow kParameters[] = {kParameterK};

Pair Factor(const Counts& g, const Parameters& p) {
  if (g.c == 0 || g.c == g.n) return {0, 0};
  const double variation = FailureVariation(static_cast<std::uint32_t>(g.n), p.k, g.rho, g.fail);
  const double factor = p.k * std::sqrt(g.rho / (g.n * g.fail)) / variation;
  return {factor, factor};
}

// The method depends on n, whatever ρ is.
Pair Limit(const Counts& g, const Parameters& p) {
  const double factor = Factor(g, p).correct;
  return {factor * std::sqrt(g.fail / g.rho), -factor * std::sqrt(g.rho / g.fail)};
}

// The steps of FailureVariation, on average over ρ: those around the mean number of common
// responses, and most of those above it. Two take as long as one operation of a formula.
std::size_t Cost(std::uint32_t n, const Parameters& p) {
  const double k = std::min(p.k, n);
  const double mean = k * k / n;
  const double sd = mean / k * (n - k) / std::sqrt(n);
  const double steps = std::min({k, n - k, 60 + 20 * sd + 0.7 * (k - mean)});
  return static_cast<std::size_t>(std::max(1.0, steps / 2));
}

SurrogateParts Surrogate(const Parameters& p) { return {p.k == 1 ? "2*asin(sqrt(rho))" : ""}; }

}  // namespace

const MethodRow kPassAtKVarianceStabilized{
    .name = "pass_at_k_variance_stabilized",
    .equation = "A_i = F'(rho) (r_i - rho), F' = K (1-rho)^(K-1) / (sqrt(n) sd(rho_K))",
    .source = "variance-stabilizing transform; arXiv 2510.23049v1 sections 5.1, 5.2 (open)",
    .input = MethodInput::kOutcomes,
    .constant_group = ConstantGroup::kZero,
    .parameters = kParameters,
    .smallest_group = GroupOfTwoAndK,
    .factor = Factor,
    .base = GrpoBase,
    .limit = Limit,
    .surrogate = Surrogate,
    .cost = Cost};

}  // namespace advantaged
