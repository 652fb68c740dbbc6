// F by integration: against quadratures of its definition in 100 digits.

#include <cmath>
#include <functional>
#include <vector>

#include "tests/core/described.h"
#include "tests/reference/outcome_methods.h"

namespace advantaged::testing {
namespace {

using reference::Real;
using reference::ToDouble;

using Slope = std::function<Real(const Real& rho)>;

// ∫_0^rho F′ in θ, where it is smooth, by Gauss's rule on panels.
Real Quadrature(const Slope& slope, double rho) {
  constexpr int kPanels = 12;
  const Real end = asin(sqrt(Real(rho)));
  const auto integrand = [&](const Real& theta) {
    const Real sine = sin(theta);
    return Real(slope(Real(sine * sine)) * 2 * sine * cos(theta));
  };
  Real sum = 0;
  for (int i = 0; i < kPanels; ++i) {
    sum += reference::Integrate(integrand, end * i / kPanels, end * (i + 1) / kPanels);
  }
  return sum;
}

void ExpectIntegral(const MethodSpec& spec, int n, const Slope& slope) {
  const DescribedCurve curve = Described(spec, n, {0.01, 0.3, 0.75, 0.99}).curve;
  ASSERT_EQ(curve.surrogate_kind, SurrogateKind::kIntegrated) << Describe(spec);
  EXPECT_LT(curve.surrogate_error_bound, 1e-9) << Describe(spec);
  for (std::size_t i = 0; i < curve.rho.size(); ++i) {
    const double exact = ToDouble(Quadrature(slope, curve.rho[i]));
    EXPECT_NEAR(curve.surrogate[i], exact, curve.surrogate_error_bound)
        << Describe(spec) << " rho = " << curve.rho[i];
  }
}

TEST(SurrogateIntegral, OfCombinedShapedIsItsDefinition) {
  for (const int k : {2, 4, 16}) {
    const MethodSpec spec{"combined_shaped", {{"k", Whole(k)}}};
    ExpectIntegral(spec, 16,
                   [&](const Real& rho) { return reference::SurrogateSlope(spec, rho, 16); });
  }
}

TEST(SurrogateIntegral, OfGrpoWithEpsilonIsItsDefinition) {
  for (const double epsilon : {0.7, 2.5}) {
    const MethodSpec spec{"grpo", {{"epsilon", epsilon}}};
    ExpectIntegral(spec, 16,
                   [&](const Real& rho) { return reference::SurrogateSlope(spec, rho, 16); });
  }
}

// F_VST′ = ρ_K′ / (√n · sd(ρ̂_K)), the sd by enumeration of the counts.
Real StabilizedSlope(int n, int k, const Real& rho) {
  Real square = 0;
  for (int c = 0; c <= n; ++c) {
    const Real failure = reference::Choose(n - c, k) / reference::Choose(n, k);
    square += reference::Choose(n, c) * pow(rho, c) * pow(1 - rho, n - c) * failure * failure;
  }
  const Real sd = sqrt(square - pow(1 - rho, 2 * k));
  return k * pow(1 - rho, k - 1) / (sqrt(Real(n)) * sd);
}

TEST(SurrogateIntegral, OfVarianceStabilizedIsItsDefinition) {
  for (const int k : {2, 4, 11}) {
    for (const int n : {11, 24}) {
      ExpectIntegral({"pass_at_k_variance_stabilized", {{"k", Whole(k)}}}, n,
                     [&](const Real& rho) { return StabilizedSlope(n, k, rho); });
    }
  }
}

// So steep that the language's incomplete beta function does not have it. The rounding of 1 − ρ
// counts two million times.
TEST(SurrogateIntegral, BoundHoldsForSteepMethods) {
  const double gamma = 2e6;
  const MethodSpec spec{"focal", {{"gamma", gamma}, {"base", std::string("grpo")}}};
  const std::vector<double> grid = {1e-9, 1e-8, 1e-7, 5e-7, 2e-6, 7e-6, 0.5};
  const DescribedCurve curve = Described(spec, 16, grid).curve;
  ASSERT_EQ(curve.surrogate_kind, SurrogateKind::kIntegrated);
  const auto slope = [&](const Real& rho) { return reference::SurrogateSlope(spec, rho, 16); };
  for (std::size_t i = 0; i + 1 < grid.size(); ++i) {
    EXPECT_NEAR(curve.surrogate[i], ToDouble(Quadrature(slope, grid[i])),
                curve.surrogate_error_bound)
        << grid[i];
  }
  // B(1/2, gamma + 1/2), of which nothing is left beyond 1e-3.
  const Real whole = exp(lgamma(Real(0.5)) + lgamma(Real(gamma + 0.5)) - lgamma(Real(gamma + 1)));
  EXPECT_NEAR(curve.surrogate.back(), ToDouble(whole), curve.surrogate_error_bound);
  for (const std::vector<double>& few : {std::vector<double>{0.5}, {1e-9, 0.9}, {1e-3, 0.9}}) {
    const DescribedCurve coarse = Described(spec, 16, few).curve;
    EXPECT_NEAR(coarse.surrogate.back(), ToDouble(whole), coarse.surrogate_error_bound);
  }
  EXPECT_LT(curve.surrogate_error_bound, 1e-5 * ToDouble(whole));
}

}  // namespace
}  // namespace advantaged::testing
