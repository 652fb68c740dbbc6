// The table shape for many groups in one call: counts the correct responses of each group, looks up
// its pair of advantages and writes them.
//
// One call for all groups, since a call by instruction set for each would cost more than a group of
// eight; small groups share a vector. Rewards and advantages are different arrays. `counts`, where
// it is not empty, has a place for every group and receives the counts; for bitmaps it is not
// empty.
#ifndef ADVANTAGED_CORE_KERNELS_TABLE_H_
#define ADVANTAGED_CORE_KERNELS_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <span>

namespace advantaged {

// A₊ and A₋ of one (n, c), rounded; infinite where the value is beyond float32.
struct FloatPair {
  float correct;
  float wrong;
};

// Groups of n ≥ 1 side by side; rewards.size() is a multiple of n. `entries` are those of c = 0 …
// n. Stops at the first group that holds anything but 0 and 1 and returns how many stand before it:
// all, if none does. What `out` and `counts` hold from there on is unspecified.
std::size_t SelectFromTable(std::span<const float> rewards, std::uint32_t n,
                            std::span<const FloatPair> entries, std::span<float> out,
                            std::span<std::uint32_t> counts);

// The same without advantages: for replies of one pair per group.
std::size_t CountOnes(std::span<const float> rewards, std::uint32_t n,
                      std::span<std::uint32_t> counts);

// The same for groups of different sizes: group g is rewards[offsets[g] − offsets[0] …
// offsets[g+1] − offsets[0]), `tables[g]` its entries. A group may be empty.
std::size_t SelectFromTables(std::span<const float> rewards, std::span<const std::uint32_t> offsets,
                             std::span<const FloatPair* const> tables, std::span<float> out,
                             std::span<std::uint32_t> counts);
std::size_t CountOnes(std::span<const float> rewards, std::span<const std::uint32_t> offsets,
                      std::span<std::uint32_t> counts);

// Groups of n bits in a bitmap, least significant first, the first group at bit `first`. As many
// groups as `counts` has places. Bits are 0 or 1, so nothing stops them.
void CountBits(std::span<const std::uint8_t> bits, std::size_t first, std::uint32_t n,
               std::span<std::uint32_t> counts);
// Groups of different sizes, group g at bits[offsets[g] … offsets[g+1]).
void CountBits(std::span<const std::uint8_t> bits, std::span<const std::uint32_t> offsets,
               std::span<std::uint32_t> counts);
// Count and select; `out.size()` is n · counts.size().
void SelectFromBits(std::span<const std::uint8_t> bits, std::size_t first, std::uint32_t n,
                    std::span<const FloatPair> entries, std::span<float> out,
                    std::span<std::uint32_t> counts);
// `out` begins with group 0.
void SelectFromBits(std::span<const std::uint8_t> bits, std::span<const std::uint32_t> offsets,
                    std::span<const FloatPair* const> tables, std::span<float> out,
                    std::span<std::uint32_t> counts);

}  // namespace advantaged

#endif  // ADVANTAGED_CORE_KERNELS_TABLE_H_
