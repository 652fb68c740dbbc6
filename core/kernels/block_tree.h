// The upper half of the summation order of lane_sum.h: sums of blocks, combined by a binary tree
// over neighbours, where the number of blocks is not known before.
#ifndef ADVANTAGED_CORE_KERNELS_BLOCK_TREE_H_
#define ADVANTAGED_CORE_KERNELS_BLOCK_TREE_H_

#include <cstddef>

namespace advantaged {

// Counts in binary: `sums_[i]` is the sum of 2^i blocks where that bit of the count is set, which
// is what pairing neighbours gives. What has no neighbour waits for the rest, so the rest is added
// up from the last.
class BlockTree {
 public:
  void Add(double sum) {
    std::size_t level = 0;
    for (std::size_t bits = count_++; bits % 2 == 1; bits /= 2) sum = sums_[level++] + sum;
    sums_[level] = sum;
  }

  // At least one block.
  double Total() const {
    double total = 0;
    bool any = false;
    for (std::size_t level = 0; count_ >> level != 0; ++level) {
      if ((count_ >> level) % 2 == 0) continue;
      total = any ? sums_[level] + total : sums_[level];
      any = true;
    }
    return total;
  }

 private:
  static constexpr std::size_t kLevels = 8 * sizeof(std::size_t);
  std::size_t count_ = 0;
  double sums_[kLevels];
};

}  // namespace advantaged

#endif  // ADVANTAGED_CORE_KERNELS_BLOCK_TREE_H_
