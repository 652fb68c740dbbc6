// Exact fractions, for the references. Only rational.cc includes Boost.Multiprecision.
#ifndef ADVANTAGED_TESTS_REFERENCE_RATIONAL_H_
#define ADVANTAGED_TESTS_REFERENCE_RATIONAL_H_

#include <iosfwd>
#include <memory>

namespace advantaged::reference {

class Rational {
 public:
  Rational() : Rational(0) {}
  Rational(int value);  // NOLINT(google-explicit-constructor)
  // Exact; finite values only.
  Rational(double value);  // NOLINT(google-explicit-constructor)
  Rational(const Rational& numerator, const Rational& denominator);
  Rational(const Rational& other);
  Rational(Rational&& other) noexcept;
  Rational& operator=(const Rational& other);
  Rational& operator=(Rational&& other) noexcept;
  ~Rational();

  Rational& operator+=(const Rational& other);
  Rational& operator-=(const Rational& other);
  Rational& operator*=(const Rational& other);
  Rational& operator/=(const Rational& other);

  explicit operator double() const;

 private:
  friend int Compare(const Rational& a, const Rational& b);
  friend std::ostream& operator<<(std::ostream& out, const Rational& x);
  struct Number;
  std::unique_ptr<Number> number_;
};

inline Rational operator+(Rational a, const Rational& b) { return a += b; }
inline Rational operator-(Rational a, const Rational& b) { return a -= b; }
inline Rational operator*(Rational a, const Rational& b) { return a *= b; }
inline Rational operator/(Rational a, const Rational& b) { return a /= b; }
inline Rational operator-(const Rational& x) { return 0 - x; }

// −1, 0 or 1 as a is below, at or above b.
int Compare(const Rational& a, const Rational& b);
inline bool operator==(const Rational& a, const Rational& b) { return Compare(a, b) == 0; }
inline bool operator<(const Rational& a, const Rational& b) { return Compare(a, b) < 0; }
inline bool operator<=(const Rational& a, const Rational& b) { return Compare(a, b) <= 0; }

inline Rational abs(const Rational& x) { return x < 0 ? -x : x; }

std::ostream& operator<<(std::ostream& out, const Rational& x);

// C(a, b) by its product; 0 for b > a or b < 0.
Rational ChooseExactly(int a, int b);

}  // namespace advantaged::reference

#endif  // ADVANTAGED_TESTS_REFERENCE_RATIONAL_H_
