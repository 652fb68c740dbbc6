#include "core/kernels/exact_sum.h"

#include <cstddef>
#include <vector>

namespace advantaged {

double ExactSum(std::span<const float> values) {
  std::vector<double> parts;  // ascending magnitude, non-overlapping, none zero
  for (const float value : values) {
    auto carry = static_cast<double>(value);
    std::size_t kept = 0;
    for (const double part : parts) {
      const double sum = carry + part;
      const double virtual_part = sum - carry;
      const double error = (carry - (sum - virtual_part)) + (part - virtual_part);
      if (error != 0) parts[kept++] = error;
      carry = sum;
    }
    parts.resize(kept);
    if (carry != 0) parts.push_back(carry);
  }
  double total = 0;
  for (const double part : parts) total += part;
  return total;
}

}  // namespace advantaged
