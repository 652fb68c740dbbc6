#include "tests/reference/rational.h"

#include <boost/multiprecision/cpp_int.hpp>
#include <ostream>

namespace advantaged::reference {

struct Rational::Number {
  boost::multiprecision::cpp_rational value;
};

Rational::Rational(int value) : number_(new Number{value}) {}
Rational::Rational(double value)
    : number_(new Number{boost::multiprecision::cpp_rational(value)}) {}
Rational::Rational(const Rational& numerator, const Rational& denominator)
    : number_(new Number{numerator.number_->value / denominator.number_->value}) {}
Rational::Rational(const Rational& other) : number_(new Number{*other.number_}) {}
Rational::Rational(Rational&& other) noexcept = default;
Rational& Rational::operator=(const Rational& other) {
  if (this != &other) number_ = std::make_unique<Number>(*other.number_);
  return *this;
}
Rational& Rational::operator=(Rational&& other) noexcept = default;
Rational::~Rational() = default;

Rational& Rational::operator+=(const Rational& other) {
  number_->value += other.number_->value;
  return *this;
}
Rational& Rational::operator-=(const Rational& other) {
  number_->value -= other.number_->value;
  return *this;
}
Rational& Rational::operator*=(const Rational& other) {
  number_->value *= other.number_->value;
  return *this;
}
Rational& Rational::operator/=(const Rational& other) {
  number_->value /= other.number_->value;
  return *this;
}

Rational::operator double() const { return number_->value.convert_to<double>(); }

int Compare(const Rational& a, const Rational& b) {
  return a.number_->value.compare(b.number_->value);
}

std::ostream& operator<<(std::ostream& out, const Rational& x) { return out << x.number_->value; }

Rational ChooseExactly(int a, int b) {
  if (b < 0 || b > a) return 0;
  Rational product = 1;
  for (int i = 0; i < b; ++i) product *= Rational(a - i, i + 1);
  return product;
}

}  // namespace advantaged::reference
