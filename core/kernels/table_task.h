// What the functions of table.h hand to their kernels.
#ifndef ADVANTAGED_CORE_KERNELS_TABLE_TASK_H_
#define ADVANTAGED_CORE_KERNELS_TABLE_TASK_H_

#include <cstdint>

#include "core/kernels/table.h"

namespace advantaged {

// `tables` and `out` are null where only counts are asked for.
struct TableTask {
  const GroupPlaces& groups;
  const FloatPair* const* tables;
  float* out;
  std::uint32_t* counts;
};

}  // namespace advantaged

#endif  // ADVANTAGED_CORE_KERNELS_TABLE_TASK_H_
