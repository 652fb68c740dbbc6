// The incomplete beta function of formulas. Private to core/formula/.
#ifndef ADVANTAGED_CORE_FORMULA_INCOMPLETE_BETA_H_
#define ADVANTAGED_CORE_FORMULA_INCOMPLETE_BETA_H_

namespace advantaged::formula {

// Largest a and b.
inline constexpr double kMaxBetaParameter = 1 << 20;

// ∫_0^x t^(a−1) (1−t)^(b−1) dt, with `rest` = 1 − x. NaN unless 0 ≤ x ≤ 1 and 0 < a, b ≤
// kMaxBetaParameter. Relative error about 1e-14, and 1e-10 at the largest parameters.
double IncompleteBetaValue(double x, double rest, double a, double b);

}  // namespace advantaged::formula

#endif  // ADVANTAGED_CORE_FORMULA_INCOMPLETE_BETA_H_
