#include "core/formula/number.h"

#include <cmath>
#include <limits>
#include <numbers>

#include "core/formula/incomplete_beta.h"

namespace advantaged::formula {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// The chain rule for one factor: a slope of exactly 0 says that nothing moves, however steep the
// function is.
double Chain(double steepness, double slope) { return slope == 0 ? 0 : steepness * slope; }

bool Small(double distance) { return std::abs(distance) < 0.5; }

// ln x for x > 0, to the last digit near 1.
double LogOf(const Number& x) { return Small(x.below) ? std::log1p(-x.below) : std::log(x.value); }

// x^y for x > 0, of which ln x is known.
double PowerOf(const Number& x, double log, double y) {
  return Small(x.below) ? std::exp(y * log) : std::pow(x.value, y);
}

// x y of two numbers that are not negative.
Number MultiplyPositive(const Number& x, const Number& y) {
  Number product = Plain(x.value * y.value, Chain(y.value, x.slope) + Chain(x.value, y.slope));
  if (Small(x.below) && Small(y.below)) product.below = x.below + x.value * y.below;
  return product;
}

// x / y of two numbers that are not negative.
Number DividePositive(const Number& x, const Number& y) {
  const double ratio = x.value / y.value;
  Number quotient = Plain(ratio, Chain(1 / y.value, x.slope) - Chain(ratio / y.value, y.slope));
  if (Small(quotient.below)) quotient.below = Add(y, Negate(x)).value / y.value;
  return quotient;
}

// `positive` on |x| and |y|, and the sign.
template <Number (*positive)(const Number&, const Number&)>
Number WithSign(const Number& x, const Number& y) {
  if (x.value < 0) return Negate(WithSign<positive>(Negate(x), y));
  if (y.value < 0) return Negate(WithSign<positive>(x, Negate(y)));
  return positive(x, y);
}

}  // namespace

Number Plain(double value, double slope) { return {value, 1 - value, 1 + value, slope}; }

Number Negate(const Number& x) { return {-x.value, x.above, x.below, -x.slope}; }

Number Add(const Number& x, const Number& y) {
  double sum = x.value + y.value;
  if (Small(x.above) && Small(y.below)) sum = x.above - y.below;
  if (Small(x.below) && Small(y.above)) sum = y.above - x.below;
  // From the argument that is closer to 1 (−1), the other one is taken off.
  const bool x_below = std::abs(x.below) <= std::abs(y.below);
  const bool x_above = std::abs(x.above) <= std::abs(y.above);
  return {.value = sum,
          .below = x_below ? x.below - y.value : y.below - x.value,
          .above = x_above ? x.above + y.value : y.above + x.value,
          .slope = x.slope + y.slope};
}

Number Multiply(const Number& x, const Number& y) { return WithSign<MultiplyPositive>(x, y); }

Number Divide(const Number& x, const Number& y) { return WithSign<DividePositive>(x, y); }

Number Power(const Number& x, const Number& y) {
  // The two parts of the slope: y x^(y−1) x′ and x^y ln(x) y′.
  const double by_base = y.value == 0 ? 0 : y.value;
  if (!(x.value > 0)) {
    const double value = std::pow(x.value, y.value);
    const double steepness = by_base == 0 ? 0 : by_base * std::pow(x.value, y.value - 1);
    // 0^y is 0 for every y > 0, so it does not move with y.
    const double by_exponent = x.value == 0 && y.value > 0 ? 0 : kNaN;
    return Plain(value, Chain(steepness, x.slope) + Chain(by_exponent, y.slope));
  }
  const double log = LogOf(x);
  const double value = PowerOf(x, log, y.value);
  const double steepness = by_base == 0 ? 0 : by_base * PowerOf(x, log, y.value - 1);
  Number power = Plain(value, Chain(steepness, x.slope) + Chain(value * log, y.slope));
  if (Small(power.below)) power.below = -std::expm1(y.value * log);
  return power;
}

Number Sqrt(const Number& x) {
  const double root = std::sqrt(x.value);
  Number result = Plain(root, Chain(0.5 / root, x.slope));
  result.below = x.below / (1 + root);
  return result;
}

Number Log(const Number& x) {
  // Of nothing negative: log1p would take what log refuses.
  return Plain(x.value < 0 ? kNaN : LogOf(x), Chain(1 / x.value, x.slope));
}

Number Exp(const Number& x) {
  const double value = std::exp(x.value);
  Number result = Plain(value, Chain(value, x.slope));
  if (Small(result.below)) result.below = -std::expm1(x.value);
  return result;
}

Number Sin(const Number& x) {
  const double sine = std::sin(x.value);
  const double cosine = std::cos(x.value);
  Number result = Plain(sine, Chain(cosine, x.slope));
  // cos² = (1 − sin)(1 + sin)
  if (Small(result.below)) result.below = cosine * cosine / (1 + sine);
  if (Small(result.above)) result.above = cosine * cosine / (1 - sine);
  return result;
}

Number Cos(const Number& x) {
  const double sine = std::sin(x.value);
  const double cosine = std::cos(x.value);
  Number result = Plain(cosine, Chain(-sine, x.slope));
  if (Small(result.below)) result.below = sine * sine / (1 + cosine);
  if (Small(result.above)) result.above = sine * sine / (1 - cosine);
  return result;
}

Number Asin(const Number& x) {
  double angle = std::asin(x.value);
  // From the distance to the end: sin²(a/2) = (1 − cos a)/2 with a = π/2 − angle.
  if (Small(x.below)) angle = std::numbers::pi / 2 - 2 * std::asin(std::sqrt(x.below / 2));
  if (Small(x.above)) angle = 2 * std::asin(std::sqrt(x.above / 2)) - std::numbers::pi / 2;
  return Plain(angle, Chain(1 / (std::sqrt(x.below) * std::sqrt(x.above)), x.slope));
}

Number Acos(const Number& x) {
  const double angle = Small(x.below) ? 2 * std::asin(std::sqrt(x.below / 2)) : std::acos(x.value);
  return Plain(angle, Chain(-1 / (std::sqrt(x.below) * std::sqrt(x.above)), x.slope));
}

Number Atan(const Number& x) {
  return Plain(std::atan(x.value), Chain(1 / (1 + x.value * x.value), x.slope));
}

Number Entropy(const Number& x) {
  const double first = x.value == 0 ? 0 : x.value * Log(x).value;
  const double second = x.below == 0 ? 0 : x.below * Log(Add(Plain(1), Negate(x))).value;
  return Plain(-first - second, Chain(std::log(x.below / x.value), x.slope));
}

Number Std(const Number& x) {
  const double sd = std::sqrt(x.value) * std::sqrt(x.below);
  return Plain(sd, Chain((x.below - x.value) / (2 * sd), x.slope));
}

Number IncompleteBeta(const Number& x, const Number& a, const Number& b) {
  const double value = IncompleteBetaValue(x.value, x.below, a.value, b.value);
  if (x.slope == 0) return Plain(value);
  const Number rest = {x.below, x.value, 1 + x.below, 0};
  const double steepness =
      PowerOf(x, LogOf(x), a.value - 1) * PowerOf(rest, LogOf(rest), b.value - 1);
  return Plain(value, steepness * x.slope);
}

}  // namespace advantaged::formula
