#include "tests/reference/exact.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace advantaged::reference {
namespace {

struct Factorials {
  std::vector<Real> factorial{1};
  std::vector<Real> inverse{1};
  explicit Factorials(int largest) {
    for (int i = 1; i <= largest; ++i) {
      factorial.push_back(factorial.back() * i);
      inverse.push_back(1 / factorial.back());
    }
  }
};

std::size_t Index(int i) { return static_cast<std::size_t>(i); }

}  // namespace

double Ulp(const Real& x) {
  if (x == 0) return 0x1p-149;
  return std::ldexp(1.0, std::max(ilogb(x), -126) - 23);
}

double ErrorInUlps(float actual, const Real& exact) {
  return std::abs(ToDouble(exact - Real(actual))) / Ulp(exact);
}

Real Choose(int a, int b) {
  static const Factorials kTable(5000);
  if (b < 0 || b > a) return 0;
  if (b == 0 || b == a) return 1;
  return kTable.factorial[Index(a)] * kTable.inverse[Index(b)] * kTable.inverse[Index(a - b)];
}

Real IncompleteBeta(const Real& x, const Real& a, const Real& b) {
  if (x > Real(0.5)) {
    return tgamma(a) * tgamma(b) / tgamma(Real(a + b)) - IncompleteBeta(1 - x, b, a);
  }
  // x^a Σ_m (1−b)(2−b)…(m−b)/m! · x^m/(a+m)
  Real term = 1;
  Real sum = 1 / a;
  for (int m = 1; m < 10000; ++m) {
    term *= (m - b) / m * x;
    sum += term / (a + m);
    if (term == 0 || abs(term) < abs(sum) * Real(1e-100)) break;
  }
  return pow(x, a) * sum;
}

}  // namespace advantaged::reference
