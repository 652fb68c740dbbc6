// What the references compute with: reals of 100 digits (real.h), exact fractions (rational.h),
// binomial coefficients, and distances in float32's last place.
#ifndef ADVANTAGED_TESTS_REFERENCE_EXACT_H_
#define ADVANTAGED_TESTS_REFERENCE_EXACT_H_

#include "tests/reference/rational.h"
#include "tests/reference/real.h"

namespace advantaged::reference {

inline double ToDouble(const Real& x) { return static_cast<double>(x); }
inline double ToDouble(const Rational& x) { return static_cast<double>(x); }

// The distance of neighbouring float32 values in the binade of x; 2^-149 among denormals and at 0.
double Ulp(const Real& x);

// |actual − exact| / Ulp(exact).
double ErrorInUlps(float actual, const Real& exact);

// C(a, b) for 0 ≤ a ≤ 5000; 0 for b > a or b < 0. Exactly 1 at both ends; else within 15000 ·
// 2^-333, relatively.
Real Choose(int a, int b);

// ∫_0^x t^(a−1) (1−t)^(b−1) dt by its power series at 0, for x ≤ 1/2, else by symmetry; a and b are
// halves of odd numbers.
Real IncompleteBeta(const Real& x, const Real& a, const Real& b);

}  // namespace advantaged::reference

#endif  // ADVANTAGED_TESTS_REFERENCE_EXACT_H_
