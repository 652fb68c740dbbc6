// What n responses make of a method: against every outcome vector in fractions, and where the
// answer is known in closed form.

#include <cmath>
#include <string>
#include <vector>

#include "core/methods/resolve.h"
#include "core/surrogate/finite_n.h"
#include "tests/core/described.h"
#include "tests/core/specs.h"
#include "tests/reference/exact.h"

namespace advantaged::testing {
namespace {

using reference::ChooseExactly;
using reference::Rational;
using reference::Real;
using reference::ToDouble;

Rational Power(const Rational& x, int exponent) {
  Rational power = 1;
  for (int i = 0; i < exponent; ++i) power *= x;
  return power;
}

std::vector<Pair> TableOf(const MethodSpec& spec, int n) {
  Violations violations;
  const ResolvedMethod method = ResolveMethod(spec, violations);
  StopPoint never(nullptr);
  return FiniteTable(*method.row, method.parameters, static_cast<std::uint32_t>(n), never);
}

// Moments over the 2^n outcome vectors of n iid responses.
struct Counted {
  Rational update;         // E[(1/n) Σ A_i s_i], s_i = d ln P(r_i)/dρ
  Rational update_square;  // E of its square
  Rational mean_square;    // E[(1/n) Σ A_i²]
  Rational magnitude;      // E[(1/n) Σ |A_i s_i|]
};

Counted CountVectors(const std::vector<Pair>& table, const Rational& rho) {
  const int n = static_cast<int>(table.size()) - 1;
  Counted counted;
  for (unsigned vector = 0; vector < (1U << n); ++vector) {
    int c = 0;
    for (int i = 0; i < n; ++i) c += static_cast<int>((vector >> i) & 1U);
    const Pair& a = table[static_cast<std::size_t>(c)];
    Rational chance = 1;
    Rational update = 0;
    Rational magnitude = 0;
    Rational square = 0;
    for (int i = 0; i < n; ++i) {
      const bool correct = ((vector >> i) & 1U) != 0;
      const Rational advantage(correct ? a.correct : a.wrong);
      const Rational score = correct ? Rational(1 / rho) : Rational(-1 / (1 - rho));
      chance *= correct ? rho : 1 - rho;
      update += advantage * score;
      magnitude += abs(advantage * score);
      square += advantage * advantage;
    }
    counted.update += chance * update / n;
    counted.update_square += chance * update * update / (n * n);
    counted.mean_square += chance * square / n;
    counted.magnitude += chance * magnitude / n;
  }
  return counted;
}

void ExpectCounted(const MethodSpec& spec, int n, const Rational& rho) {
  const std::vector<Pair> table = TableOf(spec, n);
  const Counted counted = CountVectors(table, rho);
  const FiniteSurrogate::Point point = FiniteSurrogate(table).At(ToDouble(rho));
  const std::string where = Describe(spec) + " n = " + std::to_string(n);
  const double size = ToDouble(counted.magnitude);
  EXPECT_NEAR(point.slope, ToDouble(counted.update), 1e-14 * size) << where;
  const Rational variance = counted.update_square - counted.update * counted.update;
  EXPECT_NEAR(point.coefficient_sd, std::sqrt(ToDouble(variance)), 1e-13 * size) << where;
  EXPECT_NEAR(point.mean_square, ToDouble(counted.mean_square),
              1e-14 * ToDouble(counted.mean_square))
      << where;
}

TEST(SurrogateFiniteN, EqualsTheMeanOverEveryOutcomeVector) {
  for (const int n : {3, 4, 6}) {
    for (const MethodSpec& spec : EverySpec(n)) {
      for (const Rational& rho : {Rational(1, 16), Rational(1, 2), Rational(7, 8)}) {
        ExpectCounted(spec, n, rho);
      }
    }
  }
  for (const int n : {2, 5, 7, 8, 9, 10}) {
    for (const MethodRow* row : MethodTable()) {
      MethodSpec spec = SpecsOf(*row, n).back();
      if (spec.parameters.contains("k")) spec.parameters["k"] = Whole(n == 2 ? 1 : n / 2);
      ExpectCounted(spec, n, Rational(3, 8));
    }
  }
}

// F_n by integrating the polynomial F_n′ term by term, in fractions.
TEST(SurrogateFiniteN, IsTheIntegralOfItsSlope) {
  for (const int n : {2, 5, 10}) {
    for (const MethodRow* row : MethodTable()) {
      MethodSpec spec = SpecsOf(*row, n).back();
      if (spec.parameters.contains("k")) spec.parameters["k"] = Whole(1 + n / 3);
      const std::vector<Pair> table = TableOf(spec, n);
      FiniteSurrogate finite(table);
      for (const Rational& rho : {Rational(1, 16), Rational(1, 2), Rational(15, 16)}) {
        Rational integral = 0;
        Rational size = 0;
        for (int j = 0; j < n; ++j) {
          const auto at = static_cast<std::size_t>(j);
          const Rational d = Rational(table[at + 1].correct) - Rational(table[at].wrong);
          // ∫ C(n−1,j) x^j (1−x)^(n−1−j) = C(n−1,j) Σ_m C(n−1−j,m) (−1)^m x^(j+m+1)/(j+m+1)
          for (int m = 0; m <= n - 1 - j; ++m) {
            const Rational term = Rational(ChooseExactly(n - 1, j) * ChooseExactly(n - 1 - j, m)) *
                                  Power(rho, j + m + 1) / (j + m + 1);
            integral += d * (m % 2 == 0 ? term : Rational(-term));
          }
          size += abs(d);
        }
        EXPECT_NEAR(finite.At(ToDouble(rho)).value, ToDouble(integral), 1e-15 * ToDouble(size))
            << Describe(spec) << " n = " << n;
      }
    }
  }
}

TEST(SurrogateFiniteN, PassAtKEstimatorHasItsExactMomentsOverEveryCount) {
  for (int n = 2; n <= 10; ++n) {
    for (int k = 1; k <= n; ++k) {
      PassAtKEstimator estimator(static_cast<std::uint32_t>(n), static_cast<std::uint32_t>(k));
      for (const Rational& rho : {Rational(1, 1024), Rational(3, 8), Rational(1023, 1024)}) {
        Rational mean = 0;
        Rational square = 0;
        for (int c = 0; c <= n; ++c) {
          const Rational chance =
              Rational(ChooseExactly(n, c)) * Power(rho, c) * Power(1 - rho, n - c);
          const Rational failure = Rational(ChooseExactly(n - c, k), ChooseExactly(n, k));
          mean += chance * failure;
          square += chance * failure * failure;
        }
        const PassAtKEstimator::Point point = estimator.At(ToDouble(rho));
        EXPECT_EQ(mean, Power(1 - rho, k));  // unbiased
        EXPECT_NEAR(point.mean, ToDouble(1 - mean), 1e-15 * ToDouble(1 - mean));
        const double sd = std::sqrt(ToDouble(square - mean * mean));
        EXPECT_NEAR(point.sd, sd, 1e-13 * sd) << n << " " << k;
      }
    }
  }
}

TEST(SurrogateFiniteN, BinomialWeightsAreRightTo100Digits) {
  for (const int n : {1, 2, 63, 500, 4096}) {
    BinomialWeights weights(static_cast<std::uint32_t>(n));
    for (const double rho : {1e-100, 1e-9, 0.001, 0.25, 0.5, 0.75, 1 - 0x1p-20, 1 - 0x1p-53}) {
      const BinomialWindow window = weights.At(rho);
      double sum = 0;
      for (std::size_t i = 0; i < window.weight.size(); ++i) {
        const int c = static_cast<int>(window.first + i);
        const Real exact = reference::Choose(n, c) * pow(Real(rho), c) * pow(1 - Real(rho), n - c);
        const double expected = reference::ToDouble(exact);
        ASSERT_NEAR(window.weight[i], expected, 2e-12 * expected) << n << " " << rho << " " << c;
        sum += window.weight[i];
      }
      EXPECT_NEAR(sum, 1, 1e-12);
    }
  }
}

const std::vector<int>& Sizes() {
  static const std::vector<int> kSizes = {2, 3, 16, 64, 255, 1024, 4096};
  return kSizes;
}

TEST(SurrogateFiniteN, RlooAscendsRho) {
  for (const int n : Sizes()) {
    const DescribedCurve curve = Described({"rloo", {}}, n).curve;
    for (std::size_t i = 0; i < curve.rho.size(); ++i) {
      EXPECT_NEAR(curve.finite_n_surrogate[i], curve.rho[i], 1e-12);
      EXPECT_NEAR(curve.finite_n_surrogate_derivative[i], 1, 1e-12);
    }
  }
}

TEST(SurrogateFiniteN, DrGrpoLosesOneInN) {
  for (const int n : Sizes()) {
    const DescribedCurve curve = Described({"dr_grpo", {}}, n).curve;
    for (const double slope : curve.finite_n_surrogate_derivative) {
      EXPECT_NEAR(slope, (n - 1.0) / n, 1e-12);
    }
  }
}

TEST(SurrogateFiniteN, MaxRlAscendsTheSumOfPassAtKOverK) {
  for (const int n : Sizes()) {
    const DescribedCurve curve = Described({"max_rl", {}}, n).curve;
    for (std::size_t i = 0; i < curve.rho.size(); ++i) {
      double value = 0;
      double slope = 0;
      for (int k = n - 1; k >= 1; --k) {
        const double log_fail = std::log1p(-curve.rho[i]);
        value -= std::expm1(k * log_fail) / k;
        slope += std::exp((k - 1) * log_fail);
      }
      EXPECT_NEAR(curve.finite_n_surrogate[i], value, 1e-12 * value);
      EXPECT_NEAR(curve.finite_n_surrogate_derivative[i], slope, 1e-12 * slope);
    }
  }
}

// Unbiased methods ascend their surrogate reward with any number of responses.
TEST(SurrogateFiniteN, IsTheLimitForUnbiasedMethods) {
  for (const int n : Sizes()) {
    for (const MethodSpec& spec : EverySpec(std::max(n, 3))) {
      const bool unbiased = spec.name == "reinforce" || spec.name == "rloo" ||
                            spec.name == "pass_at_k_reinforce" || spec.name == "pass_at_k_rloo" ||
                            spec.name == "max_at_k" || spec.name == "weighted_reinforce";
      const auto k = spec.parameters.find("k");
      const bool fits = k == spec.parameters.end() || std::get<std::int64_t>(k->second) < n;
      if (!unbiased || !fits) continue;
      const DescribedCurve curve = Described(spec, n).curve;
      // With keep_factor_k, F and A are K times as large.
      const double size = std::max(1.0, std::abs(curve.surrogate.back()));
      for (std::size_t i = 0; i < curve.rho.size(); ++i) {
        EXPECT_NEAR(curve.finite_n_surrogate[i], curve.surrogate[i], 1e-12 * size)
            << Describe(spec) << " n = " << n;
        EXPECT_NEAR(curve.finite_n_surrogate_derivative[i], curve.surrogate_derivative[i],
                    1e-12 * std::max(size, curve.surrogate_derivative.front()))
            << Describe(spec) << " n = " << n;
      }
    }
  }
}

// At a fixed ρ inside, F_n′ − F′ falls like 1/n. F_n starts at 0 where GRPO's slope is infinite in
// the limit and finite for n, which costs 1/√n.
TEST(SurrogateFiniteN, TendsToTheLimitWithItsRate) {
  std::vector<MethodSpec> specs = {
      {"grpo", {}},
      {"skew_r", {}},
      {"std_regularized", {{"std_coefficient", 1.0}}},
      {"entropy_regularized", {{"entropy_coefficient", 1.0}}},
  };
  for (const int k : {2, 4, 8}) {
    for (const char* name :
         {"pass_at_k_grpo", "pass_at_k_shaped", "combined_shaped", "combined_direct"}) {
      specs.push_back({name, {{"k", Whole(k)}}});
    }
    specs.push_back({"biased_pass_at_k", {{"k", Whole(k)}, {"base", std::string("grpo")}}});
  }
  const std::vector<double> grid = {0.1, 0.3, 0.5, 0.7};
  for (const MethodSpec& spec : specs) {
    std::vector<DescribedCurve> curves;
    for (const int n : {512, 1024, 2048, 4096}) curves.push_back(Described(spec, n, grid).curve);
    double next_order = 1;  // relative to that of n = 512
    for (std::size_t i = 1; i < curves.size(); ++i, next_order /= 2) {
      for (std::size_t at = 0; at < grid.size(); ++at) {
        const auto gap = [&](const DescribedCurve& curve) {
          return curve.finite_n_surrogate[at] - curve.surrogate[at];
        };
        const auto slope_gap = [&](const DescribedCurve& curve) {
          return curve.finite_n_surrogate_derivative[at] - curve.surrogate_derivative[at];
        };
        EXPECT_NEAR(slope_gap(curves[i - 1]) / slope_gap(curves[i]), 2, 0.3 * next_order)
            << Describe(spec) << " rho = " << grid[at];
        EXPECT_NEAR(gap(curves[i - 1]) / gap(curves[i]), std::sqrt(2),
                    0.075 * std::sqrt(next_order))
            << Describe(spec) << " rho = " << grid[at];
      }
    }
  }
}

}  // namespace
}  // namespace advantaged::testing
