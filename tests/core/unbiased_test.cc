// Rows marked (u): Σ_c C(n,c) ρ^c (1−ρ)^(n−c) · (1/n)[c·A₊(c)/ρ − (n−c)·A₋(c)/(1−ρ)] = F′(ρ), for
// every ρ. Exactly, in fractions, for the definitions; within the rounding of A for what the
// library returns.

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "tests/core/lattice.h"

namespace advantaged::testing {
namespace {

using reference::ChooseExactly;
using reference::Rational;

using Pair = std::pair<Rational, Rational>;  // A₊ and A₋

Rational Power(const Rational& x, int exponent) {
  Rational power = 1;
  for (int i = 0; i < exponent; ++i) power *= x;
  return power;
}

const std::vector<Rational>& SuccessRates() {
  static const std::vector<Rational> kRates = {{1, 1000}, {1, 10}, {1, 3},
                                               {1, 2},    {5, 7},  {99, 100}};
  return kRates;
}

// The sum above; with `magnitude`, of absolute values.
Rational ExpectedUpdate(int n, const Rational& rho, const std::function<Pair(int)>& advantages,
                        bool magnitude = false) {
  Rational sum = 0;
  for (int c = 0; c <= n; ++c) {
    auto [correct, wrong] = advantages(c);
    if (magnitude) {
      correct = abs(correct);
      wrong = -abs(wrong);
    }
    const Rational chance = Rational(ChooseExactly(n, c)) * Power(rho, c) * Power(1 - rho, n - c);
    sum += chance / n * (c * correct / rho - (n - c) * wrong / (1 - rho));
  }
  return sum;
}

Rational Share(int a, int b, int of) { return Rational(ChooseExactly(a, b), ChooseExactly(of, b)); }

struct Unbiased {
  MethodSpec spec;
  std::function<Pair(int n, int c, int k)> definition;
  // F′(ρ) for n and K.
  std::function<Rational(int n, int k, const Rational& rho)> slope;
  int smallest_excess = 0;  // n − K at least
};

// ∇ρ_K / K.
Rational PassAtKSlope(int /*n*/, int k, const Rational& rho) { return Power(1 - rho, k - 1); }
Rational RhoSlope(int /*n*/, int /*k*/, const Rational& /*rho*/) { return 1; }

Pair Reinforce(int /*n*/, int /*c*/, int /*k*/) { return {1, 0}; }
Pair Rloo(int n, int c, int /*k*/) { return {Rational(n - c, n - 1), Rational(-c, n - 1)}; }
Pair ReinforceK(int n, int c, int k) { return {Share(n - c, k - 1, n - 1), 0}; }
Pair RlooK(int n, int c, int k) {
  const auto [correct, wrong] = Rloo(n, c, k);
  return {correct * Share(n - c, k - 1, n - 1),
          c == n ? Rational(0) : wrong * Share(n - c - 1, k - 1, n - 1)};
}
Pair MaxAtK(int n, int c, int k) {
  return {1, c == n ? Rational(0) : 1 - Share(n - c - 1, k - 1, n - 1)};
}
Pair MaxAtKLeaveOneOut(int n, int c, int k) {
  const auto [correct, wrong] = MaxAtK(n, c, k);
  const Rational weight(n, n - 1);  // n/K · K/(n−1)
  const Rational others_of_wrong = c == n ? Rational(0) : 1 - Share(n - c - 1, k, n - 1);
  return {correct - weight * (1 - Share(n - c, k, n - 1)), wrong - weight * others_of_wrong};
}

std::vector<Unbiased> UnbiasedRows() {
  MethodSpec keep_reinforce{"pass_at_k_reinforce", {{"keep_factor_k", true}}};
  MethodSpec keep_rloo{"pass_at_k_rloo", {{"keep_factor_k", true}}};
  const auto times_k = [](auto definition) {
    return [definition](int n, int c, int k) -> Pair {
      const auto [correct, wrong] = definition(n, c, k);
      return {k * correct, k * wrong};
    };
  };
  const auto k_slope = [](int n, int k, const Rational& rho) -> Rational {
    return k * PassAtKSlope(n, k, rho);
  };
  const auto variant = [](const char* name) {
    return MethodSpec{"max_at_k", {{"variant", std::string(name)}}};
  };
  MethodSpec published = variant("plain");
  published.parameters["scale"] = "unbiased";
  return {{{"reinforce", {}}, Reinforce, RhoSlope},
          {{"rloo", {}}, Rloo, RhoSlope},
          {{"pass_at_k_reinforce", {}}, ReinforceK, PassAtKSlope},
          {{"pass_at_k_rloo", {}}, RlooK, PassAtKSlope},
          {keep_reinforce, times_k(ReinforceK), k_slope},
          {keep_rloo, times_k(RlooK), k_slope},
          {variant("plain"), MaxAtK, PassAtKSlope},
          {variant("leave_one_out"), MaxAtKLeaveOneOut, PassAtKSlope, 1},
          {variant("leave_one_out_minus_one"), ReinforceK, PassAtKSlope},
          {published, times_k(MaxAtK), k_slope}};
}

std::vector<int> KsOf(int n, int excess) {
  std::vector<int> ks;
  for (const int k : {1, 2, 3, n / 2, n - 1, n}) {
    if (k >= 1 && k + excess <= n && (ks.empty() || k > ks.back())) ks.push_back(k);
  }
  return ks;
}

TEST(Unbiased, DefinitionsHaveTheExpectedUpdateExactly) {
  for (const Unbiased& row : UnbiasedRows()) {
    for (const int n : {2, 3, 5, 8, 13}) {
      for (const int k : KsOf(n, row.smallest_excess)) {
        for (const Rational& rho : SuccessRates()) {
          const auto at = [&](int c) { return row.definition(n, c, k); };
          EXPECT_EQ(ExpectedUpdate(n, rho, at), row.slope(n, k, rho))
              << Describe(row.spec) << " n = " << n << " K = " << k << " rho = " << rho;
        }
      }
    }
  }
}

// What the library returns for every c of n, exactly.
std::vector<Pair> Returned(const MethodSpec& spec, int n) {
  Call every = EveryCount(n);
  every.method = spec;
  const Floats actual = AdvantagesOf(every);
  std::vector<Pair> pairs;
  for (std::size_t c = 0; 2 * c + 1 < actual.size(); ++c) {
    pairs.emplace_back(actual[2 * c], actual[2 * c + 1]);
  }
  return pairs;
}

// Each advantage is off by 0.51 ulp at most, that is by 1.02 · 2^-24 of itself; by 2^-40 of the
// largest, at most n here, where the method subtracts; and by 2^-150 where it underflows.
void ExpectUpdate(const MethodSpec& spec, int n, const Rational& rho, const Rational& slope) {
  const std::vector<Pair> pairs = Returned(spec, n);
  ASSERT_EQ(pairs.size(), static_cast<std::size_t>(n) + 1);
  const auto at = [&](int c) { return pairs[static_cast<std::size_t>(c)]; };
  const Rational magnitude = ExpectedUpdate(n, rho, at, true);
  const Rational subtracted =
      spec.parameters.contains("variant") ? Rational(n) * Rational(0x1p-39) : Rational(0);
  const Rational bound = magnitude * Rational(1.02 * 0x1p-24) + subtracted + Rational(0x1p-140);
  EXPECT_LE(abs(ExpectedUpdate(n, rho, at) - slope), bound)
      << Describe(spec) << " n = " << n << " rho = " << rho;
}

TEST(Unbiased, LibraryHasTheExpectedUpdateWithinItsRounding) {
  for (const Unbiased& row : UnbiasedRows()) {
    for (const int n : {2, 3, 8, 16, 33, 64}) {
      for (const int k : KsOf(n, row.smallest_excess)) {
        MethodSpec spec = row.spec;
        if (spec.name != "reinforce" && spec.name != "rloo") spec.parameters["k"] = Whole(k);
        for (const Rational& rho : SuccessRates()) ExpectUpdate(spec, n, rho, row.slope(n, k, rho));
      }
    }
  }
}

// The anchors of the finite-n surrogate: what the biased rows ascend instead.
TEST(Unbiased, DrGrpoAndMaxRlHaveTheirFiniteSizeSurrogate) {
  for (const int n : {2, 5, 16, 64}) {
    for (const Rational& rho : SuccessRates()) {
      ExpectUpdate({"dr_grpo", {}}, n, rho, Rational(n - 1, n));
      Rational slope = 0;  // of Σ_{k=1}^{n−1} ρ_k / k
      for (int k = 1; k < n; ++k) slope += Power(1 - rho, k - 1);
      ExpectUpdate({"max_rl", {}}, n, rho, slope);
    }
  }
}

}  // namespace
}  // namespace advantaged::testing
