#include "tests/reference/real.h"

#include <boost/math/quadrature/gauss.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <boost/multiprecision/cpp_bin_float.hpp>
#include <new>
#include <ostream>

namespace advantaged::reference {

using Number = boost::multiprecision::number<boost::multiprecision::cpp_bin_float<100>,
                                             boost::multiprecision::et_off>;

struct RealAccess {
  static_assert(sizeof(Number) <= Real::kBytes && alignof(Number) <= 16);
  static_assert(std::is_trivially_destructible_v<Number>);

  static Number& Of(Real& x) { return *std::launder(reinterpret_cast<Number*>(x.number_)); }
  static const Number& Of(const Real& x) {
    return *std::launder(reinterpret_cast<const Number*>(x.number_));
  }
  static void Make(Real& x, const Number& number) { new (x.number_) Number(number); }
};

namespace {

const Number& N(const Real& x) { return RealAccess::Of(x); }

Real Made(const Number& number) {
  Real x;
  RealAccess::Of(x) = number;
  return x;
}

}  // namespace

Real::Real(double value) { RealAccess::Make(*this, Number(value)); }
Real::Real(Signed value) { RealAccess::Make(*this, Number(value.value)); }
Real::Real(Unsigned value) { RealAccess::Make(*this, Number(value.value)); }
Real::Real(const Real& other) { RealAccess::Make(*this, N(other)); }
Real& Real::operator=(const Real& other) {
  RealAccess::Of(*this) = N(other);
  return *this;
}

Real& Real::operator+=(const Real& other) {
  RealAccess::Of(*this) += N(other);
  return *this;
}
Real& Real::operator-=(const Real& other) {
  RealAccess::Of(*this) -= N(other);
  return *this;
}
Real& Real::operator*=(const Real& other) {
  RealAccess::Of(*this) *= N(other);
  return *this;
}
Real& Real::operator/=(const Real& other) {
  RealAccess::Of(*this) /= N(other);
  return *this;
}

Real::operator float() const { return N(*this).convert_to<float>(); }
Real::operator double() const { return N(*this).convert_to<double>(); }
Real::operator long double() const { return N(*this).convert_to<long double>(); }
std::string Real::str(int digits) const { return N(*this).str(digits); }

Real operator-(const Real& x) { return Made(-N(x)); }

int Compare(const Real& a, const Real& b) { return N(a).compare(N(b)); }

Real abs(const Real& x) { return Made(boost::multiprecision::abs(N(x))); }
Real sqrt(const Real& x) { return Made(boost::multiprecision::sqrt(N(x))); }
Real exp(const Real& x) { return Made(boost::multiprecision::exp(N(x))); }
Real expm1(const Real& x) { return Made(boost::multiprecision::expm1(N(x))); }
Real log(const Real& x) { return Made(boost::multiprecision::log(N(x))); }
Real log1p(const Real& x) { return Made(boost::multiprecision::log1p(N(x))); }
Real sin(const Real& x) { return Made(boost::multiprecision::sin(N(x))); }
Real cos(const Real& x) { return Made(boost::multiprecision::cos(N(x))); }
Real asin(const Real& x) { return Made(boost::multiprecision::asin(N(x))); }
Real tgamma(const Real& x) { return Made(boost::math::tgamma(N(x))); }
Real lgamma(const Real& x) { return Made(boost::math::lgamma(N(x))); }
Real ldexp(const Real& x, int exponent) {
  return Made(boost::multiprecision::ldexp(N(x), exponent));
}
int ilogb(const Real& x) { return static_cast<int>(boost::multiprecision::ilogb(N(x))); }
Real pow(const Real& x, const Real& exponent) {
  return Made(boost::multiprecision::pow(N(x), N(exponent)));
}
Real PowerOf(const Real& x, std::int64_t exponent) {
  return Made(boost::multiprecision::pow(N(x), exponent));
}

std::ostream& operator<<(std::ostream& out, const Real& x) { return out << x.str(20); }

const std::vector<GaussPoint>& GaussRule() {
  static const std::vector<GaussPoint> kRule = [] {
    // Boost lists the points ≥ 0 of the rule, which is symmetric and has none at 0.
    using Rule = boost::math::quadrature::gauss<Number, 30>;
    std::vector<GaussPoint> rule;
    for (std::size_t i = 0; i < Rule::abscissa().size(); ++i) {
      const Real at = Made(Rule::abscissa()[i]);
      const Real weight = Made(Rule::weights()[i]);
      rule.push_back({at, weight});
      rule.push_back({-at, weight});
    }
    return rule;
  }();
  return kRule;
}

}  // namespace advantaged::reference
