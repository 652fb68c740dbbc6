// Surrogate rewards, as the table of docs/surrogates.md and arXiv 2510.23049v1 define them.
#ifndef ADVANTAGED_TESTS_REFERENCE_SURROGATES_H_
#define ADVANTAGED_TESTS_REFERENCE_SURROGATES_H_

#include "advantaged/advantaged.h"
#include "tests/reference/exact.h"

namespace advantaged::reference {

// F(ρ) and F′(ρ) of a method in the limit n → ∞, 0 < ρ < 1. F(0) = 0, except ln ρ of max_rl.
// Throws std::invalid_argument for methods without a closed form. `n` matters to the scale
// `published` of max_at_k.
Real Surrogate(const MethodSpec& spec, const Real& rho, int n);
Real SurrogateSlope(const MethodSpec& spec, const Real& rho, int n);

// ∫_0^x t^(a−1) (1−t)^(b−1) dt by its power series at 0, for x ≤ 1/2, else by symmetry; a and b are
// halves of odd numbers.
Real IncompleteBeta(const Real& x, const Real& a, const Real& b);

}  // namespace advantaged::reference

#endif  // ADVANTAGED_TESTS_REFERENCE_SURROGATES_H_
