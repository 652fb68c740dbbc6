// The arithmetic of the references: exact fractions, and reals of 100 decimal digits.
//
// A Real has 334 bits. A float32 is a multiple of 2^-149 below 2^128, so sums of up to 2^50 of them
// are exact, and a result after m operations without cancellation is within m · 2^-333 of its
// value, relatively: nothing beside the bounds that the tests assert, which start at 2^-50.
#ifndef ADVANTAGED_TESTS_REFERENCE_EXACT_H_
#define ADVANTAGED_TESTS_REFERENCE_EXACT_H_

#include <algorithm>
#include <boost/multiprecision/cpp_bin_float.hpp>
#include <boost/multiprecision/cpp_int.hpp>
#include <cmath>
#include <cstdint>
#include <vector>

namespace advantaged::reference {

using Integer = boost::multiprecision::cpp_int;
using Rational = boost::multiprecision::cpp_rational;
using Real = boost::multiprecision::number<boost::multiprecision::cpp_bin_float<100>,
                                           boost::multiprecision::et_off>;

inline double ToDouble(const Real& x) { return x.convert_to<double>(); }

// The distance of neighbouring float32 values in the binade of x; 2^-149 among denormals and at 0.
inline double Ulp(const Real& x) {
  if (x == 0) return 0x1p-149;
  return std::ldexp(1.0, std::max(static_cast<int>(ilogb(x)), -126) - 23);
}

// |actual − exact| / Ulp(exact).
inline double ErrorInUlps(float actual, const Real& exact) {
  return std::abs(ToDouble(exact - Real(actual))) / Ulp(exact);
}

// C(a, b) for 0 ≤ a ≤ largest; 0 for b > a or b < 0. Exactly 1 at both ends; else within 3 ·
// largest · 2^-333, relatively.
class Binomials {
 public:
  explicit Binomials(int largest);
  Real operator()(int a, int b) const {
    if (b < 0 || b > a) return 0;
    if (b == 0 || b == a) return 1;
    return factorial_[Index(a)] * inverse_[Index(b)] * inverse_[Index(a - b)];
  }

 private:
  static std::size_t Index(int i) { return static_cast<std::size_t>(i); }
  std::vector<Real> factorial_;
  std::vector<Real> inverse_;
};

// C(a, b) for 0 ≤ a ≤ 5000, the table of this process.
Real Choose(int a, int b);

// C(a, b) exactly, by its product.
Integer ChooseExactly(int a, int b);

}  // namespace advantaged::reference

#endif  // ADVANTAGED_TESTS_REFERENCE_EXACT_H_
