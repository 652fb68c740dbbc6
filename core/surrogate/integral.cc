#include "core/surrogate/integral.h"

#include <algorithm>
#include <boost/math/constants/constants.hpp>
#include <boost/math/policies/policy.hpp>
#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <boost/math/quadrature/tanh_sinh.hpp>
#include <cmath>
#include <cstddef>
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

constexpr double kRounding = 0x1p-46;       // relative, of an integrand …
constexpr double kPowerRounding = 0x1p-51;  // … and for each power of 1 − ρ in it
constexpr double kTolerance = 1e-12;        // relative, of a panel
constexpr double kNegligible = 1e-14;       // of ∫ |F′|
constexpr int kDeepest = 20;
constexpr std::size_t kRefinements = 10;
// Next to ρ = 1 the integrand is a staircase of the doubles there: up to this angle.
constexpr double kStaircase = 1e-3;
constexpr double kAlmostZero = 1e-300;

// The integrand in θ below ρ = 1/2. Nearer to 0 than anyone asks it is taken as constant.
double FromZero(const PopulationLimit& limit, double theta) {
  const double sine = std::sin(theta);
  const double rho = std::max(sine * sine, kAlmostZero);
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

Estimate Sum(const Estimate& a, const Estimate& b) {
  return {a.value + b.value, a.error + b.error, a.magnitude + b.magnitude};
}

Estimate Scaled(double scale, const Estimate& of_unit) {
  return {scale * of_unit.value, scale * of_unit.error, scale * of_unit.magnitude};
}

// One application of the rule. The interval is stretched to Boost's own, [−1, 1], since on others
// Boost 1.74 does not scale the error.
template <typename Integrand>
Estimate Apply(const Integrand& integrand, double from, double to) {
  const double middle = from + (to - from) / 2;
  const double half = (to - from) / 2;
  Estimate unit;
  unit.value = GaussKronrod::integrate([&](double x) { return integrand(middle + half * x); }, -1.0,
                                       1.0, 0, kTolerance, &unit.error, &unit.magnitude);
  return Scaled(half, unit);
}

// What need not be made smaller of an error.
struct Tolerance {
  double relative;  // of the magnitude: not below the rounding of the integrand
  double absolute;
};

// Bisects until the error is tolerable: that of a panel whose integrand changes sign, or is all
// rounding, cannot follow its value.
template <typename Integrand>
Estimate Smooth(const Integrand& integrand, double from, double to, const Tolerance& tolerance,
                int depth) {
  const Estimate whole = Apply(integrand, from, to);
  const bool rough = whole.error > tolerance.relative * whole.magnitude + tolerance.absolute;
  if (!rough || depth == 0) return whole;
  const double middle = from + (to - from) / 2;
  const Tolerance half{tolerance.relative, tolerance.absolute / 2};
  const Estimate low = Smooth(integrand, from, middle, half, depth - 1);
  const Estimate high = Smooth(integrand, middle, to, half, depth - 1);
  return Sum(low, high);
}

// From 0, where the integrand may have an algebraic or logarithmic end.
template <typename Integrand>
Estimate FromEnd(const Integrand& integrand, double to) {
  // One for each thread: it grows its tables when they are first needed, and Boost 1.74 lets other
  // threads read a row before it is there.
  thread_local TanhSinh quadrature(kRefinements);
  Estimate unit;
  unit.value = quadrature.integrate([&](double x) { return integrand(to * x); }, 0.0, 1.0,
                                    kTolerance, &unit.error, &unit.magnitude);
  return Scaled(to, unit);
}

template <typename Integrand>
Estimate Panel(const Integrand& integrand, double from, double to, const Tolerance& tolerance,
               double staircase = 0) {
  if (!(from < to)) return {};
  if (from == 0) return FromEnd(integrand, to);
  Estimate sum;
  double begin = from;
  if (from < staircase) {
    // No rule converges between the steps; from the end it does.
    begin = std::min(to, staircase);
    const Estimate low = FromEnd(integrand, from);
    const Estimate high = FromEnd(integrand, begin);
    sum = {high.value - low.value, high.error + low.error, high.magnitude};
  }
  // By doubling: the edge of a peak at 0 would fall between the nodes of one wide panel.
  for (; begin < to; begin *= 2) {
    sum = Sum(sum, Smooth(integrand, begin, std::min(2 * begin, to), tolerance, kDeepest));
  }
  return sum;
}

}  // namespace

SurrogateIntegral::SurrogateIntegral(const PopulationLimit& limit)
    : limit_(limit), rounding_(kRounding + kPowerRounding * limit.LargestPower()) {
  constexpr double kQuarter = boost::math::constants::quarter_pi<double>();
  const Estimate low = Apply([&](double at) { return FromZero(limit, at); }, 0, kQuarter);
  const Estimate high = Apply([&](double at) { return FromOne(limit, at); }, 0, kQuarter);
  negligible_ = kNegligible * (low.magnitude + high.magnitude);
}

Integral SurrogateIntegral::Between(double from, double to) const {
  const Tolerance tolerance{std::max(kTolerance, rounding_), negligible_};
  const auto angle = [](double rho) { return std::asin(std::sqrt(rho)); };
  const Estimate low = Panel([&](double theta) { return FromZero(limit_, theta); },
                             angle(std::min(from, 0.5)), angle(std::min(to, 0.5)), tolerance);
  const Estimate high =
      Panel([&](double from_one) { return FromOne(limit_, from_one); },
            angle(1 - std::max(to, 0.5)), angle(1 - std::max(from, 0.5)), tolerance, kStaircase);
  const Estimate sum = Sum(low, high);
  return {sum.value, sum.error + rounding_ * sum.magnitude};
}

IntegratedSurrogate SurrogateIntegral::Over(std::span<const double> rho) const {
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
