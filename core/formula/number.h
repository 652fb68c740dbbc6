// Arithmetic of formulas: numbers that know their derivative and keep their digits near 1 and −1.
// Private to core/formula/.
#ifndef ADVANTAGED_CORE_FORMULA_NUMBER_H_
#define ADVANTAGED_CORE_FORMULA_NUMBER_H_

namespace advantaged::formula {

// A value and dvalue/dρ. Every operation computes `below` and `above` without cancellation where
// its arguments' allow it.
struct Number {
  double value;
  double below;  // 1 − value
  double above;  // 1 + value
  double slope;
};

// A number of which no more is known.
Number Plain(double value, double slope = 0);

Number Negate(const Number& x);
Number Add(const Number& x, const Number& y);
Number Multiply(const Number& x, const Number& y);
Number Divide(const Number& x, const Number& y);
// x^y; NaN for negative x unless y is whole.
Number Power(const Number& x, const Number& y);

Number Sqrt(const Number& x);
Number Log(const Number& x);
Number Exp(const Number& x);
Number Sin(const Number& x);
Number Cos(const Number& x);
Number Asin(const Number& x);
Number Acos(const Number& x);
Number Atan(const Number& x);

// −x ln x − (1−x) ln(1−x); NaN outside 0 … 1.
Number Entropy(const Number& x);
// √(x(1−x)); NaN outside 0 … 1.
Number Std(const Number& x);
// ∫_0^x t^(a−1) (1−t)^(b−1) dt; NaN unless 0 ≤ x ≤ 1 and 0 < a, b ≤ 2^20. Slopes of a and b are not
// followed.
Number IncompleteBeta(const Number& x, const Number& a, const Number& b);

}  // namespace advantaged::formula

#endif  // ADVANTAGED_CORE_FORMULA_NUMBER_H_
