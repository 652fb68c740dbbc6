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
#include <vector>

namespace advantaged {

inline constexpr std::size_t kLanes = 8;
inline constexpr std::size_t kBlock = 4096;

// The sums of one block: elements begin … end−1, end − begin ≤ kBlock.
template <std::size_t Terms, typename Term>
std::array<double, Terms> BlockSum(std::size_t begin, std::size_t end, Term term) {
  double lanes[Terms][kLanes] = {};
  const auto add = [&](std::size_t lane, const std::array<double, Terms>& x) {
    for (std::size_t t = 0; t < Terms; ++t) lanes[t][lane] += x[t];
  };
  const std::size_t whole = begin + (end - begin) / kLanes * kLanes;
  for (std::size_t i = begin; i < whole; i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) add(lane, term(i + lane));
  }
  for (std::size_t i = whole; i < end; ++i) add(i - whole, term(i));
  std::array<double, Terms> sums;
  for (std::size_t t = 0; t < Terms; ++t) {
    const double* s = lanes[t];
    sums[t] = ((s[0] + s[1]) + (s[2] + s[3])) + ((s[4] + s[5]) + (s[6] + s[7]));
  }
  return sums;
}

// Sums Terms quantities at once over i = 0 … size−1. `term(i)` returns the i-th summands as
// std::array<double, Terms>.
template <std::size_t Terms, typename Term>
std::array<double, Terms> LaneSum(std::size_t size, Term term) {
  if (size <= kBlock) return BlockSum<Terms>(0, size, term);
  std::vector<std::array<double, Terms>> sums((size + kBlock - 1) / kBlock);
  std::size_t count = 0;
  for (std::size_t begin = 0; begin < size; begin += kBlock) {
    sums[count++] = BlockSum<Terms>(begin, std::min(size, begin + kBlock), term);
  }
  for (; count > 1; count = (count + 1) / 2) {
    for (std::size_t i = 0; i < count / 2; ++i) {
      for (std::size_t t = 0; t < Terms; ++t) sums[i][t] = sums[2 * i][t] + sums[2 * i + 1][t];
    }
    if (count % 2 == 1) sums[count / 2] = sums[count - 1];
  }
  return sums[0];
}

}  // namespace advantaged

#endif  // ADVANTAGED_CORE_KERNELS_LANE_SUM_H_
