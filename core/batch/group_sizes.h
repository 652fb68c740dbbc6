// The sizes that groups declare, against what is expected of them and what the method needs. A
// group without any valid response is empty: no size of it is wrong for being too small. `valid` is
// the mask of the groups' members; empty: all are.
#ifndef ADVANTAGED_CORE_BATCH_GROUP_SIZES_H_
#define ADVANTAGED_CORE_BATCH_GROUP_SIZES_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "advantaged/advantaged.h"
#include "core/batch/groups.h"
#include "core/methods/resolve.h"

namespace advantaged {

// Adds violations for groups whose size is not `expected_group_size`, if that is set; smaller ones
// are let in if `declared_small_group` says what they get.
void CheckExpectedSizes(const Request& request, const Groups& groups, const BitSpan& valid,
                        Violations& violations);

// Adds violations for groups that declare fewer responses than the method needs, unless
// `declared_small_group` says what they get.
void CheckNeededSizes(const Request& request, const ResolvedMethod& method, const Groups& groups,
                      const BitSpan& valid, Violations& violations);

// The least size that a group must declare to be complete: what is expected, and what the method
// needs.
std::uint32_t CompleteSize(const Batch& batch, const ResolvedMethod& method);

// Warns of groups that are incomplete, and of those that have fewer valid responses than `pass_at`
// asks for.
void WarnOfSizes(const Request& request, const ResolvedMethod& method, const Groups& groups,
                 std::vector<Warning>& warnings);

}  // namespace advantaged

#endif  // ADVANTAGED_CORE_BATCH_GROUP_SIZES_H_
