#include "tests/reference/reward_methods.h"

#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <utility>

namespace advantaged::reference {
namespace {

using Reals = std::vector<Real>;

Real Sum(const Reals& values) { return std::accumulate(values.begin(), values.end(), Real(0)); }

Reals Minus(Reals values, const Real& centre) {
  for (Real& value : values) value -= centre;
  return values;
}

Reals Times(Reals values, const Real& factor) {
  for (Real& value : values) value *= factor;
  return values;
}

Reals Rloo(const Reals& r) {
  const Real sum = Sum(r);
  Reals advantages;
  for (const Real& reward : r) advantages.push_back(reward - (sum - reward) / (r.size() - 1));
  return advantages;
}

Reals Grpo(const Reals& r, int ddof, double epsilon) {
  const auto n = static_cast<int>(r.size());
  const Reals centred = Minus(r, Sum(r) / n);
  Real squares = 0;
  for (const Real& d : centred) squares += d * d;
  return Times(centred, 1 / (sqrt(squares / (n - ddof)) + Real(epsilon)));
}

Reals MaxRl(const Reals& r) {
  const Real mean = Sum(r) / r.size();
  return mean > 0 ? Times(Minus(r, mean), 1 / mean) : Reals(r.size(), Real(0));
}

Reals Opo(const Reals& r, const std::vector<std::uint32_t>& lengths) {
  Real weighted = 0;
  Real weight = 0;
  for (std::size_t i = 0; i < r.size(); ++i) {
    weighted += lengths[i] * r[i];
    weight += lengths[i];
  }
  return Minus(r, weighted / weight);
}

// By rank, ascending: r_(m) is the maximum of C(m−1, K−1) subsets, of which C(m−2, K−2) hold a
// given lower rank. One sum over the ranks above, and for the maximum without a response one over
// those below.
Reals MaxAtK(const Reals& rewards, int k, const std::string& variant, const std::string& scale) {
  const auto n = static_cast<int>(rewards.size());
  std::vector<std::size_t> by_rank(rewards.size());
  std::iota(by_rank.begin(), by_rank.end(), std::size_t{0});
  std::stable_sort(by_rank.begin(), by_rank.end(),
                   [&](std::size_t a, std::size_t b) { return rewards[a] < rewards[b]; });
  const auto r = [&](int m) -> const Real& {
    return rewards[by_rank[static_cast<std::size_t>(m - 1)]];
  };
  // Σ over subsets of `size` without rank p, of their maximum; for every p.
  const auto sums_without = [&](int size) {
    Reals sums(rewards.size() + 1, Real(0));
    Real below = 0;
    for (int p = 1; p <= n; ++p) {
      sums[static_cast<std::size_t>(p)] = below;
      below += Choose(p - 1, size - 1) * r(p);
    }
    Real above = 0;
    for (int p = n; p >= 1; --p) {
      sums[static_cast<std::size_t>(p)] += above;
      if (p > 1) above += Choose(p - 2, size - 1) * r(p);
    }
    return sums;
  };
  const int others_k = variant == "leave_one_out" ? k : k - 1;
  const bool subtract = variant != "plain" && others_k > 0;
  const Reals others = subtract ? sums_without(others_k) : Reals();
  const Real others_weight = !subtract
                                 ? Real(0)
                                 : (variant == "leave_one_out" ? Real(k) / (n - 1) : Real(k) / n) /
                                       Choose(n - 1, others_k);
  const Real factor = scale == "reduced" ? Real(n) / k : Real(scale == "unbiased" ? n : 1);
  Reals advantages(rewards.size());
  Real above = 0;
  for (int p = n; p >= 1; --p) {
    Real s = (Choose(p - 1, k - 1) * r(p) + above) / Choose(n, k);
    if (subtract) s -= others_weight * others[static_cast<std::size_t>(p)];
    advantages[by_rank[static_cast<std::size_t>(p - 1)]] = factor * s;
    if (p > 1) above += Choose(p - 2, k - 2) * r(p);
  }
  return advantages;
}

}  // namespace

std::vector<Real> RewardMethod(const MethodSpec& spec, const RewardInput& input) {
  const Reals r(input.rewards.begin(), input.rewards.end());
  const std::string& name = spec.name;
  if (name == "reinforce") return r;
  if (name == "max_at_k") {
    return MaxAtK(r, static_cast<int>(NumberOf(spec, "k", 1)), TextOf(spec, "variant", "plain"),
                  TextOf(spec, "scale", "reduced"));
  }
  const auto [least, most] = std::ranges::minmax(input.rewards);
  if (least == most) return Reals(r.size(), Real(0));
  if (name == "rloo") return Rloo(r);
  if (name == "dr_grpo") return Minus(r, Sum(r) / r.size());
  if (name == "max_rl") return MaxRl(r);
  if (name == "opo") return Opo(r, input.lengths);
  if (name == "grpo") {
    return Grpo(r, static_cast<int>(NumberOf(spec, "ddof", 0)), NumberOf(spec, "epsilon", 0));
  }
  throw std::invalid_argument(name);
}

std::vector<Real> ShapedRewards(const MethodSpec& spec, const RewardInput& input) {
  const auto n = static_cast<int>(input.rewards.size());
  const int c = std::accumulate(input.outcomes.begin(), input.outcomes.end(), 0);
  const Shape shape = OutcomeShape(spec, n, c);
  Reals advantages = RewardMethod({shape.base, {}}, input);
  for (std::size_t i = 0; i < advantages.size(); ++i) {
    advantages[i] *= input.outcomes[i] != 0 ? shape.factor.correct : shape.factor.wrong;
  }
  return advantages;
}

double RewardBound(const Real& exact, const Real& largest) {
  return 0.51 * Ulp(exact) + 0x1p-40 * ToDouble(largest);
}

Real LargestMagnitude(const std::vector<Real>& values) {
  Real largest = 0;
  for (const Real& value : values) largest = std::max(largest, Real(abs(value)));
  return largest;
}

}  // namespace advantaged::reference
