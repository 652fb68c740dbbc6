#include "tests/reference/exact.h"

namespace advantaged::reference {

Binomials::Binomials(int largest) : factorial_{1}, inverse_{1} {
  for (int i = 1; i <= largest; ++i) {
    factorial_.push_back(factorial_.back() * i);
    inverse_.push_back(1 / factorial_.back());
  }
}

Real Choose(int a, int b) {
  static const Binomials kBinomials(5000);
  return kBinomials(a, b);
}

Integer ChooseExactly(int a, int b) {
  if (b < 0 || b > a) return 0;
  Integer product = 1;
  for (int i = 0; i < b; ++i) product = product * (a - i) / (i + 1);
  return product;
}

}  // namespace advantaged::reference
