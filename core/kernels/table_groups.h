// What the functions of table.h hand to their kernels. `counts` may be null.
#ifndef ADVANTAGED_CORE_KERNELS_TABLE_GROUPS_H_
#define ADVANTAGED_CORE_KERNELS_TABLE_GROUPS_H_

#include <cstddef>
#include <cstdint>

#include "core/kernels/table.h"

namespace advantaged {

struct UniformGroups {
  const float* rewards;
  std::size_t n;
  std::size_t count;
  const FloatPair* entries;
  float* out;
  std::uint32_t* counts;
};

struct RaggedGroups {
  const float* rewards;
  const std::uint32_t* offsets;
  std::size_t count;
  const FloatPair* const* tables;
  float* out;
  std::uint32_t* counts;
};

}  // namespace advantaged

#endif  // ADVANTAGED_CORE_KERNELS_TABLE_GROUPS_H_
