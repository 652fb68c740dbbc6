// The one summation order of the project (docs/numerics.md).
//
// Element i of a group goes to lane i mod 8 of its block of 4096. The lanes of a block are combined
// as
// ((0+1)+(2+3))+((4+5)+(6+7)), the blocks by a binary tree over neighbours. Lanes start at +0, so a
// short block needs no padding. Nothing about it depends on the width of a vector register, on
// threads or on the device: every target can and must reproduce it bit for bit.
#ifndef ADVANTAGED_CORE_KERNELS_LANE_SUM_H_
#define ADVANTAGED_CORE_KERNELS_LANE_SUM_H_

#include <algorithm>
#include <array>
#include <cstddef>

#include "advantaged/advantaged.h"

namespace advantaged {

inline constexpr std::size_t kLanes = 8;
inline constexpr std::size_t kBlock = 4096;

// Sums Terms quantities at once over i = 0 … size−1. `term(i)` returns the i-th summands as
// std::array<double, Terms>. size ≤ kMaxGroupSize.
template <std::size_t Terms, typename Term>
std::array<double, Terms> LaneSum(std::size_t size, Term term) {
  std::array<std::array<double, kMaxGroupSize / kBlock>, Terms> blocks;
  std::size_t count = 0;
  for (std::size_t begin = 0; begin < size; begin += kBlock, ++count) {
    const std::size_t end = std::min(size, begin + kBlock);
    const std::size_t whole = begin + (end - begin) / kLanes * kLanes;
    double lanes[Terms][kLanes] = {};
    for (std::size_t i = begin; i < whole; i += kLanes) {
      for (std::size_t lane = 0; lane < kLanes; ++lane) {
        const std::array<double, Terms> x = term(i + lane);
        for (std::size_t t = 0; t < Terms; ++t) lanes[t][lane] += x[t];
      }
    }
    for (std::size_t i = whole; i < end; ++i) {
      const std::array<double, Terms> x = term(i);
      for (std::size_t t = 0; t < Terms; ++t) lanes[t][i - whole] += x[t];
    }
    for (std::size_t t = 0; t < Terms; ++t) {
      const double* s = lanes[t];
      blocks[t][count] = ((s[0] + s[1]) + (s[2] + s[3])) + ((s[4] + s[5]) + (s[6] + s[7]));
    }
  }
  for (; count > 1; count = (count + 1) / 2) {
    for (auto& sums : blocks) {
      for (std::size_t i = 0; i < count / 2; ++i) sums[i] = sums[2 * i] + sums[2 * i + 1];
      if (count % 2 == 1) sums[count / 2] = sums[count - 1];
    }
  }
  std::array<double, Terms> total{};
  if (count == 1) {
    for (std::size_t t = 0; t < Terms; ++t) total[t] = blocks[t][0];
  }
  return total;
}

}  // namespace advantaged

#endif  // ADVANTAGED_CORE_KERNELS_LANE_SUM_H_
