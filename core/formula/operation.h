// The steps of a compiled formula. Private to core/formula/.
#ifndef ADVANTAGED_CORE_FORMULA_OPERATION_H_
#define ADVANTAGED_CORE_FORMULA_OPERATION_H_

#include <cstdint>

namespace advantaged::formula {

enum class Code : std::uint8_t {
  kNumber,
  kRho,
  kRhoK,
  kK,
  kNegate,
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kPower,
  kSqrt,
  kLog,
  kExp,
  kSin,
  kCos,
  kAsin,
  kAcos,
  kAtan,
  kEntropy,
  kStd,
  kIncompleteBeta,
};

// One step of the stack machine: takes its arguments off the stack, the last one first, and pushes
// the result.
struct Operation {
  Code code;
  double number = 0;  // of kNumber
};

}  // namespace advantaged::formula

#endif  // ADVANTAGED_CORE_FORMULA_OPERATION_H_
