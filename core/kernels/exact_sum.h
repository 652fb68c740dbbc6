// A sum of float32 values that is exact before its one final rounding, whatever cancels.
#ifndef ADVANTAGED_CORE_KERNELS_EXACT_SUM_H_
#define ADVANTAGED_CORE_KERNELS_EXACT_SUM_H_

#include <span>

namespace advantaged {

// Within 1 ulp of the exact sum and of exactly its sign; independent of the order of the values.
// Finite values. Grows an expansion of non-overlapping doubles: Shewchuk, "Adaptive Precision
// Floating-Point Arithmetic and Fast Robust Geometric Predicates", 1997, Grow-Expansion. O(n · m)
// with m the parts of the expansion, at most 6 for float32.
double ExactSum(std::span<const float> values);

}  // namespace advantaged

#endif  // ADVANTAGED_CORE_KERNELS_EXACT_SUM_H_
