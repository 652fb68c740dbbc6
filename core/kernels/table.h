// The table shape for many groups in one call: counts the correct responses of each group, looks up
// its pair of advantages and writes them.
//
// One call for all groups, since a call by instruction set for each would cost more than a group of
// eight; small groups of one size share a vector. Rewards and advantages are different arrays.
// `counts` has a place for every group and receives the number of its ones.
#ifndef ADVANTAGED_CORE_KERNELS_TABLE_H_
#define ADVANTAGED_CORE_KERNELS_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/kernels/group_places.h"

namespace advantaged {

// A₊ and A₋ of one (n, c), rounded; infinite where the value is beyond float32.
struct FloatPair {
  float correct;
  float wrong;
};

// The entries c = 0 … n of each group; of groups of one size, tables[0] are those of all.
using GroupTables = std::span<const FloatPair* const>;

// Rewards as a bitmap, least significant bit first: those of all groups from the bit `first` on.
struct RewardBits {
  std::span<const std::uint8_t> bytes;
  std::size_t first;
};

// Stops at the first group that holds anything but 0 and 1 and returns how many stand before it:
// all, if none does. What `counts` holds from there on is unspecified.
std::size_t CountOnes(const GroupPlaces& groups, std::span<std::uint32_t> counts);
// Writes the advantages too; `out` is as long as the rewards, and unspecified beyond those groups.
std::size_t SelectByCount(const GroupPlaces& groups, GroupTables tables, std::span<float> out,
                          std::span<std::uint32_t> counts);

// The same of bits, which are 0 or 1, so nothing stops them.
void CountOnes(const RewardBits& bits, const GroupPlaces& groups, std::span<std::uint32_t> counts);
void SelectByCount(const RewardBits& bits, const GroupPlaces& groups, GroupTables tables,
                   std::span<float> out, std::span<std::uint32_t> counts);

}  // namespace advantaged

#endif  // ADVANTAGED_CORE_KERNELS_TABLE_H_
