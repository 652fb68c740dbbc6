// The documented order of summation (docs/numerics.md), written out plainly, and rewards whose sums
// show it.
#ifndef ADVANTAGED_TESTS_CORE_DOCUMENTED_ORDER_H_
#define ADVANTAGED_TESTS_CORE_DOCUMENTED_ORDER_H_

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

#include "core/kernels/moments.h"
#include "tests/core/call.h"

namespace advantaged::testing {

using Doubles = std::vector<double>;

// 8 lanes within blocks of 4096; lanes, then blocks, combined by a binary tree over neighbours.
inline double Tree(Doubles values) {
  while (values.size() > 1) {
    Doubles next;
    for (std::size_t i = 0; i + 1 < values.size(); i += 2) {
      next.push_back(values[i] + values[i + 1]);
    }
    if (values.size() % 2 == 1) next.push_back(values.back());
    values = next;
  }
  return values.empty() ? 0 : values[0];
}

inline double DocumentedSum(const Doubles& terms) {
  Doubles blocks;
  for (std::size_t begin = 0; begin < terms.size(); begin += 4096) {
    Doubles lanes(8, 0.0);
    for (std::size_t i = begin; i < std::min(begin + 4096, terms.size()); ++i) {
      lanes[(i - begin) % 8] += terms[i];
    }
    blocks.push_back(Tree(lanes));
  }
  return Tree(blocks);
}

inline Moments DocumentedMoments(const Floats& rewards) {
  const auto n = static_cast<double>(rewards.size());
  const Doubles terms(rewards.begin(), rewards.end());
  const double mean = DocumentedSum(terms) / n;
  Doubles deviations;
  Doubles squares;
  for (const double r : terms) {
    deviations.push_back(r - mean);
    squares.push_back((r - mean) * (r - mean));
  }
  const double deviation = DocumentedSum(deviations);
  const double residual = deviation / n;
  return {n, mean, residual, DocumentedSum(squares) - deviation * residual};
}

inline const std::vector<std::size_t>& Sizes() {
  static const std::vector<std::size_t> kSizes = {
      1,    2,    3,     7,     8,     9,     15,     16,     17,      63,
      64,   65,   1023,  4088,  4095,  4096,  4097,   4103,   4104,    8191,
      8192, 8193, 12288, 12289, 20480, 28673, 100000, 262144, 1048575, 1048576};
  return kSizes;
}

inline Floats Draw(std::size_t n, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(0.3F, 2);
  Floats rewards(n);
  for (float& r : rewards) r = normal(random);
  return rewards;
}

// So many magnitudes that sums of doubles round, and show their order.
inline Floats DrawMagnitudes(std::size_t n, unsigned seed) {
  Floats rewards = Draw(n, seed);
  std::mt19937 random(seed);
  for (float& r : rewards) r = std::ldexp(r, static_cast<int>(random() % 60) - 30);
  return rewards;
}

inline std::uint64_t BitsOf64(double x) { return std::bit_cast<std::uint64_t>(x); }

}  // namespace advantaged::testing

#endif  // ADVANTAGED_TESTS_CORE_DOCUMENTED_ORDER_H_
