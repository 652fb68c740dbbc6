// Ids of the caller's choice as 0, 1, 2 …
#ifndef ADVANTAGED_CORE_BATCH_DENSE_IDS_H_
#define ADVANTAGED_CORE_BATCH_DENSE_IDS_H_

#include <cstdint>
#include <span>
#include <vector>

namespace advantaged {

// The distinct ids in order of first appearance, how many there are of each, and the place of each
// id of the input among them.
struct DenseIds {
  std::vector<std::uint32_t> distinct;
  std::vector<std::uint32_t> counts;
  std::vector<std::uint32_t> places;
};

// O(n) where the ids are small numbers, else O(n log n), whatever they are: hashing would leave it
// to the sender of the ids how often they collide.
DenseIds Densify(std::span<const std::uint32_t> ids);

}  // namespace advantaged

#endif  // ADVANTAGED_CORE_BATCH_DENSE_IDS_H_
