#include "core/surrogate/integral.h"

#include <algorithm>
#include <boost/math/constants/constants.hpp>
#include <boost/math/policies/policy.hpp>
#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <boost/math/quadrature/tanh_sinh.hpp>
#include <cmath>
#include <limits>

#include "core/kernels/rank.h"

namespace advantaged {
namespace {

// Values that are not finite come back as such: nothing throws.
using Quietly = boost::math::policies::policy<
    boost::math::policies::domain_error<boost::math::policies::ignore_error>,
    boost::math::policies::evaluation_error<boost::math::policies::ignore_error>>;
using GaussKronrod = boost::math::quadrature::gauss_kronrod<double, 15, Quietly>;
using TanhSinh = boost::math::quadrature::tanh_sinh<double, Quietly>;

constexpr double kRounding = 0x1p-46;  // relative, of an integrand
constexpr double kTolerance = 1e-12;   // relative, of a panel
constexpr double kNegligible = 1e-14;  // of ∫ |F′|
constexpr int kDeepest = 20;

// The integrand in θ below ρ = 1/2. Nearer to 0 than 1e-30 it is taken as constant.
double FromZero(const PopulationLimit& limit, double theta) {
  const double sine = std::sin(theta);
  const double rho = std::max(sine * sine, 1e-30);
  return limit.Slope(rho, 1 - rho) * 2 * std::sqrt(rho * (1 - rho));
}

// The integrand in π/2 − θ above ρ = 1/2. Taken at the neighbouring double ρ, whose 1 − ρ is exact.
double FromOne(const PopulationLimit& limit, double angle) {
  const double sine = std::sin(angle);
  const double rho = std::min(1 - sine * sine, 1 - 0x1p-53);
  return limit.Slope(rho, 1 - rho) * 2 * std::sqrt(rho * (1 - rho));
}

struct Estimate {
  double value = 0;
  double error = 0;
  double magnitude = 0;  // ∫ |integrand|
};

// Bisects until the error is below kTolerance of the magnitude or below `negligible`: the error of
// a panel whose integrand changes sign, or is all rounding, cannot follow its value.
template <typename Integrand>
Estimate Smooth(const Integrand& integrand, double from, double to, double negligible, int depth) {
  Estimate all;
  all.value =
      GaussKronrod::integrate(integrand, from, to, 0, kTolerance, &all.error, &all.magnitude);
  if (depth == 0 || all.error <= kTolerance * all.magnitude + negligible) return all;
  const double middle = from + (to - from) / 2;
  const Estimate low = Smooth(integrand, from, middle, negligible / 2, depth - 1);
  const Estimate high = Smooth(integrand, middle, to, negligible / 2, depth - 1);
  return {low.value + high.value, low.error + high.error, low.magnitude + high.magnitude};
}

// The integrand may have an algebraic or logarithmic end at 0.
template <typename Integrand>
Estimate FromEnd(const Integrand& integrand, double to) {
  static TanhSinh quadrature;  // locks where it grows its tables
  Estimate estimate;
  estimate.value =
      quadrature.integrate(integrand, 0.0, to, kTolerance, &estimate.error, &estimate.magnitude);
  return estimate;
}

template <typename Integrand>
Integral Panel(const Integrand& integrand, double from, double to, double negligible) {
  if (!(from < to)) return {};
  const Estimate estimate =
      from == 0 ? FromEnd(integrand, to) : Smooth(integrand, from, to, negligible, kDeepest);
  return {estimate.value, estimate.error + kRounding * estimate.magnitude};
}

}  // namespace

SurrogateIntegral::SurrogateIntegral(const PopulationLimit& limit) : limit_(limit) {
  constexpr double kQuarter = boost::math::constants::quarter_pi<double>();
  double low = 0;
  double high = 0;
  GaussKronrod::integrate([&](double theta) { return FromZero(limit, theta); }, 0.0, kQuarter, 0,
                          kTolerance, nullptr, &low);
  GaussKronrod::integrate([&](double angle) { return FromOne(limit, angle); }, 0.0, kQuarter, 0,
                          kTolerance, nullptr, &high);
  negligible_ = kNegligible * (low + high);
}

Integral SurrogateIntegral::Between(double from, double to) const {
  const auto angle = [](double rho) { return std::asin(std::sqrt(rho)); };
  const Integral low = Panel([&](double theta) { return FromZero(limit_, theta); },
                             angle(std::min(from, 0.5)), angle(std::min(to, 0.5)), negligible_);
  const Integral high =
      Panel([&](double from_one) { return FromOne(limit_, from_one); },
            angle(1 - std::max(to, 0.5)), angle(1 - std::max(from, 0.5)), negligible_);
  return {low.value + high.value, low.error_bound + high.error_bound};
}

IntegratedSurrogate SurrogateIntegral::Over(std::span<const double> rho) const {
  constexpr double kAlmostZero = 1e-30;
  IntegratedSurrogate surrogate;
  // ρ F′(ρ) → 0 for the end points that can be integrated, √ρ being the usual one.
  const bool from_zero = std::abs(limit_.Slope(kAlmostZero, 1)) * kAlmostZero < 1e-6;
  surrogate.anchor = from_zero ? SurrogateAnchor::kZeroAtZero : SurrogateAnchor::kZeroAtOne;
  const std::size_t points = rho.size();
  surrogate.value.resize(points);
  CarriedSum sum;
  const auto add = [&](double from, double to) {
    const Integral panel = Between(from, to);
    sum.Add(panel.value);
    surrogate.error_bound += panel.error_bound;
    return sum.Value();
  };
  if (from_zero) {
    for (std::size_t i = 0; i < points; ++i) {
      surrogate.value[i] = add(i == 0 ? 0 : rho[i - 1], rho[i]);
    }
    surrogate.at_one = add(rho.back(), 1);
    return surrogate;
  }
  surrogate.at_zero = -std::numeric_limits<double>::infinity();
  for (std::size_t i = points; i-- > 0;) {
    surrogate.value[i] = -add(rho[i], i + 1 == points ? 1 : rho[i + 1]);
  }
  return surrogate;
}

}  // namespace advantaged
