// Reals of 100 decimal digits, for the references.
//
// A Real has 334 bits. A float32 is a multiple of 2^-149 below 2^128, so sums of up to 2^50 of them
// are exact, and a result after m operations without cancellation is within m · 2^-333 of its
// value, relatively: nothing beside the bounds that the tests assert, which start at 2^-50.
//
// The number is one of Boost.Multiprecision, whose headers take a compiler 20 s. Only real.cc
// includes them.
#ifndef ADVANTAGED_TESTS_REFERENCE_REAL_H_
#define ADVANTAGED_TESTS_REFERENCE_REAL_H_

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

namespace advantaged::reference {

class Real {
 public:
  Real() : Real(0.0) {}
  // Exact, and implicit, so that expressions read like the formulas.
  Real(double value);  // NOLINT(google-explicit-constructor)
  template <std::signed_integral T>
  Real(T value)  // NOLINT(google-explicit-constructor)
      : Real(Signed{value}) {}
  template <std::unsigned_integral T>
  Real(T value)  // NOLINT(google-explicit-constructor)
      : Real(Unsigned{value}) {}
  Real(const Real& other);
  Real& operator=(const Real& other);
  ~Real() = default;

  Real& operator+=(const Real& other);
  Real& operator-=(const Real& other);
  Real& operator*=(const Real& other);
  Real& operator/=(const Real& other);

  // Rounded to nearest.
  explicit operator float() const;
  explicit operator double() const;
  explicit operator long double() const;
  // With so many significant digits.
  std::string str(int digits) const;

 private:
  friend struct RealAccess;
  struct Signed {
    std::int64_t value;
  };
  struct Unsigned {
    std::uint64_t value;
  };
  explicit Real(Signed value);
  explicit Real(Unsigned value);

  // real.cc asserts that Boost's number fits.
  static constexpr std::size_t kBytes = 80;
  alignas(16) std::byte number_[kBytes];
};

Real operator-(const Real& x);
inline Real operator+(Real a, const Real& b) { return a += b; }
inline Real operator-(Real a, const Real& b) { return a -= b; }
inline Real operator*(Real a, const Real& b) { return a *= b; }
inline Real operator/(Real a, const Real& b) { return a /= b; }

// −1, 0 or 1 as a is below, at or above b.
int Compare(const Real& a, const Real& b);
inline bool operator==(const Real& a, const Real& b) { return Compare(a, b) == 0; }
inline bool operator<(const Real& a, const Real& b) { return Compare(a, b) < 0; }
inline bool operator>(const Real& a, const Real& b) { return b < a; }
inline bool operator<=(const Real& a, const Real& b) { return Compare(a, b) <= 0; }
inline bool operator>=(const Real& a, const Real& b) { return b <= a; }

// Named as in <cmath>.
Real abs(const Real& x);
Real sqrt(const Real& x);
Real exp(const Real& x);
Real expm1(const Real& x);
Real log(const Real& x);
Real log1p(const Real& x);
Real sin(const Real& x);
Real cos(const Real& x);
Real asin(const Real& x);
Real tgamma(const Real& x);
Real lgamma(const Real& x);
Real ldexp(const Real& x, int exponent);
int ilogb(const Real& x);
Real pow(const Real& x, const Real& exponent);
// By repeated multiplication.
Real PowerOf(const Real& x, std::int64_t exponent);
template <std::integral T>
Real pow(const Real& x, T exponent) {
  return PowerOf(x, static_cast<std::int64_t>(exponent));
}

std::ostream& operator<<(std::ostream& out, const Real& x);

// The points and weights of Gauss's rule with 30 points on [-1, 1].
struct GaussPoint {
  Real at, weight;
};
const std::vector<GaussPoint>& GaussRule();

// ∫_from^to f by that rule: exact for polynomials of degree 59.
template <typename Function>
Real Integrate(const Function& f, const Real& from, const Real& to) {
  const Real middle = (from + to) / 2;
  const Real half = (to - from) / 2;
  Real sum = 0;
  for (const GaussPoint& point : GaussRule()) sum += point.weight * f(middle + half * point.at);
  return sum * half;
}

}  // namespace advantaged::reference

#endif  // ADVANTAGED_TESTS_REFERENCE_REAL_H_
